// SPDX-License-Identifier: MIT
// Groups of open scopes, and from a block to the scopes that it is of.
//
// Locks, in this order: the registry's (begin and end), a group's, a map's. The hooks take one at
// a time.
#include "runtime/scopes.h"

#include <string.h>

#include "runtime/pages.h"

enum { STRIPES = 64, THREAD = 0, PROCESS = 1 };  // THREAD, PROCESS: indices of a block's stamps

typedef struct open_scope {
    struct open_scope *outer;  // begun before it, in the same group; or the next spare one
    uint64_t serial;
    heaplens__ended_scope what;
} open_scope;

typedef struct scope_group {
    pthread_mutex_t lock;
    open_scope *newest;        // NULL: none is open
    _Atomic uint64_t serial;   // of the newest; 0: none. Read without the lock
    struct scope_group *next;  // spare
} scope_group;

_Atomic uint32_t heaplens__scopes_open;

static struct {
    pthread_mutex_t lock;     // of all fields but `resets`
    uint64_t serial;          // of the scope that was begun last
    _Atomic uint32_t resets;  // read without the lock
    open_scope *spare_scopes;
    scope_group *spare_groups;
} registry = {.lock = PTHREAD_MUTEX_INITIALIZER};

static scope_group process = {.lock = PTHREAD_MUTEX_INITIALIZER};

// Blocks of open scopes. Others may be in it: their scopes have ended.
static heaplens__block_map blocks[STRIPES];

static _Thread_local struct {
    scope_group *group;  // NULL: the thread has no scope open
    uint32_t resets;     // registry.resets when it was given
    const void *latest;  // the thread's latest allocation inside any scope
} self;

static heaplens__block_map *map_of(uintptr_t address)
{
    return &blocks[((uint64_t)address * 0x9E3779B97F4A7C15U) >> 58];
}

static scope_group *own_group(void)
{
    const uint32_t resets = atomic_load_explicit(&registry.resets, memory_order_relaxed);
    return self.resets == resets ? self.group : NULL;
}

static uint64_t newest_of(const scope_group *group)
{
    return group == NULL ? 0 : atomic_load_explicit(&group->serial, memory_order_relaxed);
}

// What one operation did, as one group sees it.
typedef struct operation {
    uint64_t born_size;
    uint64_t freed_size;
    uint64_t died_size;
    uint64_t died_stamp;  // newest scope of the group when the block that ends was born; 0: none
    uint32_t site;
    bool is_birth;
    bool is_free;       // by the thread of the group
    bool is_temporary;  // the block that ends was its thread's latest
    bool is_unborn;     // the block that ends should not have been counted
} operation;

static void apply(heaplens__scope_figures *figures, const operation *what, bool is_of_scope)
{
    if (is_of_scope && what->is_unborn) {
        heaplens__scope_figures_unborn(figures, what->died_size, what->site);
        return;
    }
    if (what->is_free && what->freed_size == HEAPLENS__SCOPES_SIZE_UNKNOWN) {
        figures->is_exact = false;
    } else if (what->is_free) {
        heaplens__scope_figures_freed(figures, what->freed_size);
    }
    if (is_of_scope) {
        heaplens__scope_figures_died(figures, what->died_size, what->site);
        figures->blocks_temporary += what->is_temporary ? 1 : 0;
    }
    if (what->is_birth) {
        heaplens__scope_figures_born(figures, what->born_size, what->site);
        figures->reallocs += what->is_free ? 1 : 0;
    }
}

// Tells all scopes of a group. Returns the stamp of a block that is born by the operation.
static uint64_t tell(scope_group *group, const operation *what)
{
    if (newest_of(group) == 0) {
        return 0;
    }
    pthread_mutex_lock(&group->lock);
    for (open_scope *scope = group->newest; scope != NULL; scope = scope->outer) {
        apply(&scope->what.figures, what, scope->serial <= what->died_stamp);
    }
    const uint64_t stamp = group->newest == NULL ? 0 : group->newest->serial;
    pthread_mutex_unlock(&group->lock);
    return stamp;
}

static void doubt(scope_group *group)
{
    pthread_mutex_lock(&group->lock);
    for (open_scope *scope = group->newest; scope != NULL; scope = scope->outer) {
        scope->what.figures.is_exact = false;
    }
    pthread_mutex_unlock(&group->lock);
}

// Puts a block into the map. It was counted already: without room, its end will be missed.
static void keep(const heaplens__block_entry *entry)
{
    if ((entry->stamps[THREAD] | entry->stamps[PROCESS]) == 0 ||
        heaplens__block_map_put(map_of(entry->address), entry)) {
        return;
    }
    doubt(&process);
    if (entry->owner != NULL) {
        doubt(entry->owner);
    }
}

// Tells every group what became of a block: that of the thread at work, the process's, and that of
// the thread which allocated the block. `what` has everything but the stamp; `born` gets the
// stamps and the owner of a block that the operation gives birth to.
static void tell_all(const heaplens__block_entry *was, operation what, heaplens__block_entry *born)
{
    scope_group *const own = own_group();
    scope_group *const owner = was->owner;
    what.died_stamp = owner == own ? was->stamps[THREAD] : 0;
    born->stamps[THREAD] = tell(own, &what);
    what.died_stamp = was->stamps[PROCESS];
    born->stamps[PROCESS] = tell(&process, &what);
    born->owner = own;
    if (owner != NULL && owner != own) {
        // Another thread's scopes lose a block, but that thread has neither freed nor allocated.
        what.died_stamp = was->stamps[THREAD];
        what.is_free = false;
        what.is_birth = false;
        (void)tell(owner, &what);
    }
}

void heaplens__scopes_note_alloc(const void *block, uint64_t size, uint32_t site)
{
    const heaplens__block_entry nothing = {.address = 0};
    heaplens__block_entry born = {.address = (uintptr_t)block, .size = size, .site = site};
    tell_all(&nothing, (operation){.is_birth = true, .born_size = size, .site = site}, &born);
    keep(&born);
    self.latest = block;
}

void heaplens__scopes_note_free(const void *block, uint64_t size)
{
    heaplens__block_entry was;
    heaplens__block_entry unborn;
    heaplens__scopes_detach(block, &was);
    const operation what = {
        .is_free = true,
        .freed_size = was.address != 0 ? was.size : size,
        .died_size = was.size,
        .site = was.site,
        .is_temporary = block == self.latest,
    };
    tell_all(&was, what, &unborn);
    if (block == self.latest) {
        self.latest = NULL;
    }
}

void heaplens__scopes_detach(const void *block, heaplens__block_entry *entry)
{
    *entry = (heaplens__block_entry){.address = 0};
    (void)heaplens__block_map_take(map_of((uintptr_t)block), block, entry);
}

void heaplens__scopes_reattach(const heaplens__block_entry *entry)
{
    if (entry->address != 0) {
        keep(entry);
    }
}

void heaplens__scopes_note_resize(const heaplens__block_entry *entry, uint64_t old_size,
                                  const void *block, uint64_t size, uint32_t site)
{
    const operation what = {
        .is_birth = true,
        .born_size = size,
        .is_free = true,
        .freed_size = entry->address != 0 ? entry->size : old_size,
        .died_size = entry->size,
        .site = site,
    };
    heaplens__block_entry born = {.address = (uintptr_t)block, .size = size, .site = site};
    tell_all(entry, what, &born);
    keep(&born);
    self.latest = block;
}

void heaplens__scopes_forget(const void *block)
{
    heaplens__block_entry was;
    heaplens__block_entry unborn;
    heaplens__scopes_detach(block, &was);
    tell_all(&was, (operation){.is_unborn = true, .died_size = was.size, .site = was.site},
             &unborn);
}

static void set_newest(scope_group *group, open_scope *scope)
{
    group->newest = scope;
    atomic_store_explicit(&group->serial, scope == NULL ? 0 : scope->serial, memory_order_relaxed);
}

static open_scope *take_scope(void)
{
    open_scope *const scope = registry.spare_scopes;
    if (scope == NULL) {
        return heaplens__pages_take(sizeof *scope);
    }
    registry.spare_scopes = scope->outer;
    return scope;
}

// A group for the calling thread. Groups are never unmapped: blocks go on naming them.
static scope_group *take_group(void)
{
    scope_group *group = registry.spare_groups;
    if (group == NULL) {
        group = heaplens__pages_take(sizeof *group);
        if (group != NULL) {
            group->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        }
    } else {
        registry.spare_groups = group->next;
    }
    self.group = group;
    self.resets = atomic_load_explicit(&registry.resets, memory_order_relaxed);
    return group;
}

static void open_in(scope_group *group, open_scope *scope, const char *label)
{
    memset(&scope->what, 0, sizeof scope->what);
    heaplens__scope_figures_init(&scope->what.figures);
    memcpy(scope->what.label, label, strnlen(label, HEAPLENS_LABEL_BYTES - 1));
    pthread_mutex_lock(&group->lock);
    scope->serial = ++registry.serial;
    scope->outer = group->newest;
    set_newest(group, scope);
    pthread_mutex_unlock(&group->lock);
    atomic_fetch_add_explicit(&heaplens__scopes_open, 1, memory_order_relaxed);
}

heaplens_scope heaplens__scopes_begin(const char *label, bool is_process, uint32_t recording)
{
    heaplens_scope handle = {
        .recording = recording, .is_process = is_process, .status = HEAPLENS_ENOMEM};
    pthread_mutex_lock(&registry.lock);
    scope_group *const own = own_group();
    scope_group *const group = is_process ? &process : own != NULL ? own : take_group();
    open_scope *const scope = group == NULL ? NULL : take_scope();
    if (scope != NULL) {
        open_in(group, scope, label == NULL ? "" : label);
        handle.serial = scope->serial;
        handle.status = HEAPLENS_OK;
    }
    pthread_mutex_unlock(&registry.lock);
    return handle;
}

// Takes the scope out of its group; NULL if it is not there.
static open_scope *unlink_scope(scope_group *group, uint64_t serial)
{
    pthread_mutex_lock(&group->lock);
    open_scope **link = &group->newest;
    while (*link != NULL && (*link)->serial != serial) {
        link = &(*link)->outer;
    }
    open_scope *const scope = *link;
    if (scope != NULL) {
        *link = scope->outer;
        set_newest(group, group->newest);
    }
    pthread_mutex_unlock(&group->lock);
    return scope;
}

static void forget_blocks(void)
{
    for (size_t i = 0; i < STRIPES; i++) {
        heaplens__block_map_clear(&blocks[i]);
    }
}

heaplens_status heaplens__scopes_end(const heaplens_scope *scope, uint32_t recording,
                                     heaplens__ended_scope *out)
{
    if (scope->status != HEAPLENS_OK || scope->recording != recording) {
        return scope->status != HEAPLENS_OK ? scope->status : HEAPLENS_EINACTIVE;
    }
    pthread_mutex_lock(&registry.lock);
    scope_group *const group = scope->is_process ? &process : own_group();
    open_scope *const ended = group == NULL ? NULL : unlink_scope(group, scope->serial);
    if (ended == NULL) {
        pthread_mutex_unlock(&registry.lock);
        return HEAPLENS_EINVAL;
    }
    *out = ended->what;
    ended->outer = registry.spare_scopes;
    registry.spare_scopes = ended;
    if (group != &process && group->newest == NULL) {
        group->next = registry.spare_groups;
        registry.spare_groups = group;
        self.group = NULL;
    }
    if (atomic_fetch_sub_explicit(&heaplens__scopes_open, 1, memory_order_relaxed) == 1) {
        forget_blocks();
    }
    pthread_mutex_unlock(&registry.lock);
    heaplens__scope_figures_finish(&out->figures);
    return HEAPLENS_OK;
}

void heaplens__scopes_reset(void)
{
    registry.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    atomic_fetch_add_explicit(&registry.resets, 1, memory_order_relaxed);
    for (scope_group *group = registry.spare_groups; group != NULL; group = group->next) {
        group->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    }
    process.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    set_newest(&process, NULL);
    for (size_t i = 0; i < STRIPES; i++) {
        blocks[i].lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
        heaplens__block_map_clear(&blocks[i]);
    }
    atomic_store_explicit(&heaplens__scopes_open, 0, memory_order_relaxed);
}

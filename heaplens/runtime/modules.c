// SPDX-License-Identifier: MIT
// The table of loaded objects: names, build ids and addresses, for whoever reads the store.
#include "runtime/modules.h"

#include "runtime/program.h"

#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

typedef struct refresh {
    heaplens__modules *modules;
    heaplens__store *store;
    pthread_mutex_t *lock;
    bool is_locked;
} refresh;

// Threads that are at the loader's list, and threads that fork. One of the two waits, or goes without.
static _Atomic int walkers;
static _Atomic int forkers;
static bool is_lock_lost;  // of the loader, in a child

void heaplens__modules_init(heaplens__modules *modules)
{
    modules->count = 0;
    modules->latest = 0;
    modules->is_read = false;
}

static size_t align4(size_t bytes)
{
    return (bytes + 3) & ~(size_t)3;
}

static void read_build_id(const struct dl_phdr_info *info, const ElfW(Phdr) * segment,
                          heaplens_store_module *module)
{
    const uint64_t address = info->dlpi_addr + segment->p_vaddr;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives addresses as numbers
    const unsigned char *at = (const unsigned char *)address;
    size_t left = segment->p_memsz;
    while (left >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, at, sizeof note);
        const size_t name = align4(note.n_namesz);
        const size_t whole = sizeof note + name + align4(note.n_descsz);
        if (whole > left || name > left) {
            return;
        }
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
            memcmp(at + sizeof note, "GNU", 4) == 0 &&
            note.n_descsz <= HEAPLENS_STORE_BUILD_ID_BYTES) {
            module->build_id_bytes = note.n_descsz;
            memcpy(module->build_id, at + sizeof note + name, note.n_descsz);
            return;
        }
        at += whole;
        left -= whole;
    }
}

// Fills in addresses and build id. False if the object has no code.
static bool describe(const struct dl_phdr_info *info, heaplens_store_module *module)
{
    module->bias = info->dlpi_addr;
    module->start = UINT64_MAX;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *const segment = &info->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) != 0) {
            const uint64_t start = info->dlpi_addr + segment->p_vaddr;
            const uint64_t end = start + segment->p_memsz;
            module->start = start < module->start ? start : module->start;
            module->end = end > module->end ? end : module->end;
        }
        if (segment->p_type == PT_NOTE && module->build_id_bytes == 0) {
            read_build_id(info, segment, module);
        }
    }
    return module->start < module->end;
}

static heaplens_store_string store_path(heaplens__store *store, const char *name, bool is_main)
{
    char exe[HEAPLENS__STORE_PATH_BYTES];
    if (is_main) {
        return heaplens__store_text(store, exe, heaplens__program_path(exe, sizeof exe));
    }
    return heaplens__store_text(store, name, strlen(name));
}

// Adds a module of which all but the path's place in the text is known.
static void add(heaplens__modules *modules, heaplens__store *store,
                const heaplens_store_module *fresh)
{
    const uint64_t id = heaplens__store_room(store, HEAPLENS_STORE_MODULES, 1);
    if (id == HEAPLENS__STORE_FULL || modules->count == HEAPLENS__MODULES_LIVE_MAX) {
        return;
    }
    heaplens_store_module *const all = heaplens__store_items(store, HEAPLENS_STORE_MODULES);
    memcpy(&all[id], fresh, sizeof *fresh);
    heaplens__store_publish(store, HEAPLENS_STORE_MODULES, id + 1);

    const uint32_t slot = modules->count++;
    modules->live[slot].start = fresh->start;
    modules->live[slot].end = fresh->end;
    modules->live[slot].id = (uint32_t)id;
    modules->live[slot].is_seen = true;
}

static void add_loaded(const refresh *what, const struct dl_phdr_info *info,
                       heaplens_store_module *fresh)
{
    const heaplens__modules *const modules = what->modules;
    const bool is_main = info->dlpi_name[0] == '\0' && !modules->is_read && modules->count == 0;
    fresh->flags = is_main ? HEAPLENS_STORE_MODULE_MAIN : 0;
    fresh->path = store_path(what->store, info->dlpi_name, is_main);
    add(what->modules, what->store, fresh);
}

// Is it the same object at the same place? The address alone does not say: another may have been
// loaded where one was unloaded.
static bool is_known(const refresh *what, const struct dl_phdr_info *info,
                     const heaplens_store_module *found)
{
    heaplens__modules *const modules = what->modules;
    const heaplens_store_module *const all =
        heaplens__store_items(what->store, HEAPLENS_STORE_MODULES);
    const char *const text = heaplens__store_items(what->store, HEAPLENS_STORE_TEXT);
    for (uint32_t i = 0; i < modules->count; i++) {
        const heaplens_store_module *const old = &all[modules->live[i].id];
        const bool is_main = (old->flags & HEAPLENS_STORE_MODULE_MAIN) != 0;
        if (old->start == found->start && old->end == found->end &&
            memcmp(old->build_id, found->build_id, sizeof old->build_id) == 0 &&
            (is_main || (old->path.bytes == strlen(info->dlpi_name) &&
                         memcmp(text + old->path.offset, info->dlpi_name, old->path.bytes) == 0))) {
            modules->live[i].is_seen = true;
            return true;
        }
    }
    return false;
}

static int visit(struct dl_phdr_info *info, size_t size, void *context)
{
    refresh *const what = context;
    heaplens_store_header *const header = what->store->header;
    (void)size;
    if (!what->is_locked) {
        if (what->modules->is_read && info->dlpi_adds == atomic_load(&header->module_adds) &&
            info->dlpi_subs == atomic_load(&header->module_subs)) {
            return 1;  // nothing has changed
        }
        pthread_mutex_lock(what->lock);
        what->is_locked = true;
        for (uint32_t i = 0; i < what->modules->count; i++) {
            what->modules->live[i].is_seen = false;
        }
        atomic_store(&header->module_adds, info->dlpi_adds);
        atomic_store(&header->module_subs, info->dlpi_subs);
    }
    heaplens_store_module found = {0};
    if (describe(info, &found) && !is_known(what, info, &found)) {
        add_loaded(what, info, &found);
    }
    return 0;
}

static void drop_unseen(const refresh *what)
{
    heaplens__modules *const modules = what->modules;
    heaplens_store_module *const all = heaplens__store_items(what->store, HEAPLENS_STORE_MODULES);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < modules->count; i++) {
        if (modules->live[i].is_seen) {
            modules->live[kept++] = modules->live[i];
        } else {
            atomic_store_explicit(&all[modules->live[i].id].unloaded, 1, memory_order_relaxed);
        }
    }
    modules->count = kept;
    modules->latest = 0;
}

// The order of the two counters is that of heaplens__modules_before_fork(), turned round: of a thread
// that walks and one that forks at once, at least one sees the other.
static bool begin_walk(void)
{
    atomic_fetch_add(&walkers, 1);
    if (atomic_load(&forkers) == 0 && !is_lock_lost) {
        return true;
    }
    atomic_fetch_sub(&walkers, 1);
    return false;
}

void heaplens__modules_refresh(heaplens__modules *modules, heaplens__store *store,
                               pthread_mutex_t *lock)
{
    if (!begin_walk()) {
        return;
    }
    refresh what = {.modules = modules, .store = store, .lock = lock};
    (void)dl_iterate_phdr(visit, &what);
    if (what.is_locked) {
        drop_unseen(&what);
        modules->is_read = true;
        pthread_mutex_unlock(lock);
    }
    atomic_fetch_sub(&walkers, 1);
}

void heaplens__modules_before_fork(void)
{
    enum { TRIES = 1000 };
    const struct timespec pause = {.tv_nsec = 100000};
    atomic_fetch_add(&forkers, 1);
    for (int i = 0; i < TRIES && atomic_load(&walkers) != 0; i++) {
        (void)nanosleep(&pause, NULL);
    }
}

void heaplens__modules_after_fork(void)
{
    atomic_fetch_sub(&forkers, 1);
}

void heaplens__modules_enter_child(void)
{
    is_lock_lost = is_lock_lost || atomic_load(&walkers) != 0;
    atomic_store(&walkers, 0);
    atomic_store(&forkers, 0);
}

void heaplens__modules_inherit(heaplens__modules *modules, heaplens__store *store,
                               const heaplens__store *parent)
{
    const heaplens_store_header *const theirs = parent->header;
    const heaplens_store_module *const all = heaplens__store_items(parent, HEAPLENS_STORE_MODULES);
    const char *const text = heaplens__store_items(parent, HEAPLENS_STORE_TEXT);
    // The parent may go on meanwhile. These first: what it then adds is looked at once more.
    atomic_store(&store->header->module_adds, atomic_load(&theirs->module_adds));
    atomic_store(&store->header->module_subs, atomic_load(&theirs->module_subs));
    const uint64_t count = atomic_load(&theirs->sections[HEAPLENS_STORE_MODULES].count);
    for (uint64_t i = 0; i < count; i++) {
        if (atomic_load_explicit(&all[i].unloaded, memory_order_relaxed) == 0) {
            heaplens_store_module module;
            memcpy(&module, &all[i], sizeof module);
            module.path = heaplens__store_text(store, text + module.path.offset, module.path.bytes);
            add(modules, store, &module);
        }
    }
    modules->is_read = true;
}

uint32_t heaplens__modules_find(heaplens__modules *modules, uint64_t ip)
{
    // Neighbouring frames are mostly in one module.
    for (uint32_t i = 0; i <= modules->count; i++) {
        const uint32_t at = i == 0 ? modules->latest : i - 1;
        if (at < modules->count && ip >= modules->live[at].start && ip < modules->live[at].end) {
            modules->latest = at;
            return modules->live[at].id;
        }
    }
    return HEAPLENS_STORE_MODULE_NONE;
}

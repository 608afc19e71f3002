// SPDX-License-Identifier: MIT
#include "embed/store.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <lmdb.h>

#include "base/error.h"
#include "base/memory.h"
#include "embed/store_check.h"
#include "embed/store_directory.h"
#include "embed/store_entry.h"

enum {
    FORMAT = 1,       // of the entries and of this layout; another one is refused
    GENERATIONS = 2,  // databases "a" and "b"
    ENTRY_ROOM = 64,  // of a page, beside an entry: its key and LMDB's own header
    CHECKS_MAX = 16,  // of a file that others write to meanwhile
    SHARES = 4,       // a generation takes a quarter of the file; the rest is for copies of pages
};

static const uint64_t BYTES_DEFAULT = (uint64_t)256 << 20;
static const uint64_t BYTES_MIN = (uint64_t)1 << 20;
static const uint64_t BYTES_MAX = (uint64_t)1 << 40;

static const char format_name[] = "format";
static const char young_name[] = "young";

struct competency_store {
    competency_allocator memory;
    char *path;
    dev_t device;
    ino_t inode;
    struct competency_store *next;  // in the list of open stores
    pthread_mutex_t lock;           // guards what follows
    MDB_env *env;
    MDB_dbi main;
    MDB_dbi generation[GENERATIONS];
    uint64_t bytes_max;
    size_t page_bytes;
    bool is_broken;  // nothing is read or written any more
    char problem[COMPETENCY_ERROR_MESSAGE_BYTES];
};

// LMDB must not have one file open twice in a process: closing either would release the locks of
// both. So a process knows what it has open.
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static competency_store *open_stores;

static bool remember_open(competency_store *store)
{
    (void)pthread_mutex_lock(&open_lock);
    bool is_new = true;
    for (const competency_store *other = open_stores; other != NULL; other = other->next) {
        is_new = is_new && (other->device != store->device || other->inode != store->inode);
    }
    if (is_new) {
        store->next = open_stores;
        open_stores = store;
    }
    (void)pthread_mutex_unlock(&open_lock);
    return is_new;
}

static void forget_open(const competency_store *store)
{
    (void)pthread_mutex_lock(&open_lock);
    competency_store **at = &open_stores;
    while (*at != NULL && *at != store) {
        at = &(*at)->next;
    }
    if (*at == store) {
        *at = store->next;
    }
    (void)pthread_mutex_unlock(&open_lock);
}

// The first failure stays; later ones are its consequences.
static void give_up(competency_store *store, const char *what, int code)
{
    if (!store->is_broken) {
        // LMDB's texts are constant; those of the system are asked for by number.
        if (code < 0) {
            (void)snprintf(store->problem, sizeof(store->problem), "%s: %s", what,
                           mdb_strerror(code));
        } else {
            (void)snprintf(store->problem, sizeof(store->problem), "%s: %s", what,
                           competency__system_text(code));
        }
        store->is_broken = true;
    }
}

static competency_status fail_code(competency_error *err, const char *path, int code)
{
    switch (code) {
    case ENOMEM: return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %s", path);
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
        return competency__fail(err, COMPETENCY_EFORMAT, "%s is damaged or something else: %s",
                                path, mdb_strerror(code));
    default: break;
    }
    return code < 0 ? competency__fail(err, COMPETENCY_EIO, "%s: %s", path, mdb_strerror(code))
                    : competency__fail(err, COMPETENCY_EIO, "%s: %s", path,
                                       competency__system_text(code));
}

// Another process may have made the file larger than our mapping: adopt its size.
static int begin(competency_store *store, unsigned flags, MDB_txn **txn)
{
    int code = mdb_txn_begin(store->env, NULL, flags, txn);
    if (code == MDB_MAP_RESIZED) {
        code = mdb_env_set_mapsize(store->env, 0);
        code = code != 0 ? code : mdb_txn_begin(store->env, NULL, flags, txn);
    }
    return code;
}

// LMDB takes keys as void *, and does not write to them: they are given a copy.
typedef struct key_copy {
    char bytes[COMPETENCY__SHA256_BYTES];
} key_copy;

static MDB_val name_key(key_copy *copy, const char *name)
{
    const size_t size = strlen(name);
    memcpy(copy->bytes, name, size);
    return (MDB_val){.mv_size = size, .mv_data = copy->bytes};
}

static MDB_val entry_key(key_copy *copy, const competency__store_key *key)
{
    memcpy(copy->bytes, key->bytes, sizeof(key->bytes));
    return (MDB_val){.mv_size = sizeof(key->bytes), .mv_data = copy->bytes};
}

static int get_number(MDB_txn *txn, MDB_dbi main, const char *name, uint32_t *number)
{
    key_copy copy;
    MDB_val key = name_key(&copy, name);
    MDB_val value;
    const int code = mdb_get(txn, main, &key, &value);
    if (code == 0 && value.mv_size != sizeof(*number)) {
        return MDB_CORRUPTED;
    }
    if (code == 0) {
        memcpy(number, value.mv_data, sizeof(*number));
    }
    return code;
}

static int put_number(MDB_txn *txn, MDB_dbi main, const char *name, uint32_t number)
{
    key_copy copy;
    MDB_val key = name_key(&copy, name);
    MDB_val value = {.mv_size = sizeof(number), .mv_data = &number};
    return mdb_put(txn, main, &key, &value, 0);
}

// Which generation is young: 0 or 1.
static int get_young(competency_store *store, MDB_txn *txn, uint32_t *young)
{
    const int code = get_number(txn, store->main, young_name, young);
    return code == 0 && *young >= GENERATIONS ? MDB_CORRUPTED : code;
}

static int open_databases(competency_store *store, MDB_txn *txn, unsigned flags)
{
    int code = mdb_dbi_open(txn, NULL, 0, &store->main);
    code = code != 0 ? code : mdb_dbi_open(txn, "a", flags, &store->generation[0]);
    return code != 0 ? code : mdb_dbi_open(txn, "b", flags, &store->generation[1]);
}

// What a new store has before its first entry.
static int create_layout(competency_store *store)
{
    MDB_txn *txn = NULL;
    int code = begin(store, 0, &txn);
    if (code != 0) {
        return code;
    }
    uint32_t format = 0;
    code = open_databases(store, txn, MDB_CREATE);
    if (code == 0 && get_number(txn, store->main, format_name, &format) == MDB_NOTFOUND) {
        code = put_number(txn, store->main, format_name, FORMAT);
        code = code != 0 ? code : put_number(txn, store->main, young_name, 0);
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

// The usual case reads only, so that it does not wait for another process that writes.
static int read_layout(competency_store *store, uint32_t *format)
{
    MDB_txn *txn = NULL;
    int code = begin(store, MDB_RDONLY, &txn);
    if (code != 0) {
        return code;
    }
    uint32_t young = 0;
    code = open_databases(store, txn, 0);
    code = code != 0 ? code : get_number(txn, store->main, format_name, format);
    code = code != 0 ? code : get_young(store, txn, &young);
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);  // which keeps the handles
}

static competency_status open_layout(competency_store *store, competency_error *err)
{
    uint32_t format = FORMAT;
    int code = read_layout(store, &format);
    if (code == MDB_NOTFOUND) {
        code = create_layout(store);
        code = code != 0 ? code : read_layout(store, &format);
    }
    if (code != 0) {
        return fail_code(err, store->path, code == MDB_NOTFOUND ? MDB_CORRUPTED : code);
    }
    if (format != FORMAT) {
        return competency__fail(err, COMPETENCY_EFORMAT, "%s has format %u, known is %d",
                                store->path, (unsigned)format, FORMAT);
    }
    return COMPETENCY_OK;
}

// A file that somebody cut off would be a SIGBUS in the mapping. Holes in their place are pages
// that LMDB finds to be none.
static competency_status mend_length(competency_store *store, competency_error *err)
{
    MDB_envinfo info;
    int file = -1;
    struct stat status;
    if (mdb_env_info(store->env, &info) != 0 || mdb_env_get_fd(store->env, &file) != 0 ||
        fstat(file, &status) != 0) {
        return competency__fail(err, COMPETENCY_EIO, "%s: %s", store->path,
                                competency__system_text(errno));
    }
    const uint64_t needed = ((uint64_t)info.me_last_pgno + 1) * store->page_bytes;
    if ((uint64_t)status.st_size < needed && ftruncate(file, (off_t)needed) != 0) {
        return competency__fail(err, COMPETENCY_EIO, "%s: %s", store->path,
                                competency__system_text(errno));
    }
    return COMPETENCY_OK;
}

// Check what transaction `txn` sees. COMPETENCY_EINVAL: others have written too much meanwhile.
static competency_status check_snapshot(const competency_store *store, MDB_txn *txn,
                                        competency_error *err)
{
    int file = -1;
    struct stat status;
    if (mdb_env_get_fd(store->env, &file) != 0 || fstat(file, &status) != 0) {
        return competency__fail(err, COMPETENCY_EIO, "%s: error %d", store->path, errno);
    }
    const size_t size = (size_t)status.st_size;
    void *const bytes = mmap(NULL, size, PROT_READ, MAP_SHARED, file, 0);
    if (bytes == MAP_FAILED) {
        return competency__fail(err, COMPETENCY_EIO, "cannot map %s: error %d", store->path, errno);
    }
    competency_error problem = {0};
    const competency_status result =
        competency__store_check(bytes, size, mdb_txn_id(txn), &store->memory, &problem);
    (void)munmap(bytes, size);
    return result == COMPETENCY_OK
               ? COMPETENCY_OK
               : competency__fail(err, result, "%s is damaged or something else: %s", store->path,
                                  problem.message);
}

// The transaction keeps others from writing over the pages that it sees; the head that leads to them
// is theirs again after two commits.
static competency_status check_pages(competency_store *store, competency_error *err)
{
    competency_status status = COMPETENCY_EINVAL;
    for (int i = 0; i < CHECKS_MAX && status == COMPETENCY_EINVAL; i++) {
        MDB_txn *txn = NULL;
        const int code = begin(store, MDB_RDONLY, &txn);
        if (code != 0) {
            return fail_code(err, store->path, code);
        }
        status = check_snapshot(store, txn, err);
        mdb_txn_abort(txn);
    }
    return status == COMPETENCY_EINVAL
               ? competency__fail(err, COMPETENCY_EIO, "%s: too busy to check", store->path)
               : status;
}

static competency_status open_environment(competency_store *store, competency_error *err)
{
    int code = mdb_env_create(&store->env);
    code = code != 0 ? code : mdb_env_set_maxdbs(store->env, GENERATIONS);
    code = code != 0 ? code : mdb_env_set_mapsize(store->env, (size_t)store->bytes_max);
    if (code != 0) {
        return fail_code(err, store->path, code);
    }
    // NOMETASYNC: after a crash of the system the last entries may be missing, none is torn.
    // NOTLS: a reader is tied to its transaction and not to its thread.
    code = mdb_env_open(store->env, store->path, MDB_NOTLS | MDB_NOMETASYNC | MDB_NORDAHEAD, 0600);
    if (code != 0) {
        return fail_code(err, store->path, code);
    }
    MDB_stat stat;
    code = mdb_env_stat(store->env, &stat);
    if (code == 0) {
        // Readers that were killed would keep old pages from being used again.
        code = mdb_reader_check(store->env, NULL);
    }
    if (code != 0) {
        return fail_code(err, store->path, code);
    }
    store->page_bytes = stat.ms_psize;
    const competency_status status = mend_length(store, err);
    return status == COMPETENCY_OK ? check_pages(store, err) : status;
}

static competency_status read_options(competency_store_options *chosen,
                                      const competency_store_options *options,
                                      competency_error *err)
{
    *chosen = (competency_store_options)COMPETENCY_STORE_OPTIONS_INIT;
    if (options != NULL) {
        if (options->size < sizeof(options->size)) {
            return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes", options->size);
        }
        memcpy(chosen, options, options->size < sizeof(*chosen) ? options->size : sizeof(*chosen));
    }
    uint64_t *const bytes_max = &chosen->bytes_max;
    *bytes_max = *bytes_max == 0 ? BYTES_DEFAULT : *bytes_max;
    if (*bytes_max < BYTES_MIN || *bytes_max > BYTES_MAX || *bytes_max > SIZE_MAX) {
        return competency__fail(err, COMPETENCY_EINVAL,
                                "a store of %llu bytes, limits %llu and %llu",
                                (unsigned long long)*bytes_max, (unsigned long long)BYTES_MIN,
                                (unsigned long long)BYTES_MAX);
    }
    *bytes_max -= *bytes_max % UINT64_C(65536);  // whole pages on every machine
    return COMPETENCY_OK;
}

static competency_status open_directory(competency_store *store, const char *directory,
                                        competency_error *err)
{
    char path[COMPETENCY__PATH_BYTES];
    competency_status status = competency__store_path(path, directory, err);
    if (status == COMPETENCY_OK) {
        store->path = competency__copy_text(&store->memory, path);
        if (store->path == NULL) {
            return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a path");
        }
        status = competency__store_prepare_directory(store->path, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    struct stat info;
    if (stat(store->path, &info) != 0) {
        return competency__fail(err, COMPETENCY_EIO, "%s: %s", store->path,
                                competency__system_text(errno));
    }
    store->device = info.st_dev;
    store->inode = info.st_ino;
    if (!remember_open(store)) {
        return competency__fail(err, COMPETENCY_EINVAL, "%s is open in this process", store->path);
    }
    status = competency__store_reserve(store->path, "lock.mdb", err);
    if (status == COMPETENCY_OK) {
        status = competency__path_join(path, store->path, "/data.mdb", "", err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__store_check_heads(path, err);
    }
    if (status == COMPETENCY_OK) {
        status = open_environment(store, err);
    }
    return status == COMPETENCY_OK ? open_layout(store, err) : status;
}

competency_status competency_store_open(competency_store **out, const char *directory,
                                        const competency_store_options *options,
                                        competency_error *err)
{
    *out = NULL;
    competency_store_options chosen;
    competency_status status = read_options(&chosen, options, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    competency_store *const store =
        competency__allocate_zeroed(chosen.allocator, 1, sizeof(*store));
    if (store == NULL || pthread_mutex_init(&store->lock, NULL) != 0) {
        competency__release(chosen.allocator, store);
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a store");
    }
    store->memory = competency__allocator(chosen.allocator);
    store->bytes_max = chosen.bytes_max;
    status = open_directory(store, directory, err);
    if (status != COMPETENCY_OK) {
        competency_store_close(store);
        return status;
    }
    *out = store;
    return COMPETENCY_OK;
}

void competency_store_close(competency_store *store)
{
    if (store == NULL) {
        return;
    }
    if (store->env != NULL) {
        mdb_env_close(store->env);
    }
    forget_open(store);
    (void)pthread_mutex_destroy(&store->lock);
    const competency_allocator memory = store->memory;
    competency__release(&memory, store->path);
    competency__release(&memory, store);
}

const competency_allocator *competency__store_memory(const competency_store *store)
{
    return &store->memory;
}

// One key in one generation. A damaged entry is as good as none.
static bool get_from(MDB_txn *txn, MDB_dbi generation, const competency__store_key *key,
                     void *value, size_t size)
{
    key_copy copy;
    MDB_val name = entry_key(&copy, key);
    MDB_val entry;
    return mdb_get(txn, generation, &name, &entry) == 0 &&
           competency__entry_read(value, size, key, entry.mv_data, entry.mv_size);
}

void competency__store_get(competency_store *store, const competency__store_key *keys, size_t count,
                           void *values, size_t size, competency__store_found *found)
{
    for (size_t i = 0; i < count; i++) {
        found[i] = COMPETENCY__STORE_ABSENT;
    }
    (void)pthread_mutex_lock(&store->lock);
    MDB_txn *txn = NULL;
    uint32_t young = 0;
    int code = store->is_broken ? MDB_PANIC : begin(store, MDB_RDONLY, &txn);
    code = code != 0 ? code : get_young(store, txn, &young);
    for (size_t i = 0; i < count && code == 0; i++) {
        unsigned char *const value = (unsigned char *)values + i * size;
        if (get_from(txn, store->generation[young], &keys[i], value, size)) {
            found[i] = COMPETENCY__STORE_YOUNG;
        } else if (get_from(txn, store->generation[1 - young], &keys[i], value, size)) {
            found[i] = COMPETENCY__STORE_OLD;
        }
    }
    if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    // Too many readers at a time pass; anything else does not.
    if (code != 0 && code != MDB_READERS_FULL) {
        give_up(store, "cannot read the cache", code);
    }
    (void)pthread_mutex_unlock(&store->lock);
}

static int put_entries(MDB_txn *txn, MDB_dbi generation, const competency__store_key *keys,
                       size_t count, const void *values, size_t size)
{
    int code = 0;
    for (size_t i = 0; i < count && code == 0; i++) {
        key_copy copy;
        MDB_val key = entry_key(&copy, &keys[i]);
        MDB_val entry = {.mv_size = size + COMPETENCY__ENTRY_CHECKSUM_BYTES};
        code = mdb_put(txn, generation, &key, &entry, MDB_RESERVE);
        if (code == 0) {
            competency__entry_write(entry.mv_data, &keys[i],
                                    (const unsigned char *)values + i * size, size);
        }
    }
    return code;
}

static uint64_t generation_bytes(const competency_store *store, const MDB_stat *stat)
{
    const uint64_t pages =
        (uint64_t)stat->ms_branch_pages + stat->ms_leaf_pages + stat->ms_overflow_pages;
    return pages * store->page_bytes;
}

// Turn the generations where the young one would take more than its share.
static int make_room(competency_store *store, MDB_txn *txn, uint64_t bytes, uint32_t *young)
{
    MDB_stat stat;
    int code = mdb_stat(txn, store->generation[*young], &stat);
    if (code != 0 || generation_bytes(store, &stat) + bytes <= store->bytes_max / SHARES) {
        return code;
    }
    *young = 1 - *young;
    code = mdb_drop(txn, store->generation[*young], 0);
    return code != 0 ? code : put_number(txn, store->main, young_name, *young);
}

static int put_once(competency_store *store, const competency__store_key *keys, size_t count,
                    const void *values, size_t size)
{
    MDB_txn *txn = NULL;
    uint32_t young = 0;
    int code = begin(store, 0, &txn);
    if (code != 0) {
        return code;
    }
    code = get_young(store, txn, &young);
    code = code != 0 ? code : make_room(store, txn, (uint64_t)count * (size + ENTRY_ROOM), &young);
    code = code != 0 ? code : put_entries(txn, store->generation[young], keys, count, values, size);
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

// Both generations, in one transaction.
static int drop_all(competency_store *store)
{
    (void)mdb_reader_check(store->env, NULL);
    MDB_txn *txn = NULL;
    int code = begin(store, 0, &txn);
    if (code != 0) {
        return code;
    }
    for (size_t i = 0; i < GENERATIONS && code == 0; i++) {
        code = mdb_drop(txn, store->generation[i], 0);
    }
    if (code != 0) {
        mdb_txn_abort(txn);
        return code;
    }
    return mdb_txn_commit(txn);
}

void competency__store_put(competency_store *store, const competency__store_key *keys, size_t count,
                           const void *values, size_t size)
{
    (void)pthread_mutex_lock(&store->lock);
    // More than a generation's share at once would only push itself out.
    const uint64_t bytes = (uint64_t)count * (size + ENTRY_ROOM);
    if (!store->is_broken && bytes <= store->bytes_max / SHARES) {
        int code = put_once(store, keys, count, values, size);
        if (code == MDB_MAP_FULL) {
            // A reader that lasts keeps pages of both generations: begin anew.
            code = drop_all(store);
            code = code != 0 ? code : put_once(store, keys, count, values, size);
        }
        if (code != 0 && code != MDB_MAP_FULL) {
            give_up(store, "cannot write to the cache", code);
        }
    }
    (void)pthread_mutex_unlock(&store->lock);
}

static int count_entries(competency_store *store, uint64_t *entries)
{
    MDB_txn *txn = NULL;
    int code = begin(store, MDB_RDONLY, &txn);
    *entries = 0;
    for (size_t i = 0; i < GENERATIONS && code == 0; i++) {
        MDB_stat stat = {0};
        code = mdb_stat(txn, store->generation[i], &stat);
        *entries += stat.ms_entries;
    }
    if (txn != NULL) {
        mdb_txn_abort(txn);
    }
    return code;
}

competency_status competency_store_describe(competency_store *store, competency_store_info *out,
                                            competency_error *err)
{
    *out = (competency_store_info){.directory = store->path, .bytes_max = store->bytes_max};
    (void)pthread_mutex_lock(&store->lock);
    MDB_envinfo info = {0};
    int code = count_entries(store, &out->entries);
    code = code != 0 ? code : mdb_env_info(store->env, &info);
    out->bytes = ((uint64_t)info.me_last_pgno + 1) * store->page_bytes;
    out->problem = store->is_broken ? store->problem : NULL;
    (void)pthread_mutex_unlock(&store->lock);
    return code == 0 ? COMPETENCY_OK : fail_code(err, store->path, code);
}

competency_status competency_store_clear(competency_store *store, competency_error *err)
{
    (void)pthread_mutex_lock(&store->lock);
    const int code = drop_all(store);
    (void)pthread_mutex_unlock(&store->lock);
    return code == 0 ? COMPETENCY_OK : fail_code(err, store->path, code);
}

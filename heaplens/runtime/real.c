// SPDX-License-Identifier: MIT
// Finding the next allocator, which itself may allocate.
#include "runtime/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

enum { POOL_BYTES = 64 * 1024, POOL_ALIGN = 16 };

// What dlsym() and dlerror() allocate while we ask for the functions. Aligned as malloc's blocks.
static _Alignas(POOL_ALIGN) unsigned char pool[POOL_BYTES];
// Volatile: dlsym() is declared to call nothing of ours, but its allocations do.
static volatile size_t pool_used;
static _Thread_local volatile bool is_finding;

// The word before a block says, as glibc's would, that only the allocator knows its size: who reads
// that word then asks further, and is told that it is a block of the pool.
static void *take_from_pool(size_t size)
{
    const size_t room = POOL_BYTES - pool_used;
    const size_t least = 2 * (size_t)POOL_ALIGN;
    if (room < least || size > room - least) {
        errno = ENOMEM;
        return NULL;
    }
    unsigned char *const block = pool + pool_used + POOL_ALIGN;
    const size_t word = HEAPLENS__REAL_IS_MAPPED;
    memcpy(block - sizeof word, &word, sizeof word);
    pool_used += POOL_ALIGN + ((size + POOL_ALIGN - 1) & ~(size_t)(POOL_ALIGN - 1));
    return block;
}

bool heaplens__real_is_pool(const void *block)
{
    return (uintptr_t)block - (uintptr_t)pool < POOL_BYTES;
}

void *heaplens__real_copy_from_pool(const void *old, size_t size)
{
    void *const block = heaplens__real.malloc(size);
    if (block != NULL) {
        const size_t rest = (size_t)(pool + POOL_BYTES - (const unsigned char *)old);
        memcpy(block, old, size < rest ? size : rest);
    }
    return block;
}

// The next allocator's, where there are blocks that it must not see.
static void (*free_of_others)(void *);
static void *(*realloc_of_others)(void *, size_t);

static void free_but_pool(void *block)
{
    if (!heaplens__real_is_pool(block)) {
        free_of_others(block);
    }
}

static void *realloc_but_pool(void *old, size_t size)
{
    return heaplens__real_is_pool(old) ? heaplens__real_copy_from_pool(old, size)
                                       : realloc_of_others(old, size);
}

static void find_all(void);

static void *first_malloc(size_t size)
{
    if (is_finding) {
        return take_from_pool(size);
    }
    find_all();
    return heaplens__real.malloc(size);
}

static void *first_calloc(size_t count, size_t size)
{
    if (is_finding) {
        return size != 0 && count > POOL_BYTES / size ? NULL : take_from_pool(count * size);
    }
    find_all();
    return heaplens__real.calloc(count, size);
}

static void *first_realloc(void *block, size_t size)
{
    find_all();
    return heaplens__real.realloc(block, size);
}

static void first_free(void *block)
{
    find_all();
    heaplens__real.free(block);
}

static int first_posix_memalign(void **out, size_t alignment, size_t size)
{
    find_all();
    return heaplens__real.posix_memalign(out, alignment, size);
}

static void *first_aligned_alloc(size_t alignment, size_t size)
{
    find_all();
    return heaplens__real.aligned_alloc(alignment, size);
}

static void *first_memalign(size_t alignment, size_t size)
{
    find_all();
    return heaplens__real.memalign(alignment, size);
}

static size_t first_malloc_usable_size(void *block)
{
    find_all();
    return heaplens__real.malloc_usable_size(block);
}

heaplens__real_functions heaplens__real = {
    .malloc = first_malloc,
    .calloc = first_calloc,
    .realloc = first_realloc,
    .free = first_free,
    .posix_memalign = first_posix_memalign,
    .aligned_alloc = first_aligned_alloc,
    .memalign = first_memalign,
    .malloc_usable_size = first_malloc_usable_size,
};

// Stores the address of the next `name`. ISO C has no conversion from object to function pointer;
// POSIX guarantees that the representations agree.
static void find(void *function, const char *name)
{
    void *const address = dlsym(RTLD_NEXT, name);
    memcpy(function, &address, sizeof address);
}

static void find_all(void)
{
    const int saved_errno = errno;
    is_finding = true;
    heaplens__real_functions found = {0};
    find(&found.malloc, "malloc");
    find(&found.calloc, "calloc");
    find(&found.realloc, "realloc");
    find(&found.free, "free");
    find(&found.posix_memalign, "posix_memalign");
    find(&found.aligned_alloc, "aligned_alloc");
    find(&found.memalign, "memalign");
    find(&found.malloc_usable_size, "malloc_usable_size");
    is_finding = false;
    if (pool_used != 0) {
        free_of_others = found.free;
        realloc_of_others = found.realloc;
        found.free = free_but_pool;
        found.realloc = realloc_but_pool;
    }
    // Each thread that gets here stores the same values.
    heaplens__real = found;
    errno = saved_errno;
}

bool heaplens__real_is_complete(void)
{
    if (heaplens__real.malloc == first_malloc) {
        find_all();
    }
    const heaplens__real_functions *const f = &heaplens__real;
    return f->malloc != NULL && f->calloc != NULL && f->realloc != NULL && f->free != NULL &&
           f->posix_memalign != NULL && f->aligned_alloc != NULL && f->memalign != NULL &&
           f->malloc_usable_size != NULL;
}

static void *(*found_malloc)(size_t);
static _Thread_local bool is_reached;

static void *note_and_allocate(size_t size)
{
    is_reached = true;
    return found_malloc(size);
}

bool heaplens__real_is_reached(void)
{
    if (!heaplens__real_is_complete()) {
        return false;
    }
    // By name, as the program finds them: a call from here could be bound to our own.
    void *(*program_malloc)(size_t);
    void (*program_free)(void *);
    void *const malloc_address = dlsym(RTLD_DEFAULT, "malloc");
    void *const free_address = dlsym(RTLD_DEFAULT, "free");
    memcpy(&program_malloc, &malloc_address, sizeof program_malloc);
    memcpy(&program_free, &free_address, sizeof program_free);

    found_malloc = heaplens__real.malloc;
    is_reached = false;
    heaplens__real.malloc = note_and_allocate;
    void *const block = program_malloc(1);
    heaplens__real.malloc = found_malloc;
    program_free(block);
    return is_reached;
}

bool heaplens__real_has_headers = false;

// The object that a function is in.
static const void *object_of(const void *function)
{
    Dl_info info = {0};
    return function != NULL && dladdr(function, &info) != 0 ? info.dli_fbase : NULL;
}

// glibc's own, and not one that was put before it.
static bool is_of_glibc(void)
{
    void *malloc_address = NULL;
    void *usable_address = NULL;
    memcpy(&malloc_address, &heaplens__real.malloc, sizeof malloc_address);
    memcpy(&usable_address, &heaplens__real.malloc_usable_size, sizeof usable_address);
    const void *const glibc = object_of(dlsym(RTLD_NEXT, "gnu_get_libc_version"));
    return glibc != NULL && object_of(malloc_address) == glibc &&
           object_of(usable_address) == glibc;
}

// A tool that replaces functions where they are, as Valgrind does, gives blocks of another layout.
static bool header_agrees(size_t size)
{
    void *const block = heaplens__real.malloc(size);
    if (block == NULL) {
        return false;
    }
    const size_t usable = heaplens__real.malloc_usable_size(block);
    const bool agrees = heaplens__real_header_bytes(((const size_t *)block)[-1]) == usable;
    heaplens__real.free(block);
    return agrees;
}

void heaplens__real_look_at_headers(void)
{
#if defined(__x86_64__)
    // None so large that it had pages of its own: that would change from which size on others have.
    static const size_t sizes[] = {1, 40, 777, 5000};
    bool agree = is_of_glibc();
    for (size_t i = 0; agree && i < sizeof sizes / sizeof sizes[0]; i++) {
        agree = header_agrees(sizes[i]);
    }
    heaplens__real_has_headers = agree;
#endif
}

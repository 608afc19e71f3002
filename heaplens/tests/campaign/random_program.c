// SPDX-License-Identifier: MIT
// One random program, made from a seed, that counts for itself what a profiler should say of it.
//
//     random_program SEED COUNTS
//
// COUNTS is a file that is mapped shared: one `process_count` for the program, one for the child
// that it may fork, one for the program that it may start with vfork and exec. A seed decides how
// many threads there are, how they hand blocks to each other, and what each does.
//
// Nothing here but the operations allocates.
#include "random_count.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOTS = 48, THREADS_MAX = 6, PAGE = 4096 };

enum { NOBODY = 1000, NEVER = 1001 };  // numbers of no thread

// C23; an interposer may have them, the C library may not.
__attribute__((weak)) void free_sized(void *block, size_t size);
__attribute__((weak)) void free_aligned_sized(void *block, size_t alignment, size_t size);

typedef struct slot {
    unsigned char *data;  // NULL: empty
    size_t size;
    size_t alignment;  // 0: any
    key_count *key;
    int64_t birth;
    int process;
    atomic_flag is_taken;  // by the thread that works on it
} slot;

typedef struct request {
    kind kind;
    void *old;
    size_t size;
    size_t alignment;
} request;

typedef struct worker {
    uint64_t random;
    unsigned who;  // number of the thread; NOBODY: one that forks and starts nothing
    unsigned path;
    unsigned operations;
    const slot *latest;  // of this thread's latest allocation; NULL: it is freed
} worker;

static struct {
    uint64_t seed;
    char *seed_text;
    char *counts_path;
    unsigned threads;
    unsigned slots;
    unsigned operations;
    bool is_serial;  // one operation at a time: the peak is then known exactly
    unsigned fork_at;
    unsigned start_at;
} program;

static slot slots[SLOTS];
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static worker main_worker;

_Noreturn static void fail(const char *what)
{
    (void)!write(STDERR_FILENO, what, strlen(what));
    _exit(1);
}

static uint64_t draw(worker *w, uint64_t below)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return (w->random >> 11) % below;
}

static uint64_t seed_of(unsigned who)
{
    uint64_t mixed = (program.seed * 64 + who + 1) * 0x9E3779B97F4A7C15U;
    mixed ^= mixed >> 29;
    mixed *= 0xBF58476D1CE4E5B9U;
    return (mixed ^ mixed >> 32) | 1;
}

// The functions of the family. Each is a frame of its own, so that call sites can be told apart.
#define TAKE(name, expression)                                           \
    __attribute__((noinline)) static void *take_##name(const request *r) \
    {                                                                    \
        void *const block = (expression);                                \
        return block;                                                    \
    }
static void *align_posix(const request *r);
TAKE(malloc, malloc(r->size))
TAKE(calloc, calloc(r->size % 8 == 0 ? r->size / 8 : r->size, r->size % 8 == 0 ? 8 : 1))
TAKE(realloc, realloc(r->old, r->size))
TAKE(reallocarray, reallocarray(r->old, r->size, 1))
TAKE(aligned_alloc, aligned_alloc(r->alignment, r->size))
TAKE(posix_memalign, align_posix(r))
TAKE(memalign, memalign(r->alignment, r->size))
TAKE(valloc, valloc(r->size))  // NOLINT(concurrency-mt-unsafe): in no C library of today
TAKE(pvalloc, pvalloc(r->size))
TAKE(adopted, realloc(r->old, r->size))

__attribute__((noinline)) static void *align_posix(const request *r)
{
    void *block = NULL;
    errno = posix_memalign(&block, r->alignment, r->size);
    return block;
}

static void *(*const volatile takers[KINDS])(const request *) = {
    take_malloc,         take_calloc,   take_realloc, take_reallocarray, take_aligned_alloc,
    take_posix_memalign, take_memalign, take_valloc,  take_pvalloc,      take_adopted,
};

static volatile unsigned latest_site;  // the functions differ, and none may be folded into another

#define SITE(n)                                                       \
    __attribute__((noinline)) static void *site_##n(const request *r) \
    {                                                                 \
        void *const block = takers[r->kind](r);                       \
        latest_site = n;                                              \
        return block;                                                 \
    }
SITE(0)
SITE(1)
SITE(2)

static void *(*const volatile sites[SITES])(const request *) = {site_0, site_1, site_2};

static void count_birth(slot *at, worker *w)
{
    count_request(at->key, (int64_t)at->size);
    atomic_fetch_add(&at->key->blocks, 1);
    at->process = counted_as();
    if (is_alone()) {
        at->birth = own_count()->clock;
        at->key->life_clock -= at->birth;
    }
    confirm_growth(at->key, (int64_t)at->size);
    w->latest = at;
}

static void count_death(slot *at, worker *w)
{
    if (is_alone()) {
        const int64_t clock = own_count()->clock;
        at->key->life_clock += clock;
        const int64_t life = clock - at->birth;
        at->key->life_max = life > at->key->life_max ? life : at->key->life_max;
        at->key->brief += life < 65536;
        at->key->temporary += w->latest == at;
    }
    if (w->latest == at) {
        w->latest = NULL;
    }
    expect_loss(at->key, (int64_t)at->size);
    atomic_fetch_sub(&at->key->blocks, 1);
}

static unsigned char pattern_of(const slot *at)
{
    return (unsigned char)((size_t)(at - slots) * 31 + at->size * 7 + 1);
}

static void fill(const slot *at)
{
    const size_t usable = malloc_usable_size(at->data);
    if (usable < at->size) {
        fail("malloc_usable_size is less than what was asked for\n");
    }
    if (at->alignment > 1 && (uintptr_t)at->data % at->alignment != 0) {
        fail("a block is not aligned\n");
    }
    memset(at->data, pattern_of(at), usable);
}

static void verify(const unsigned char *data, size_t size, unsigned char pattern)
{
    for (size_t i = 0; i < size; i++) {
        if (data[i] != pattern) {
            fail("a block does not hold what was written to it\n");
        }
    }
}

static void release(const slot *at, worker *w)
{
    const uint64_t how = draw(w, 4);
    if (how == 0 && at->alignment == 0 && free_sized != NULL) {
        free_sized(at->data, at->size);
    } else if (how == 0 && at->alignment != 0 && free_aligned_sized != NULL) {
        free_aligned_sized(at->data, at->alignment, at->size);
    } else {
        free(at->data);
    }
}

static void drop(slot *at, worker *w)
{
    if (at->data == NULL) {
        free(NULL);
        return;
    }
    verify(at->data, at->size, pattern_of(at));
    const bool is_own = at->process == counted_as();
    if (is_own) {
        count_death(at, w);
    } else {
        atomic_fetch_add(&own_count()->foreign_frees, 1);
    }
    release(at, w);
    if (is_own) {
        confirm_loss(at->key, (int64_t)at->size);
    }
    at->data = NULL;
}

// Mostly small, now and then none, and rarely so large that it comes straight from the kernel.
static size_t draw_size(worker *w)
{
    switch (draw(w, 16)) {
    case 0: return 0;
    case 1:
    case 2:
    case 3: return draw(w, 1000);
    case 4: return draw(w, 20000);
    case 5: return draw(w, 8) == 0 ? 100000 + draw(w, 200000) : 24;
    case 6:
    case 7: return 8 * (1 + draw(w, 16));
    default: return 1 + draw(w, 64);
    }
}

static size_t draw_alignment(worker *w)
{
    return sizeof(void *) << draw(w, 10);
}

static void allocate(slot *at, worker *w)
{
    drop(at, w);
    request r = {.kind = (kind)draw(w, KIND_ADOPTED), .size = draw_size(w)};
    const bool is_aligned = r.kind >= KIND_ALIGNED_ALLOC && r.kind <= KIND_MEMALIGN;
    r.alignment = is_aligned ? draw_alignment(w) : 0;
    // Whole pages are what pvalloc promises.
    at->size = r.kind == KIND_PVALLOC ? (r.size + PAGE - 1) / PAGE * PAGE : r.size;
    const unsigned site = (unsigned)draw(w, SITES);
    at->alignment = r.kind == KIND_VALLOC || r.kind == KIND_PVALLOC ? PAGE : r.alignment;
    at->key = &own_count()->keys[w->path][site][r.kind];
    expect_growth(at->key, (int64_t)at->size);
    at->data = sites[site](&r);
    if (at->data == NULL) {
        fail("an allocation failed\n");
    }
    count_birth(at, w);
    fill(at);
}

static void adopt(slot *at, worker *w, const request *r, unsigned site)
{
    at->key = &own_count()->keys[w->path][site][r->kind];
    at->size = r->size;
    expect_growth(at->key, (int64_t)r->size);
    at->data = sites[site](r);
    if (at->data == NULL) {
        fail("a reallocation failed\n");
    }
    count_birth(at, w);
}

static void resize_own(slot *at, worker *w, const request *r, unsigned site)
{
    const int64_t more = (int64_t)r->size - (int64_t)at->size;
    const uintptr_t before = (uintptr_t)at->data;
    expect_growth(at->key, more > 0 ? more : 0);
    expect_loss(at->key, more < 0 ? -more : 0);
    at->data = sites[site](r);
    if (at->data == NULL) {
        fail("a reallocation failed\n");
    }
    count_request(at->key, (int64_t)r->size);
    if (is_alone()) {
        at->key->reallocs++;
        const size_t kept = r->size < at->size ? r->size : at->size;
        at->key->copied += before != (uintptr_t)at->data ? (int64_t)kept : 0;
    }
    confirm_growth(at->key, more > 0 ? more : 0);
    confirm_loss(at->key, more < 0 ? -more : 0);
    at->size = r->size;
    w->latest = at;
}

static void resize_to_nothing(slot *at, worker *w, const request *r, unsigned site)
{
    const bool is_own = at->process == counted_as();
    if (is_own) {
        count_death(at, w);
    } else {
        atomic_fetch_add(&own_count()->foreign_frees, 1);
    }
    if (sites[site](r) != NULL) {
        fail("a reallocation to nothing did not free\n");
    }
    if (is_own) {
        confirm_loss(at->key, (int64_t)at->size);
    }
    at->data = NULL;
}

static void resize(slot *at, worker *w)
{
    if (at->data == NULL) {
        return;
    }
    request r = {.kind = draw(w, 3) == 0 ? KIND_REALLOCARRAY : KIND_REALLOC,
                 .old = at->data,
                 .size = draw_size(w)};
    const unsigned char pattern = pattern_of(at);
    const size_t kept = r.size < at->size ? r.size : at->size;
    const unsigned site = (unsigned)draw(w, SITES);
    verify(at->data, at->size, pattern);
    if (r.size == 0) {
        resize_to_nothing(at, w, &r, site);
        return;
    }
    if (at->process == counted_as()) {
        resize_own(at, w, &r, site);
    } else {
        r.kind = KIND_ADOPTED;
        adopt(at, w, &r, site);
    }
    verify(at->data, kept, pattern);
    at->alignment = 0;
    fill(at);
}

// Requests that nobody can meet change nothing; a block that one was about is as it was.
static void ask_too_much(const slot *at, worker *w)
{
    const size_t huge = (size_t)PTRDIFF_MAX - draw(w, 3) * 5000;
    void *got = NULL;
    switch (draw(w, 6)) {
    case 0: got = malloc(huge); break;
    case 1: got = calloc(huge, 3); break;
    case 2: got = reallocarray(at->data, huge, 3); break;
    case 3: got = realloc(at->data, huge); break;
    case 4: errno = posix_memalign(&got, 64, huge); break;
    default: got = memalign(64, huge); break;
    }
    if (got != NULL) {
        fail("a request that cannot be met was met\n");
    }
    if (at->data != NULL) {
        verify(at->data, at->size, pattern_of(at));
    }
}

static void operate(worker *w)
{
    slot *const at = &slots[draw(w, program.slots)];
    if (atomic_flag_test_and_set(&at->is_taken)) {
        return;  // another thread has it; or had it when this process was forked
    }
    const uint64_t what = draw(w, 20);
    if (what < 9) {
        allocate(at, w);
    } else if (what < 14) {
        resize(at, w);
    } else if (what < 19) {
        drop(at, w);
    } else {
        ask_too_much(at, w);
    }
    atomic_flag_clear(&at->is_taken);
}

static void fork_child(worker *w);
static void start_program(void);

// All operations have one caller, so that a call site has one call stack in each thread.
__attribute__((noinline)) static void run_operations(worker *w)
{
    for (unsigned i = 0; i < w->operations; i++) {
        if (i == w->operations / 2 && program.fork_at == w->who) {
            fork_child(w);
        }
        if (i == w->operations / 2 && program.start_at == w->who) {
            start_program();
        }
        if (program.is_serial) {
            (void)pthread_mutex_lock(&turn);
        }
        operate(w);
        if (program.is_serial) {
            (void)pthread_mutex_unlock(&turn);
        }
    }
}

static void wait_for(pid_t pid)
{
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0) {
        fail("a child failed\n");
    }
}

// The child frees and resizes what its parent allocated, and has threads no more.
static void fork_child(worker *w)
{
    const pid_t pid = fork();
    if (pid != 0) {
        wait_for(pid);
        return;
    }
    program.is_serial = false;
    count_as(PROCESS_CHILD, 1);
    worker child = {
        .random = w->random, .who = NOBODY, .path = w->path, .operations = program.operations / 2};
    run_operations(&child);
    main_worker.latest = child.latest;  // the same thread goes on, at exit
    exit(0);                            // NOLINT(concurrency-mt-unsafe): no other thread is left
}

// NOLINTBEGIN(clang-analyzer-security.insecureAPI.vfork): it is what is tested
static void start_program(void)
{
    char name[] = "random_program";
    char started[] = "started";
    char *const arguments[] = {name, program.seed_text, program.counts_path, started, NULL};
    const pid_t pid = vfork();
    if (pid == 0) {
        (void)execv("/proc/self/exe", arguments);
        _exit(127);
    }
    wait_for(pid);
}
// NOLINTEND(clang-analyzer-security.insecureAPI.vfork)

static void *run_thread(void *argument)
{
    worker w = *(const worker *)argument;
    run_operations(&w);
    return NULL;
}

static void run_threads(void)
{
    static worker workers[THREADS_MAX];
    pthread_t threads[THREADS_MAX] = {0};
    for (unsigned who = 1; who < program.threads; who++) {
        // Threads end one after the other, while the rest goes on.
        workers[who] = (worker){.random = seed_of(who),
                                .who = who,
                                .path = PATH_THREAD,
                                .operations = program.operations * who / program.threads};
        if (pthread_create(&threads[who], NULL, run_thread, &workers[who]) != 0) {
            fail("no thread\n");
        }
    }
    run_operations(&main_worker);
    for (unsigned who = 1; who < program.threads; who++) {
        (void)pthread_join(threads[who], NULL);
    }
}

static void operate_at_exit(void)
{
    main_worker.who = NOBODY;
    main_worker.path = PATH_AT_EXIT;
    main_worker.operations = 30;
    run_operations(&main_worker);
}

static void choose_program(bool is_started)
{
    main_worker.random = seed_of(63);
    worker *const w = &main_worker;
    program.threads = is_started || draw(w, 2) == 0 ? 1 : 2 + (unsigned)draw(w, THREADS_MAX - 1);
    program.slots = 3 + (unsigned)draw(w, SLOTS - 2);
    program.operations = 100 + (unsigned)draw(w, 500);
    program.is_serial = draw(w, 2) == 0;
    program.fork_at = draw(w, 4) == 0 ? (unsigned)draw(w, program.threads) : NEVER;
    program.start_at = draw(w, 10) == 0 ? (unsigned)draw(w, program.threads) : NEVER;
    if (is_started) {
        program.fork_at = NEVER;
        program.start_at = NEVER;
    }
    w->operations = program.operations;
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4) {
        fail("usage: random_program SEED COUNTS\n");
    }
    program.seed_text = argv[1];
    program.seed = strtoull(argv[1], NULL, 10);
    program.counts_path = argv[2];
    if (!map_counts(argv[2])) {
        fail("the file of counts cannot be mapped\n");
    }
    choose_program(argc == 4);
    count_as(argc == 4 ? PROCESS_STARTED : PROCESS_PROGRAM, program.threads);
    own_count()->is_serial = program.is_serial;
    if (atexit(operate_at_exit) != 0) {
        fail("no atexit\n");
    }
    run_threads();
    return 0;
}

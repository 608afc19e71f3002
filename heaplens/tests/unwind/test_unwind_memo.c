// SPDX-License-Identifier: MIT
// The remembering walk must be the plain walk, whatever it remembers. The plain one is held against
// libunwind elsewhere; here it is the reference.
#include "runtime/unwind_memo.h"

#include "expect.h"
#include "runtime/unwind_cache.h"
#include "unwind_shapes.h"
#include "unwind_stacks.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

enum {
    FRAMES_MAX = 1024,
    SMALL_STACK_EXTRA = 8192,  // of the expectations' messages; sanitizers widen frames
};

static heaplens__unwind_memo memo;  // of whichever thread is running: one at a time

/** One stack in both ways. */
typedef struct captured {
    uintptr_t plain[FRAMES_MAX];
    uintptr_t recalled[FRAMES_MAX];
    size_t count;
    heaplens__unwind_stop why;
    heaplens__unwind_trace trace;
} captured;

static captured latest;

// A number that the compiler does not know: a loop so often stays a loop, with one call in it.
static volatile int five = 5;

static void capture_from(const heaplens__unwind_start *start, size_t cap)
{
    latest.count = heaplens__unwind(start, latest.plain, cap, &latest.why);
    heaplens__unwind_recall(&memo, start, cap, &latest.trace);
    heaplens__unwind_recall_frames(&memo, &latest.trace, latest.recalled);
    EXPECT(latest.trace.depth == latest.count && latest.trace.why == latest.why,
           "recalled %zu frames, stop %d; plain %zu, %d", latest.trace.depth, (int)latest.trace.why,
           latest.count, (int)latest.why);
    for (size_t i = 0; i < latest.count; i++) {
        EXPECT(latest.recalled[i] == latest.plain[i], "frame %zu of %zu: recalled %#zx, plain %#zx",
               i, latest.count, (size_t)latest.recalled[i], (size_t)latest.plain[i]);
    }
}

/** The caller is the first frame. */
__attribute__((noinline)) static void capture_up_to(size_t cap)
{
    const heaplens__unwind_start start = heaplens__unwind_from(__builtin_frame_address(0));
    capture_from(&start, cap);
}

/** The same without an argument. */
__attribute__((noinline)) static void capture_here(void)
{
    const heaplens__unwind_start start = heaplens__unwind_from(__builtin_frame_address(0));
    capture_from(&start, FRAMES_MAX);
}

static void capture_leaf(void *context)
{
    (void)context;
    capture_up_to(FRAMES_MAX);
}

static const shapes_entry *const tables[] = {shapes_plain, shapes_omit, shapes_keep, shapes_realign,
                                             shapes_size};

/** A program that calls at random. */
typedef struct wanderer {
    uint64_t random;
    int depth;
    size_t captures;
} wanderer;

static unsigned draw(wanderer *w, unsigned end)
{
    w->random = w->random * 6364136223846793005U + 1442695040888963407U;  // Knuth's MMIX
    return (unsigned)(w->random >> 33) % end;
}

static void wander(void *context)
{
    wanderer *const w = context;
    capture_up_to(FRAMES_MAX);
    w->captures++;
    if (w->depth == 4) {
        return;
    }
    w->depth++;
    const unsigned calls = draw(w, 3);
    for (unsigned i = 0; i < calls; i++) {
        const shapes_entry *const table = tables[draw(w, 5)];
        (void)table[draw(w, SHAPES_COUNT)].run((int)draw(w, 4), wander, w);
    }
    w->depth--;
}

static void test_unwind_memo__is_the_plain_walk_in_a_random_program(void **state)
{
    (void)state;
    wanderer w = {.random = 20261123};
    size_t refills = 0;
    for (int i = 0; i < 8000; i++) {
        const uint32_t used = memo.used;
        w.depth = 0;
        wander(&w);
        refills += memo.used < used;
    }
    assert_true(w.captures > 10000);
    EXPECT(refills > 0, "the memory never ran full: %u frames", memo.used);
}

static void capture_cut(void *context)
{
    capture_up_to(*(const size_t *)context);
}

static void test_unwind_memo__is_the_plain_walk_where_the_stack_is_cut(void **state)
{
    (void)state;
    // Up and down across the bounds: what is remembered begins and ends on either side of them.
    for (int turn = 0; turn < 120; turn++) {
        for (size_t cap = 0; cap <= 64; cap += 8) {
            (void)shapes_omit[turn % 2].run(turn < 60 ? turn : 120 - turn, capture_cut, &cap);
            EXPECT((latest.why == HEAPLENS__UNWIND_DEPTH) == (latest.trace.note == NULL),
                   "depth %d, cap %zu: a cut stack has no note, any other has one", turn, cap);
        }
    }
}

__attribute__((noinline)) static uint32_t *note_here(void)
{
    capture_up_to(FRAMES_MAX);
    return latest.trace.note;
}

// One call, reached again and again: the very same stack.
__attribute__((noinline)) static uint32_t *note_of_one_stack(void)
{
    uint32_t *const note = note_here();
    __asm__ volatile("");
    return note;
}

// Two calls from frames that are alike but for the return address.
__attribute__((noinline)) static void note_of_two_stacks(uint32_t *values)
{
    for (int i = 0; i < five; i++) {
        uint32_t *const first = note_here();
        values[0] = *first;
        *first = 1;
        uint32_t *const second = note_here();
        values[1] = *second;
        *second = 2;
    }
}

static void test_unwind_memo__a_note_stays_with_its_stack(void **state)
{
    (void)state;
    heaplens__unwind_forget(&memo);
    for (uint32_t i = 0; i < (uint32_t)five; i++) {
        uint32_t *const note = note_of_one_stack();
        assert_non_null(note);
        // The first value is of a fresh stack; `i` marks the rounds after it.
        EXPECT(*note == i, "round %u: note %u", i, *note);
        *note = i + 1;
    }
    uint32_t values[2] = {9, 9};
    note_of_two_stacks(values);
    assert_int_equal(values[0], 1);
    assert_int_equal(values[1], 2);
}

static void do_nothing(void) {}

static void forget(void)
{
    heaplens__unwind_forget(&memo);
}

// By pointers that the compiler does not follow: it would take the loop apart.
static void (*volatile const actions[])(void) = {do_nothing, forget, do_nothing,
                                                 heaplens__unwind_cache_clear, do_nothing};

static void test_unwind_memo__forgets_when_told_and_when_rules_were_forgotten(void **state)
{
    (void)state;
    uint32_t seen[5] = {9, 9, 9, 9, 9};
    forget();
    for (int i = 0; i < five; i++) {
        uint32_t *const note = note_of_one_stack();
        seen[i] = *note;
        *note = 7;
        actions[i]();
    }
    const uint32_t expected[5] = {0, 7, 0, 7, 0};
    assert_memory_equal(seen, expected, sizeof(seen));
}

// It saves the frame pointer, because it has asked for its own.
__attribute__((noinline)) static void capture_in_frame(void (*next)(void))
{
    void *const frame = __builtin_frame_address(0);
    next();
    __asm__ volatile("" : : "r"(frame));
}

/** Whether the function whose code begins at `code` is among the latest frames. */
static bool has_frame_in(uintptr_t code)
{
    for (size_t i = 0; i < latest.count; i++) {
        if (latest.plain[i] - code < 64) {
            return true;
        }
    }
    return false;
}

typedef void stacks_outer(stacks_leaf *leaf, void (*next)(void));

// From one call, and with nothing in between: what one stack left must still lie under the other.
__attribute__((noinline)) static void call_in_turn(stacks_outer *const *outers, stacks_leaf *leaf,
                                                   int calls)
{
    for (int i = 0; i < calls; i++) {
        outers[i % 2](leaf, capture_here);
    }
}

static void check_pair(stacks_outer *a, stacks_outer *b, stacks_leaf *leaf)
{
    stacks_outer *const outers[] = {a, b};
    for (int calls = 1; calls <= five; calls++) {
        call_in_turn(outers, leaf, calls);
        stacks_outer *const last = outers[(calls - 1) % 2];
        assert_true(has_frame_in((uintptr_t)last));
    }
}

static void test_unwind_memo__sees_that_only_the_frame_pointer_differs(void **state)
{
    (void)state;
    check_pair(stacks_framed_a, stacks_framed_b, stacks_no_leaf);
    check_pair(stacks_framed_a, stacks_framed_b, stacks_thin_leaf);
    check_pair(stacks_framed_a, stacks_framed_b, capture_in_frame);
}

static void test_unwind_memo__sees_that_only_a_realigned_frames_caller_differs(void **state)
{
    (void)state;
    check_pair(stacks_realigned_a, stacks_realigned_b, stacks_no_leaf);
}

static void skip_fault(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    capture_here();
    ucontext_t *const interrupted = context;
    interrupted->uc_mcontext.gregs[REG_RIP] += 2;
}

static void check_faults(int flags)
{
    const struct sigaction action = {.sa_sigaction = skip_fault, .sa_flags = flags | SA_SIGINFO};
    assert_int_equal(sigaction(SIGILL, &action, NULL), 0);
    void (*const faults[])(void) = {stacks_fault_a, stacks_fault_b};
    for (int i = 0; i < five; i++) {
        faults[i % 2]();
        assert_true(has_frame_in((uintptr_t)faults[i % 2]));
        assert_int_equal(latest.why, HEAPLENS__UNWIND_OUTERMOST);
    }
}

static void test_unwind_memo__sees_that_only_the_interrupted_place_differs(void **state)
{
    (void)state;
    check_faults(0);
    static char memory[256 * 1024];
    const stack_t alternate = {.ss_sp = memory, .ss_size = sizeof(memory)};
    stack_t before;
    assert_int_equal(sigaltstack(&alternate, &before), 0);
    check_faults(SA_ONSTACK);
    assert_int_equal(sigaltstack(&before, NULL), 0);
}

static void test_unwind_memo__sees_that_a_stack_no_longer_ends(void **state)
{
    (void)state;
    for (int round = 0; round < 3; round++) {
        stacks_over(0, capture_here);
        assert_int_equal(latest.count, 1);
        assert_int_equal(latest.why, HEAPLENS__UNWIND_OUTERMOST);
        stacks_over((uintptr_t)stacks_landing, capture_here);
        assert_true(latest.count > 2);
    }
}

static ucontext_t main_context;
static ucontext_t coroutine_context;
static int coroutine_shape;

static void run_coroutine(void)
{
    for (;;) {
        (void)shapes_omit[coroutine_shape].run(3, capture_leaf, NULL);
        (void)swapcontext(&coroutine_context, &main_context);
    }
}

static void resume_coroutine(void)
{
    assert_int_equal(swapcontext(&main_context, &coroutine_context), 0);
    capture_up_to(FRAMES_MAX);
}

static void run_coroutine_on(void *memory, size_t size, int round)
{
    assert_int_equal(getcontext(&coroutine_context), 0);
    coroutine_context.uc_stack = (stack_t){.ss_sp = memory, .ss_size = size};
    coroutine_context.uc_link = &main_context;
    makecontext(&coroutine_context, run_coroutine, 0);
    for (int i = 0; i < 4; i++) {
        coroutine_shape = (round + i) % SHAPES_COUNT;
        resume_coroutine();
    }
}

static void test_unwind_memo__is_the_plain_walk_across_coroutines(void **state)
{
    (void)state;
    const size_t size = 256 * 1024;
    void *place = NULL;
    for (int round = 0; round < 40; round++) {
        // The stack goes away each time, and another comes, as a rule at the same address: what was
        // remembered of the old one must be neither believed nor read.
        place = mmap(place, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        assert_true(place != MAP_FAILED);
        run_coroutine_on(place, size, round);
        assert_int_equal(munmap(place, size), 0);
        (void)shapes_keep[round % SHAPES_COUNT].run(2, capture_leaf, NULL);
    }
}

static void *run_in_small_thread(void *context)
{
    (void)context;
    (void)shapes_omit[0].run(10, capture_leaf, NULL);
    (void)shapes_omit[0].run(10, capture_leaf, NULL);
    return NULL;
}

static void test_unwind_memo__needs_little_stack_and_survives_its_thread(void **state)
{
    (void)state;
    // The system's least; threads one after the other get the same stack.
    const long least = sysconf(_SC_THREAD_STACK_MIN);
    assert_true(least > 0);
    pthread_attr_t attributes;
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstacksize(&attributes, (size_t)least + SMALL_STACK_EXTRA), 0);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        assert_int_equal(pthread_create(&thread, &attributes, run_in_small_thread, NULL), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_true(latest.count > 10);
        assert_int_equal(latest.why, HEAPLENS__UNWIND_OUTERMOST);
    }
    assert_int_equal(pthread_attr_destroy(&attributes), 0);
}

static void test_unwind_memo__is_the_plain_walk_under_code_made_at_run_time(void **state)
{
    (void)state;
    // push rbx; mov rax, rdi; mov rdi, rsi; call rax; pop rbx; ret
    static const unsigned char code[] = {0x53, 0x48, 0x89, 0xF8, 0x48, 0x89,
                                         0xF7, 0xFF, 0xD0, 0x5B, 0xC3};
    void *const page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) {
        skip();  // a hardened kernel
    }
    memcpy(page, code, sizeof(code));
    void (*run)(shapes_leaf * leaf, void *context) = NULL;
    memcpy(&run, &page, sizeof(run));
    for (int i = 0; i < 3; i++) {
        run(capture_leaf, NULL);
        assert_int_equal(latest.why, HEAPLENS__UNWIND_NO_MODULE);
        assert_int_equal(latest.plain[latest.count - 1], (uintptr_t)page + 8);
    }
    assert_int_equal(munmap(page, 4096), 0);
}

static int init_unwinder(void **state)
{
    (void)state;
    heaplens__unwind_init();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unwind_memo__is_the_plain_walk_in_a_random_program),
        cmocka_unit_test(test_unwind_memo__is_the_plain_walk_where_the_stack_is_cut),
        cmocka_unit_test(test_unwind_memo__a_note_stays_with_its_stack),
        cmocka_unit_test(test_unwind_memo__forgets_when_told_and_when_rules_were_forgotten),
        cmocka_unit_test(test_unwind_memo__sees_that_only_the_frame_pointer_differs),
        cmocka_unit_test(test_unwind_memo__sees_that_only_a_realigned_frames_caller_differs),
        cmocka_unit_test(test_unwind_memo__sees_that_only_the_interrupted_place_differs),
        cmocka_unit_test(test_unwind_memo__sees_that_a_stack_no_longer_ends),
        cmocka_unit_test(test_unwind_memo__is_the_plain_walk_across_coroutines),
        cmocka_unit_test(test_unwind_memo__needs_little_stack_and_survives_its_thread),
        cmocka_unit_test(test_unwind_memo__is_the_plain_walk_under_code_made_at_run_time),
    };
    return cmocka_run_group_tests(tests, init_unwinder, NULL);
}

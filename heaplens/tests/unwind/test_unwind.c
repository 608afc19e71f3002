// SPDX-License-Identifier: MIT
// Whole frame lists against libunwind's, for every shape of frame that a test can make.
#include "runtime/unwind.h"

#include "expect.h"
#include "unwind_reference.h"
#include "unwind_shapes.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <ucontext.h>

static reference_stacks stacks;

static void expect_recalled(const char *name, const char *shape)
{
    EXPECT(stacks.is_recalled, "%s %s: the remembering walk: %zu frames, stop %d; plain: %zu, %d",
           name, shape, stacks.trace.depth, (int)stacks.trace.why, stacks.ours_count,
           (int)stacks.why);
}

static void expect_same_frames(const char *name, const char *shape)
{
    expect_recalled(name, shape);
    const size_t at = reference_difference(&stacks);
    EXPECT(at == SIZE_MAX, "%s %s: frame %zu: ours %#zx of %zu, libunwind's %#zx of %zu, stop %d",
           name, shape, at, at < stacks.ours_count ? (size_t)stacks.ours[at] : 0, stacks.ours_count,
           at < stacks.theirs_count ? (size_t)stacks.theirs[at] : 0, stacks.theirs_count,
           (int)stacks.why);
}

static void expect_agreement(const char *name, const char *shape)
{
    expect_same_frames(name, shape);
    EXPECT(stacks.why == HEAPLENS__UNWIND_OUTERMOST, "%s %s: stopped for %d", name, shape,
           (int)stacks.why);
}

static void capture(void *captures)
{
    reference_capture(&stacks);
    ++*(int *)captures;
}

static void check_shapes(const char *name, const shapes_entry *shapes)
{
    for (size_t i = 0; i < SHAPES_COUNT; i++) {
        // Twice: the first finds the rules, the second finds them in the cache.
        for (int pass = 0; pass < 2; pass++) {
            int captures = 0;
            (void)shapes[i].run(15, capture, &captures);
            assert_int_equal(captures, 1);
            expect_agreement(name, shapes[i].name);
            assert_true(stacks.ours_count > 3);
        }
    }
}

static void test_unwind__agrees_on_every_shape_of_frame(void **state)
{
    (void)state;
    check_shapes("-O0", shapes_plain);
    check_shapes("-O2 -fomit-frame-pointer", shapes_omit);
    check_shapes("-O2 -fno-omit-frame-pointer", shapes_keep);
    check_shapes("-O2 -mstackrealign", shapes_realign);
    check_shapes("-Os", shapes_size);
}

static void test_unwind__agrees_in_deep_recursion(void **state)
{
    (void)state;
    int captures = 0;
    (void)shapes_omit[0].run(900, capture, &captures);
    expect_agreement("recursion", "900");
    assert_true(stacks.ours_count > 900);
}

typedef struct bounded {
    uintptr_t ips[8];
    size_t cap;
    size_t count;
    heaplens__unwind_stop why;
} bounded;

__attribute__((noinline)) static void capture_bounded(void *context)
{
    bounded *const b = context;
    const heaplens__unwind_start start = heaplens__unwind_from(__builtin_frame_address(0));
    b->count = heaplens__unwind(&start, b->ips, b->cap, &b->why);
}

static void test_unwind__writes_no_more_frames_than_asked_and_says_so(void **state)
{
    (void)state;
    for (size_t cap = 0; cap <= 8; cap++) {
        bounded b = {.cap = cap};
        (void)shapes_omit[0].run(20, capture_bounded, &b);
        assert_int_equal(b.count, cap);
        assert_int_equal(b.why, HEAPLENS__UNWIND_DEPTH);
        for (size_t i = cap; i < 8; i++) {
            assert_int_equal(b.ips[i], 0);
        }
    }
}

static void test_unwind__leaves_errno_alone(void **state)
{
    (void)state;
    int captures = 0;
    errno = ENOTTY;
    bounded b = {.cap = 8};
    (void)shapes_keep[2].run(15, capture_bounded, &b);
    assert_int_equal(errno, ENOTTY);
    (void)captures;
}

static void *run_in_thread(void *captures)
{
    (void)shapes_omit[5].run(15, capture, captures);
    return NULL;
}

static void test_unwind__agrees_in_a_thread(void **state)
{
    (void)state;
    int captures = 0;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_in_thread, &captures), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(captures, 1);
    expect_agreement("thread", "registers");
}

static int captures_in_handler;

static void on_signal(int number)
{
    (void)number;
    (void)shapes_omit[1].run(3, capture, &captures_in_handler);
}

static void raise_in_leaf(void *context)
{
    (void)context;
    (void)raise(SIGUSR1);
}

// A fault interrupts a function that made no call: its address is exact, not one after a call.
static void fault_in_leaf(void *context)
{
    (void)context;
    __asm__ volatile("ud2");
}

static void skip_fault(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)shapes_omit[1].run(3, capture, &captures_in_handler);
    ucontext_t *const interrupted = context;
    interrupted->uc_mcontext.gregs[REG_RIP] += 2;  // over ud2
}

static void check_signals(int flags)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    captures_in_handler = 0;
    (void)shapes_omit[5].run(5, raise_in_leaf, NULL);
    assert_int_equal(captures_in_handler, 1);
    expect_agreement("signal", "raised");
    assert_int_equal(stacks.signal_frames, 1);

    struct sigaction fault = {.sa_sigaction = skip_fault, .sa_flags = flags | SA_SIGINFO};
    assert_int_equal(sigaction(SIGILL, &fault, NULL), 0);
    (void)shapes_omit[5].run(5, fault_in_leaf, NULL);
    assert_int_equal(captures_in_handler, 2);
    expect_agreement("signal", "fault");
    assert_int_equal(stacks.signal_frames, 1);
}

static void test_unwind__agrees_through_signal_frames(void **state)
{
    (void)state;
    check_signals(0);
    check_signals(0);  // and once more, remembered
}

static void test_unwind__agrees_through_signal_frames_on_an_alternate_stack(void **state)
{
    (void)state;
    const size_t size = 256 * 1024;
    void *const memory = malloc(size);
    assert_non_null(memory);
    const stack_t alternate = {.ss_sp = memory, .ss_size = size};
    stack_t before;
    assert_int_equal(sigaltstack(&alternate, &before), 0);
    check_signals(SA_ONSTACK);
    assert_int_equal(sigaltstack(&before, NULL), 0);
    free(memory);
}

static uintptr_t vdso;  // where the kernel's own module begins; it is a few pages
static volatile sig_atomic_t interruptions_in_vdso;

static void on_timer(int number)
{
    (void)number;
    if (interruptions_in_vdso != 0) {
        return;
    }
    reference_capture(&stacks);
    for (size_t i = 0; i < stacks.ours_count; i++) {
        if (stacks.ours[i] - vdso < 4 * 4096) {
            interruptions_in_vdso = 1;
        }
    }
}

static void set_timer(long interval_us)
{
    const struct timeval interval = {.tv_usec = interval_us};
    const struct itimerval timer = {interval, interval};
    assert_int_equal(setitimer(ITIMER_REAL, &timer, NULL), 0);
}

static void test_unwind__agrees_through_a_signal_that_interrupts_the_vdso(void **state)
{
    (void)state;
    vdso = (uintptr_t)getauxval(AT_SYSINFO_EHDR);
    if (vdso == 0) {
        skip();
    }
    const struct sigaction action = {.sa_handler = on_timer, .sa_flags = SA_RESTART};
    assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
    set_timer(100);
    struct timespec now;
    for (long i = 0; i < 50000000 && interruptions_in_vdso == 0; i++) {
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
    }
    set_timer(0);
    if (interruptions_in_vdso == 0) {
        skip();  // the clock is read by a system call here
    }
    expect_agreement("signal", "in the vdso");
    assert_int_equal(stacks.signal_frames, 1);
}

static ucontext_t main_context;
static ucontext_t coroutine_context;

static void run_coroutine(void)
{
    int captures = 0;
    (void)shapes_omit[3].run(10, capture, &captures);
    (void)swapcontext(&coroutine_context, &main_context);
}

static void test_unwind__agrees_in_a_coroutine_and_after_it(void **state)
{
    (void)state;
    const size_t size = 256 * 1024;
    void *const memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    assert_int_equal(getcontext(&coroutine_context), 0);
    coroutine_context.uc_stack = (stack_t){.ss_sp = memory, .ss_size = size};
    coroutine_context.uc_link = &main_context;
    makecontext(&coroutine_context, run_coroutine, 0);
    assert_int_equal(swapcontext(&main_context, &coroutine_context), 0);
    // glibc gives the code that calls a coroutine's function no frame information.
    expect_same_frames("coroutine", "inside");
    assert_int_equal(stacks.why, HEAPLENS__UNWIND_NO_RULE);
    assert_true(stacks.ours_count > 10);
    assert_int_equal(munmap(memory, size), 0);

    int captures = 0;
    (void)shapes_omit[0].run(3, capture, &captures);
    expect_agreement("coroutine", "after");
}

static jmp_buf landing;

static void jump_out(void *context)
{
    capture(context);
    longjmp(landing, 1);
}

static void test_unwind__agrees_after_longjmp(void **state)
{
    (void)state;
    int captures = 0;
    if (setjmp(landing) == 0) {
        (void)shapes_keep[1].run(15, jump_out, &captures);
    }
    expect_agreement("longjmp", "before");
    (void)shapes_omit[0].run(3, capture, &captures);
    expect_agreement("longjmp", "after");
}

// Assembly that says nothing about its frame. It calls its second argument with its third.
void call_without_rules(int depth, shapes_leaf *leaf, void *context);
__asm__(".pushsection .text\n"
        ".type call_without_rules, @function\n"
        "call_without_rules:\n"
        "  push %rbx\n"
        "  mov %rsi, %rax\n"
        "  mov %rdx, %rdi\n"
        "  call *%rax\n"
        "  pop %rbx\n"
        "  ret\n"
        ".size call_without_rules, . - call_without_rules\n"
        ".popsection\n");

static void test_unwind__stops_at_assembly_without_frame_information(void **state)
{
    (void)state;
    bounded b = {.cap = 8};
    call_without_rules(0, capture_bounded, &b);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.why, HEAPLENS__UNWIND_NO_RULE);
    const uintptr_t begin = (uintptr_t)call_without_rules;
    EXPECT(b.ips[0] > begin && b.ips[0] < begin + 16, "stopped elsewhere: %#zx", (size_t)b.ips[0]);
}

static void test_unwind__stops_at_code_made_at_run_time(void **state)
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
    bounded b = {.cap = 8};
    run(capture_bounded, &b);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.why, HEAPLENS__UNWIND_NO_MODULE);
    assert_int_equal(b.ips[0], (uintptr_t)page + 8);
    assert_int_equal(munmap(page, 4096), 0);
}

// Frame information that lies: it sends the walk to an address above every mapping.
void call_with_wrong_rules(int depth, shapes_leaf *leaf, void *context);
__asm__(".pushsection .text\n"
        ".type call_with_wrong_rules, @function\n"
        "call_with_wrong_rules:\n"
        "  .cfi_startproc\n"
        "  push %rbp\n"
        "  .cfi_def_cfa %rbp, 16\n"
        "  mov %rsi, %rax\n"
        "  mov %rdx, %rdi\n"
        "  movabs $0x7ffffffff000, %rbp\n"
        "  call *%rax\n"
        "  pop %rbp\n"
        "  ret\n"
        "  .cfi_endproc\n"
        ".size call_with_wrong_rules, . - call_with_wrong_rules\n"
        ".popsection\n");

static void test_unwind__stops_before_memory_that_cannot_be_read(void **state)
{
    (void)state;
    bounded b = {.cap = 8};
    call_with_wrong_rules(0, capture_bounded, &b);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.why, HEAPLENS__UNWIND_BAD_STACK);
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
        cmocka_unit_test(test_unwind__agrees_on_every_shape_of_frame),
        cmocka_unit_test(test_unwind__agrees_in_deep_recursion),
        cmocka_unit_test(test_unwind__writes_no_more_frames_than_asked_and_says_so),
        cmocka_unit_test(test_unwind__leaves_errno_alone),
        cmocka_unit_test(test_unwind__agrees_in_a_thread),
        cmocka_unit_test(test_unwind__agrees_through_signal_frames),
        cmocka_unit_test(test_unwind__agrees_through_signal_frames_on_an_alternate_stack),
        cmocka_unit_test(test_unwind__agrees_through_a_signal_that_interrupts_the_vdso),
        cmocka_unit_test(test_unwind__agrees_in_a_coroutine_and_after_it),
        cmocka_unit_test(test_unwind__agrees_after_longjmp),
        cmocka_unit_test(test_unwind__stops_at_assembly_without_frame_information),
        cmocka_unit_test(test_unwind__stops_at_code_made_at_run_time),
        cmocka_unit_test(test_unwind__stops_before_memory_that_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, init_unwinder, NULL);
}

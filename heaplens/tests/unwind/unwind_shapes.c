// SPDX-License-Identifier: MIT
#include "unwind_shapes.h"

#include <stdlib.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))
#if defined(__clang__)
#undef NOINLINE
#define NOINLINE __attribute__((noinline))
#endif

// The compiler must believe that memory is used.
static void use(void *memory)
{
    __asm__ volatile("" : : "r"(memory) : "memory");
}

NOINLINE static int run_recursion(int depth, shapes_leaf *leaf, void *context)
{
    if (depth == 0) {
        leaf(context);
        return 1;
    }
    return run_recursion(depth - 1, leaf, context) + depth;
}

NOINLINE static int run_locals(int depth, shapes_leaf *leaf, void *context)
{
    char locals[200];
    memset(locals, depth, sizeof(locals));
    use(locals);
    if (depth == 0) {
        leaf(context);
    } else {
        (void)run_locals(depth - 1, leaf, context);
    }
    return locals[depth];
}

NOINLINE static int run_large_frame(int depth, shapes_leaf *leaf, void *context)
{
    char locals[100 * 1024];
    locals[0] = (char)depth;
    use(locals);
    if (depth == 0) {
        leaf(context);
    } else {
        (void)run_large_frame(depth / 4, leaf, context);
    }
    return locals[0];
}

NOINLINE static int run_alloca(int depth, shapes_leaf *leaf, void *context)
{
    char *const block = __builtin_alloca((size_t)depth * 24 + 1);
    block[0] = (char)depth;
    use(block);
    if (depth == 0) {
        leaf(context);
    } else {
        (void)run_alloca(depth - 1, leaf, context);
    }
    return block[0];
}

// More alignment than the ABI gives: the function must realign the stack.
NOINLINE static int run_aligned(int depth, shapes_leaf *leaf, void *context)
{
    _Alignas(64) char locals[64];
    memset(locals, depth, sizeof(locals));
    use(locals);
    if (depth == 0) {
        leaf(context);
    } else {
        (void)run_aligned(depth - 1, leaf, context);
    }
    return locals[0];
}

// Enough values across calls for every callee-saved register, rbp as an ordinary one among them.
NOINLINE static int run_registers(int depth, shapes_leaf *leaf, void *context)
{
    int a = depth;
    int b = depth * 3;
    int c = depth * 5;
    int d = depth * 7;
    int e = depth * 11;
    int f = depth * 13;
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    if (depth == 0) {
        leaf(context);
    } else {
        a += run_registers(depth - 1, leaf, context);
    }
    __asm__ volatile("" : "+r"(a), "+r"(b), "+r"(c), "+r"(d), "+r"(e), "+r"(f));
    return a + b + c + d + e + f;
}

typedef struct comparison {
    shapes_leaf *leaf;
    void *context;
    int left;
} comparison;

static _Thread_local comparison comparing;

static int compare_and_capture(const void *a, const void *b)
{
    if (comparing.left > 0) {
        comparing.left--;
        comparing.leaf(comparing.context);
    }
    return *(const int *)a - *(const int *)b;
}

// The C library's frames lie between ours.
NOINLINE static int run_qsort(int depth, shapes_leaf *leaf, void *context)
{
    int numbers[16];
    for (int i = 0; i < 16; i++) {
        numbers[i] = (i * 7 + depth) % 16;
    }
    comparing = (comparison){leaf, context, 1};
    qsort(numbers, 16, sizeof(numbers[0]), compare_and_capture);
    return numbers[depth % 16];
}

extern const shapes_entry SHAPES_PREFIX[SHAPES_COUNT];
const shapes_entry SHAPES_PREFIX[SHAPES_COUNT] = {
    {"recursion", run_recursion}, {"locals", run_locals},   {"large frame", run_large_frame},
    {"alloca", run_alloca},       {"aligned", run_aligned}, {"registers", run_registers},
    {"qsort", run_qsort},
};

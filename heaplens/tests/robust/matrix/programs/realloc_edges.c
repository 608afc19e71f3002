// SPDX-License-Identifier: MIT
// realloc() of nothing, to nothing, and of what cannot be had; what errno is after each.
#include "keep.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

// A number that the compiler does not know, so that it does not refuse what follows.
static int argument_of_size(void)
{
    static volatile int number = 64;
    return number;
}

NOT_INLINED static bool resize_nothing(void)
{
    char *block = keep(realloc(NULL, 50));
    memset(block, 'x', 50);
    block = keep(realloc(block, 100000));
    const bool is_kept = block[0] == 'x' && block[49] == 'x';
    block = realloc(block, 0);
    return is_kept && keep(block) == NULL;
}

NOT_INLINED static bool resize_too_far(void)
{
    memset(keep(malloc(30)), 'y', 30);
    errno = 0;
    void *const none = realloc(kept, PTRDIFF_MAX - (size_t)argument_of_size());
    const bool is_refused = none == NULL && errno == ENOMEM;
    const char *const block = kept;  // by way of `kept`: the compiler thinks that it is gone
    const bool is_kept = block[0] == 'y' && block[29] == 'y';
    free(kept);
    return is_refused && is_kept;
}

NOT_INLINED static bool allocate_too_much(void)
{
    errno = 0;
    void *const a = keep(malloc(PTRDIFF_MAX - (size_t)argument_of_size()));
    const bool is_refused = a == NULL && errno == ENOMEM;
    errno = 0;
    void *const b = keep(calloc(SIZE_MAX / 2, (size_t)argument_of_size()));
    return is_refused && b == NULL && errno == ENOMEM;
}

NOT_INLINED static bool leave_errno_alone(void)
{
    errno = 4711;
    free(keep(malloc(1000)));
    free(keep(calloc(10, 100)));
    free(NULL);
    return errno == 4711;
}

int main(void)
{
    say(resize_nothing() ? "1 good\n" : "1 bad\n");
    say(resize_too_far() ? "2 good\n" : "2 bad\n");
    say(allocate_too_much() ? "3 good\n" : "3 bad\n");
    say(leave_errno_alone() ? "4 good\n" : "4 bad\n");
    return 0;
}

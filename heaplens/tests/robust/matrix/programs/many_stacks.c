// SPDX-License-Identifier: MIT
// Allocates from 2^13 different call stacks.
#include "keep.h"

NOT_INLINED static void go_left(unsigned depth);

NOT_INLINED static void go_right(unsigned depth)
{
    if (depth == 0) {
        free(keep(malloc(100)));
        return;
    }
    go_left(depth - 1);
    go_right(depth - 1);
}

NOT_INLINED static void go_left(unsigned depth)
{
    if (depth == 0) {
        free(keep(malloc(10)));
        return;
    }
    go_left(depth - 1);
    go_right(depth - 1);
}

int main(void)
{
    go_left(13);
    say("done\n");
    return 0;
}

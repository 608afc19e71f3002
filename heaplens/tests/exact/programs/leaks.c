// SPDX-License-Identifier: MIT
// Every third of nine blocks is never freed.
//
// Sizes 10, 20, ... 90: total 450, all live at once: the peak is 450 in 9 blocks. Kept are the
// blocks of i = 0, 3, 6, so 10 + 40 + 70 = 120 bytes in 3 blocks.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   450/9     450/9     120/3     -
//! make@leak < main@call       450/9     450/9     120/3     450/9
#include <stddef.h>
#include <stdlib.h>

static void *blocks[9];

static void *make(size_t size)
{
    void *block = malloc(size);  // @leak
    return block;
}

int main(void)
{
    for (size_t i = 0; i < 9; i++) {
        blocks[i] = make((i + 1) * 10);  // @call
    }
    for (size_t i = 0; i < 9; i++) {
        if (i % 3 != 0) {
            free(blocks[i]);
        }
    }
    return 0;
}

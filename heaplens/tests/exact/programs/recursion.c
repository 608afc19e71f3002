// SPDX-License-Identifier: MIT
// One line of code, a different call stack at each level of recursion: five sites.
//
// Level n allocates 100 * n before it goes down, and frees on the way back up; the bottom is n = 1.
// 500 + 400 + 300 + 200 + 100 = 1500 in 5 blocks at the bottom.
//
//! stack                                   total     t-gmax    t-end     own-peak
//! (program)                               1500/5    1500/5    0/0       -
//! down@level < main@start                 500/1     500/1     0/0       500/1
//! down@level < down@next*1 < main@start   400/1     400/1     0/0       400/1
//! down@level < down@next*2 < main@start   300/1     300/1     0/0       300/1
//! down@level < down@next*3 < main@start   200/1     200/1     0/0       200/1
//! down@level < down@next*4 < main@start   100/1     100/1     0/0       100/1
#include <stddef.h>
#include <stdlib.h>

static void down(size_t level)
{
    void *block = malloc(level * 100);  // @level
    if (level > 1) {
        down(level - 1);  // @next
    }
    free(block);
}

int main(void)
{
    down(5);  // @start
    return 0;
}

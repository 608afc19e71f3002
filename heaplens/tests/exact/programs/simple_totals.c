// SPDX-License-Identifier: MIT
// Three blocks, all freed: the simplest sum there is.
//
// Live after each call: 100, 300, 600 (the peak: 3 blocks), 500, 300, 0.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   600/3     600/3     0/0       -
//! main@first                  100/1     100/1     0/0       100/1
//! main@second                 200/1     200/1     0/0       200/1
//! main@third                  300/1     300/1     0/0       300/1
#include <stdlib.h>

int main(void)
{
    void *first = malloc(100);   // @first
    void *second = malloc(200);  // @second
    void *third = malloc(300);   // @third
    free(first);
    free(second);
    free(third);
    return 0;
}

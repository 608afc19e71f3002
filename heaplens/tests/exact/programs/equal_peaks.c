// SPDX-License-Identifier: MIT
// Two peaks of the same height from different sites: the last one counts.
//
// base 1000; one +4000 = 5000 in 2 blocks (peak), -4000; two 2 x 2000 = 5000 in 3 blocks (equal,
// later: it becomes t-gmax); -4000; a smaller third hill of 1000 + 3999 = 4999.
//
//! stack                       total      t-gmax     t-end     own-peak
//! (program)                   12999/5    5000/3     1000/1    -
//! main@base                   1000/1     1000/1     1000/1    1000/1
//! main@one                    4000/1     0/0        0/0       4000/1
//! main@two                    4000/2     4000/2     0/0       4000/2
//! main@third                  3999/1     0/0        0/0       3999/1
#include <stddef.h>
#include <stdlib.h>

static void *base;

int main(void)
{
    void *two[2];
    base = malloc(1000);       // @base
    void *one = malloc(4000);  // @one
    free(one);
    for (size_t i = 0; i < 2; i++) {
        two[i] = malloc(2000);  // @two
    }
    free(two[0]);
    free(two[1]);
    void *third = malloc(3999);  // @third
    free(third);
    return 0;
}

// SPDX-License-Identifier: MIT
// A block that grows and shrinks stays with the site that made it. Each reallocation counts one
// block and all of its new bytes in the totals; what is live moves by the difference only.
//
// grown:  100, then 200, 400, 800, 1600       total 3100 in 5 blocks; live 1600 in 1
// beside: 50                                  live 1650 in 2: the peak
// grown shrinks: 800, 10                      total 3910 in 7 blocks; live 10 + 50 = 60
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   3960/8    1650/2    60/2      -
//! main@grown                  3910/7    1600/1    10/1      1600/1
//! main@beside                 50/1      50/1      50/1      50/1
#include <stddef.h>
#include <stdlib.h>

static char *grown;
static char *beside;

int main(void)
{
    grown = malloc(100);  // @grown
    for (size_t size = 200; size <= 1600; size *= 2) {
        grown = realloc(grown, size);
    }
    beside = malloc(50);  // @beside
    grown = realloc(grown, 800);
    grown = realloc(grown, 10);
    return 0;
}

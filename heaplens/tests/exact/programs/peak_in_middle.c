// SPDX-License-Identifier: MIT
// A peak that is over long before the end, and a site that allocates before, at and after it.
//
// step, 10 times 1000:   live 10000 in 10 blocks
// burst, 1 time 50000:   live 60000 in 11 blocks, the peak; freed: 10000
// step's blocks freed:   0
// step, 5 times 1000:    live 5000 in 5 blocks, which is where the program ends
//
//! stack                       total      t-gmax     t-end     own-peak
//! (program)                   65000/16   60000/11   5000/5    -
//! fill@step < main@before     10000/10   10000/10   0/0       10000/10
//! main@burst                  50000/1    50000/1    0/0       50000/1
//! fill@step < main@after      5000/5     0/0        5000/5    5000/5
#include <stddef.h>
#include <stdlib.h>

static void *kept[10];

static void fill(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kept[i] = malloc(1000);  // @step
    }
}

int main(void)
{
    fill(10);                     // @before
    void *burst = malloc(50000);  // @burst
    free(burst);
    for (size_t i = 0; i < 10; i++) {
        free(kept[i]);
    }
    fill(5);  // @after
    return 0;
}

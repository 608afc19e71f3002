// SPDX-License-Identifier: MIT
// Much is allocated and freed before the peak; the site that did it has no part in the peak.
//
// churn: 1000 times 512, never two at once: total 512000 in 1000, own peak 512 in 1.
// After it, tail: 3 x 300 = 900 in 3: the peak, 900 (above churn's 512). All freed.
//
//! stack                       total         t-gmax    t-end     own-peak
//! (program)                   512900/1003   900/3     0/0       -
//! churn@c < main@churn        512000/1000   0/0       0/0       512/1
//! main@tail                   900/3         900/3     0/0       900/3
#include <stddef.h>
#include <stdlib.h>

static void churn(void)
{
    for (size_t i = 0; i < 1000; i++) {
        void *block = malloc(512);  // @c
        free(block);
    }
}

int main(void)
{
    void *tail[3];
    churn();  // @churn
    for (size_t i = 0; i < 3; i++) {
        tail[i] = malloc(300);  // @tail
    }
    for (size_t i = 0; i < 3; i++) {
        free(tail[i]);
    }
    return 0;
}

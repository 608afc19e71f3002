// SPDX-License-Identifier: MIT
// A block of no bytes is a block; free(NULL) is nothing.
//
// 5 blocks of none, 1 of 8 (live 8 in 6, the peak), 3 of the empty ones freed: 8 in 3.
// Then 1 empty one more: live 8 in 4, equal in bytes and later: t-gmax has 4 blocks, 3 of no bytes.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   8/7       8/4       8/4       -
//! main@empty                  0/5       0/2       0/2       -
//! main@eight                  8/1       8/1       8/1       8/1
//! main@last                   0/1       0/1       0/1       0/1
//
// Valgrind hands a request of no bytes on as one of 1 byte. Its figures, by hand: 5 in 5, 13 in 6
// (the peak), 10 in 3, 11 in 4.
//
//dhat! stack                   total     t-gmax    t-end     own-peak
//dhat! (program)               14/7      13/6      11/4      -
//dhat! main@empty              5/5       5/5       2/2       5/5
//dhat! main@eight              8/1       8/1       8/1       8/1
//dhat! main@last               1/1       0/0       1/1       1/1
#include <stddef.h>
#include <stdlib.h>

static void *empty[5];
static void *eight;
static void *last;

int main(void)
{
    const volatile size_t nothing = 0;
    for (size_t i = 0; i < 5; i++) {
        empty[i] = malloc(nothing);  // @empty
    }
    eight = malloc(8);  // @eight
    for (size_t i = 0; i < 3; i++) {
        free(empty[i]);
        free(NULL);
    }
    last = malloc(nothing);  // @last
    return 0;
}

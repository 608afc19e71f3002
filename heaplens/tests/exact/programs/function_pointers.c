// SPDX-License-Identifier: MIT
// Calls through a table of pointers, and a callback from libc: stacks with frames of libc inside.
//
// Two rounds of the table: small 10 + 10, large 1000 + 1000: live 2020 in 4 blocks.
// qsort of {2, 1} compares once, and its callback allocates 7: 2027 in 5 blocks, the peak. (Two
// members are sorted on qsort's own stack: libc allocates nothing for them.)
// The large blocks are freed: 27 in 3.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   2027/5    2027/5    27/3      -
//! small@s < main@table        20/2      20/2      20/2      20/2
//! large@l < main@table        2000/2    2000/2    0/0       2000/2
//! compare@c < main@sort       7/1       7/1       7/1       7/1
#include <stddef.h>
#include <stdlib.h>

static void *compared;

static void *small(void)
{
    void *block = malloc(10);  // @s
    return block;
}

static void *large(void)
{
    void *block = malloc(1000);  // @l
    return block;
}

static int compare(const void *left, const void *right)
{
    compared = malloc(7);  // @c
    return *(const int *)left - *(const int *)right;
}

static void *(*const volatile makers[2])(void) = {small, large};
static void *made[4];

int main(void)
{
    int numbers[2] = {2, 1};
    for (size_t i = 0; i < 4; i++) {
        made[i] = makers[i % 2]();  // @table
    }
    qsort(numbers, 2, sizeof numbers[0], compare);  // @sort
    free(made[1]);
    free(made[3]);
    return 0;
}

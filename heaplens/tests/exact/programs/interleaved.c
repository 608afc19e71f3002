// SPDX-License-Identifier: MIT
// Sites whose own peaks are neither at the global peak nor at the end.
//
//   step                   a         b         c         live
//   a 100, 100, 100        300/3     -         -         300
//   free one a             200/2     -         -         200
//   b 250                  200/2     250/1     -         450
//   free both a            0         250/1     -         250
//   c 80, 80               0         250/1     160/2     410
//   a 120                  120/1     250/1     160/2     530/4  the peak
//   free b, one c          120/1     0         80/1      200
//   c 150                  120/1     0         230/2     350/3  the end; c's own peak
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   980/8     530/4     350/3     -
//! take_a@a < main@a1          300/3     0/0       0/0       300/3
//! take_a@a < main@a2          120/1     120/1     120/1     120/1
//! main@b                      250/1     250/1     0/0       250/1
//! take_c@c < main@c1          160/2     160/2     80/1      160/2
//! take_c@c < main@c2          150/1     0/0       150/1     150/1
#include <stddef.h>
#include <stdlib.h>

static void *take_a(size_t size)
{
    void *block = malloc(size);  // @a
    return block;
}

static void *take_c(size_t size)
{
    void *block = malloc(size);  // @c
    return block;
}

static void *a[3];
static void *c[2];

int main(void)
{
    for (size_t i = 0; i < 3; i++) {
        a[i] = take_a(100);  // @a1
    }
    free(a[0]);
    void *b = malloc(250);  // @b
    free(a[1]);
    free(a[2]);
    for (size_t i = 0; i < 2; i++) {
        c[i] = take_c(80);  // @c1
    }
    a[0] = take_a(120);  // @a2
    free(b);
    free(c[0]);
    c[0] = take_c(150);  // @c2
    return 0;
}

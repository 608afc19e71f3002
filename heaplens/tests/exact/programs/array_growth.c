// SPDX-License-Identifier: MIT
// reallocarray: from NULL it allocates, then it grows the same block. A product that overflows
// fails and counts nothing.
//
// 4 x 8 = 32, 8 x 8 = 64, 16 x 8 = 128: total 224 in 3 blocks, live 128 in 1; fence 1000 live
// beside it: 1128 in 2, the peak; the array is freed.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   1224/4    1128/2    1000/1    -
//! grow@array < main@first     224/3     128/1     0/0       128/1
//! main@fence                  1000/1    1000/1    1000/1    1000/1
#include <stdint.h>
#include <stdlib.h>

static void *fence;

static void *grow(void *array, size_t count)
{
    void *grown = reallocarray(array, count, 8);  // @array
    return grown;
}

int main(void)
{
    const volatile size_t too_many = SIZE_MAX / 4;
    void *array = grow(NULL, 4);  // @first
    array = grow(array, 8);
    array = grow(array, 16);
    fence = malloc(1000);  // @fence
    void *failed = reallocarray(NULL, too_many, 8);
    free(array);
    return failed == NULL ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// calloc counts members times size; one whose product overflows counts nothing; the bytes are zero.
//
// table 25 x 40 = 1000; dirty malloc(4096), freed; clean calloc(1, 4096) in its place. Live: 1000,
// 5096 in 2 blocks (a peak), 1000, 5096 in 2 blocks again (equal and later, so t-gmax is here).
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   9192/3    5096/2    5096/2    -
//! main@table                  1000/1    1000/1    1000/1    1000/1
//! main@dirty                  4096/1    0/0       0/0       4096/1
//! main@clean                  4096/1    4096/1    4096/1    4096/1
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static char *table;
static char *clean;

int main(void)
{
    const volatile size_t too_many = SIZE_MAX / 2;
    table = calloc(25, 40);      // @table
    char *dirty = malloc(4096);  // @dirty
    memset(dirty, 0x5a, 4096);
    free(dirty);
    clean = calloc(1, 4096);  // @clean
    void *failed = calloc(too_many, 4);
    for (size_t i = 0; i < 4096; i++) {
        if (clean[i] != 0) {
            return 1;
        }
    }
    return failed == NULL ? 0 : 1;
}

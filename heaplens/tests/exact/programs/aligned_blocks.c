// SPDX-License-Identifier: MIT
// The aligned functions count what was asked for, and keep the alignment.
//
// aligned_alloc(64, 640), posix_memalign(256, 1000), memalign(4096, 100), valloc(10): live
// 640, 1640, 1740, 1750 in 4 blocks: the peak. Two are freed: 1750 - 640 - 100 = 1010 in 2 blocks.
// A posix_memalign with an alignment that is no power of two fails and counts nothing.
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   1750/4    1750/4    1010/2    -
//! main@aligned                640/1     640/1     0/0       640/1
//! main@posix                  1000/1    1000/1    1000/1    1000/1
//! main@mem                    100/1     100/1     0/0       100/1
//! main@page                   10/1      10/1      10/1      10/1
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

static void *posix;
static void *page;

int main(void)
{
    void *refused = NULL;
    void *aligned = aligned_alloc(64, 640);                // @aligned
    const int status = posix_memalign(&posix, 256, 1000);  // @posix
    void *mem = memalign(4096, 100);                       // @mem
    page = valloc(10);                                     // @page
    const int refusal = posix_memalign(&refused, 24, 100);
    const int is_aligned = (uintptr_t)aligned % 64 == 0 && (uintptr_t)posix % 256 == 0 &&
                           (uintptr_t)mem % 4096 == 0 && (uintptr_t)page % 4096 == 0;
    free(aligned);
    free(mem);
    return status == 0 && refusal != 0 && is_aligned ? 0 : 1;
}

// SPDX-License-Identifier: MIT
// realloc(NULL, n) allocates where it stands; realloc(p, 0) frees, as glibc does; to the same
// size still counts; one that fails leaves the block as it was.
//
// born:   realloc(NULL, 300): live 300; again 300: total 600 in 2 blocks, live 300
// gone:   malloc(500): live 800 in 2 blocks, the peak; realloc(p, 0): live 300
// failed: realloc(born, PTRDIFF_MAX) counts nothing
//
//! stack                       total     t-gmax    t-end     own-peak
//! (program)                   1100/3    800/2     300/1     -
//! main@born                   600/2     300/1     300/1     300/1
//! main@gone                   500/1     500/1     0/0       500/1
#include <stdint.h>
#include <stdlib.h>

static void *born;

int main(void)
{
    const volatile size_t too_much = PTRDIFF_MAX;
    const volatile size_t nothing = 0;
    born = realloc(NULL, 300);  // @born
    born = realloc(born, 300);
    void *gone = malloc(500);  // @gone
    gone = realloc(gone, nothing);
    void *failed = realloc(born, too_much);
    return gone == NULL && failed == NULL ? 0 : 1;
}

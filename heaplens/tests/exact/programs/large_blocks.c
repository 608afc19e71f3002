// SPDX-License-Identifier: MIT
// Blocks that the allocator takes straight from the kernel, grown by moving pages.
//
// map 1 MiB (1048576), grown to 64 MiB (67108864): total 68157440 in 2, live 67108864.
// many: 3 x 200000 beside it: live 67708864 in 4, the peak. All freed.
//
//! stack                       total        t-gmax       t-end     own-peak
//! (program)                   68757440/5   67708864/4   0/0       -
//! main@map                    68157440/2   67108864/1   0/0       67108864/1
//! main@many                   600000/3     600000/3     0/0       600000/3
#include <stddef.h>
#include <stdlib.h>

int main(void)
{
    void *many[3];
    char *map = malloc((size_t)1 << 20);  // @map
    map[(1 << 20) - 1] = 1;
    map = realloc(map, (size_t)64 << 20);
    const int is_kept = map[(1 << 20) - 1] == 1;
    for (size_t i = 0; i < 3; i++) {
        many[i] = malloc(200000);  // @many
    }
    for (size_t i = 0; i < 3; i++) {
        free(many[i]);
    }
    free(map);
    return is_kept ? 0 : 1;
}

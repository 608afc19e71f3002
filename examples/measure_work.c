// SPDX-License-Identifier: MIT
// Asks the recorder, from inside the program, what one piece of work allocated.
#include <heaplens/heaplens.h>

#include <stdio.h>
#include <stdlib.h>

static void work(void)
{
    for (size_t i = 1; i <= 100; i++) {
        void *const volatile block = malloc(i * 10);
        free(block);
    }
}

int main(void)
{
    heaplens_totals before;
    heaplens_totals after;
    if (heaplens_start(NULL) != HEAPLENS_OK || heaplens_totals_read(&before) != HEAPLENS_OK) {
        return 1;
    }
    work();
    if (heaplens_totals_read(&after) != HEAPLENS_OK) {
        return 1;
    }
    printf("work() asked for %llu bytes in %llu blocks\n",
           (unsigned long long)(after.bytes_total - before.bytes_total),
           (unsigned long long)(after.blocks_total - before.blocks_total));
    return 0;
}

// SPDX-License-Identifier: MIT
// Links the installed heaplens, records one block, and reads its figures back.
#include <heaplens/heaplens.h>

#include <stdio.h>
#include <stdlib.h>

static void *volatile block;

int main(void)
{
    const heaplens_options options = HEAPLENS_OPTIONS_INIT;
    heaplens_totals before = {0};
    heaplens_totals after = {0};
    heaplens_status status = heaplens_start(&options);
    if (status != HEAPLENS_OK || heaplens_totals_read(&before) != HEAPLENS_OK) {
        fprintf(stderr, "%s\n", heaplens_status_text(status));
        return 1;
    }
    block = malloc(12345);
    status = heaplens_totals_read(&after);
    free(block);
    return status == HEAPLENS_OK && after.bytes_live - before.bytes_live == 12345 &&
                   after.blocks_total - before.blocks_total == 1
               ? 0
               : 1;
}

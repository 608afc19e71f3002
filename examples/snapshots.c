// SPDX-License-Identifier: MIT
// Labelled snapshots: what is live now, and the peak of each part of the program.
#include <heaplens/heaplens.h>

#include <stdio.h>
#include <stdlib.h>

static bool take(heaplens_snapshot *out, const char *label)
{
    return heaplens_snapshot_take(out, label) == HEAPLENS_OK;
}

int main(void)
{
    heaplens_snapshot taken[4];
    bool is_good = heaplens_start(NULL) == HEAPLENS_OK && take(&taken[0], "started");
    void *const volatile table = malloc(1000000);
    is_good = is_good && take(&taken[1], "table loaded");
    free(table);
    is_good = is_good && take(&taken[2], "table dropped");
    (void)heaplens_peak_reset();  // from here on the peak is that of what follows
    void *const volatile row = malloc(100);
    is_good = is_good && take(&taken[3], "row parsed");
    free(row);
    for (size_t i = 0; i < 4 && is_good; i++) {
        char line[128];
        (void)heaplens_snapshot_format(&taken[i], line, sizeof line);
        (void)puts(line);
    }
    return is_good ? EXIT_SUCCESS : EXIT_FAILURE;
}

// SPDX-License-Identifier: MIT
// A snapshot as a line of text.
#include <heaplens/heaplens.h>

#include <stdio.h>

#include "runtime/digits.h"

size_t heaplens_snapshot_format(const heaplens_snapshot *snapshot, char *text, size_t cap)
{
    char live[HEAPLENS__DIGITS_BYTES];
    char blocks[HEAPLENS__DIGITS_BYTES];
    char peak[HEAPLENS__DIGITS_BYTES];
    const int length = snprintf(text, cap, "%s%s%s bytes in %s blocks, peak %s bytes",
                                snapshot->label, snapshot->label[0] == '\0' ? "" : ": ",
                                heaplens__digits_group(snapshot->totals.bytes_live, live),
                                heaplens__digits_group(snapshot->totals.blocks_live, blocks),
                                heaplens__digits_group(snapshot->totals.bytes_peak, peak));
    return length < 0 ? 0 : (size_t)length;
}

// SPDX-License-Identifier: MIT
// A snapshot as a line of text.
#include <heaplens/heaplens.h>

#include <stdio.h>

enum { NUMBER_BYTES = 32 };  // 20 digits, 6 commas, a NUL

// 1234567 as "1,234,567", written from the end of `text`. Returns where it begins.
static const char *group_digits(uint64_t number, char text[NUMBER_BYTES])
{
    size_t at = NUMBER_BYTES - 1;
    text[at] = '\0';
    size_t digits = 0;
    do {
        if (digits > 0 && digits % 3 == 0) {
            text[--at] = ',';
        }
        text[--at] = (char)('0' + number % 10);
        number /= 10;
        digits++;
    } while (number != 0);
    return text + at;
}

size_t heaplens_snapshot_format(const heaplens_snapshot *snapshot, char *text, size_t cap)
{
    char live[NUMBER_BYTES];
    char blocks[NUMBER_BYTES];
    char peak[NUMBER_BYTES];
    const int length = snprintf(text, cap, "%s%s%s bytes in %s blocks, peak %s bytes",
                                snapshot->label, snapshot->label[0] == '\0' ? "" : ": ",
                                group_digits(snapshot->totals.bytes_live, live),
                                group_digits(snapshot->totals.blocks_live, blocks),
                                group_digits(snapshot->totals.bytes_peak, peak));
    return length < 0 ? 0 : (size_t)length;
}

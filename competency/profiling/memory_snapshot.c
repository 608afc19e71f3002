// SPDX-License-Identifier: MIT
// The heap at one moment, with a name.
#include <inttypes.h>
#include <stdio.h>

#include "profiling/peak_watch.h"

competency_status competency_memory_snapshot_take(competency_memory_snapshot *out,
                                                  const char *label, competency_error *err)
{
    competency_memory heap;
    const competency_status status = competency__peak_watch_read(NULL, &heap, NULL, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    *out = (competency_memory_snapshot){.memory = heap};
    (void)snprintf(out->label, sizeof(out->label), "%s", label == NULL ? "" : label);
    competency__heap_mark(out->label);
    return COMPETENCY_OK;
}

enum { GROUPED_BYTES = 32 };  // 20 digits, 6 commas, NUL

// 1234567 as "1,234,567".
static const char *group_digits(char text[GROUPED_BYTES], uint64_t value)
{
    char digits[24];
    const int length = snprintf(digits, sizeof(digits), "%" PRIu64, value);
    size_t at = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) {
            text[at++] = ',';
        }
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

size_t competency_memory_snapshot_format(const competency_memory_snapshot *snapshot, char *text,
                                         size_t cap)
{
    char live[GROUPED_BYTES];
    char blocks[GROUPED_BYTES];
    char peak[GROUPED_BYTES];
    const int length = snprintf(text, cap, "%s: %s bytes live in %s blocks, peak %s bytes",
                                snapshot->label, group_digits(live, snapshot->memory.bytes_live),
                                group_digits(blocks, snapshot->memory.blocks_live),
                                group_digits(peak, snapshot->memory.bytes_peak));
    return length < 0 ? 0 : (size_t)length;
}

// SPDX-License-Identifier: MIT
#include "text/unicode_classes.h"

#include <stdbool.h>
#include <stddef.h>

struct class_range {
    uint32_t first;
    uint32_t last;
    competency__code_point_class kind;
};

// Ordered and disjoint; code points in no range are ordinary.
static const struct class_range ranges[] = {
#include "text/unicode_classes.inc"
};

static bool is_ascii_punctuation(uint32_t c)
{
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
           (c >= 123 && c <= 126);
}

static competency__code_point_class classify_ascii(uint32_t c)
{
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        return COMPETENCY__SPACE;
    }
    if (c < 0x20 || c == 0x7F) {
        return COMPETENCY__DROPPED;
    }
    return is_ascii_punctuation(c) ? COMPETENCY__PUNCTUATION : COMPETENCY__ORDINARY;
}

competency__code_point_class competency__classify(uint32_t code_point)
{
    if (code_point < 0x80) {
        return classify_ascii(code_point);
    }
    size_t low = 0;
    size_t high = sizeof(ranges) / sizeof(ranges[0]);
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (code_point > ranges[middle].last) {
            low = middle + 1;
        } else if (code_point < ranges[middle].first) {
            high = middle;
        } else {
            return ranges[middle].kind;
        }
    }
    return COMPETENCY__ORDINARY;
}

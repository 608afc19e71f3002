// SPDX-License-Identifier: MIT
#include "io/number_text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_plain(char c)
{
    return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == 'e';
}

// A locale may write the decimal point as any bytes: replace them by one '.'.
static size_t make_portable(char *text)
{
    size_t out = 0;
    int in_point = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        if (is_plain(text[i])) {
            text[out++] = text[i];
            in_point = 0;
        } else if (!in_point) {
            text[out++] = '.';
            in_point = 1;
        }
    }
    text[out] = '\0';
    return out;
}

size_t competency__number_text(char out[COMPETENCY__NUMBER_TEXT_BYTES], double value)
{
    if (!isfinite(value)) {
        memcpy(out, "null", sizeof("null"));
        return sizeof("null") - 1;
    }
    // 17 digits always read back; most values of a document need 15 or fewer.
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(out, COMPETENCY__NUMBER_TEXT_BYTES, "%.*g", digits, value);
        if (strtod(out, NULL) == value) {
            break;
        }
    }
    return make_portable(out);
}

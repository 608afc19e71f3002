// SPDX-License-Identifier: MIT
// Numbers for people.
#include "runtime/digits.h"

#include <stddef.h>

const char *heaplens__digits_group(uint64_t number, char text[HEAPLENS__DIGITS_BYTES])
{
    size_t at = HEAPLENS__DIGITS_BYTES - 1;  // from the end
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

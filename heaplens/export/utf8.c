// SPDX-License-Identifier: MIT
#include "export/utf8.h"

size_t heaplens__utf8_length(const char *text)
{
    const unsigned char *const bytes = (const unsigned char *)text;
    if (bytes[0] < 0x80) {
        return 1;
    }
    size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    if (bytes[0] >= 0xc2 && bytes[0] <= 0xdf) {
        length = 2;
    } else if ((bytes[0] & 0xf0) == 0xe0) {
        length = 3;
        low = bytes[0] == 0xe0 ? 0xa0 : low;
        high = bytes[0] == 0xed ? 0x9f : high;
    } else if (bytes[0] >= 0xf0 && bytes[0] <= 0xf4) {
        length = 4;
        low = bytes[0] == 0xf0 ? 0x90 : low;
        high = bytes[0] == 0xf4 ? 0x8f : high;
    }
    for (size_t i = 1; i < length; i++) {
        if (bytes[i] < low || bytes[i] > high) {
            return 0;
        }
        low = 0x80;
        high = 0xbf;
    }
    return length;
}

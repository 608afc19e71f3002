// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include <string.h>

// What the lead byte decides: the length, its own payload bits, and the range that the second
// byte must be in (which is what excludes overlong forms, surrogates and values above U+10FFFF).
struct lead {
    size_t size;
    uint32_t bits;
    unsigned char second_min;
    unsigned char second_max;
};

static struct lead read_lead(unsigned char byte)
{
    if (byte < 0x80U) {
        return (struct lead){1, byte, 0, 0};
    }
    if (byte >= 0xC2U && byte <= 0xDFU) {
        return (struct lead){2, byte & 0x1FU, 0x80, 0xBF};
    }
    if (byte >= 0xE0U && byte <= 0xEFU) {
        return (struct lead){3, byte & 0x0FU, byte == 0xE0U ? 0xA0 : 0x80,
                             byte == 0xEDU ? 0x9F : 0xBF};
    }
    if (byte >= 0xF0U && byte <= 0xF4U) {
        return (struct lead){4, byte & 0x07U, byte == 0xF0U ? 0x90 : 0x80,
                             byte == 0xF4U ? 0x8F : 0xBF};
    }
    return (struct lead){0};
}

size_t competency__utf8_decode(uint32_t *code_point, const char *text, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const struct lead lead = read_lead((unsigned char)text[0]);
    if (lead.size == 0 || lead.size > size) {
        return 0;
    }
    uint32_t value = lead.bits;
    for (size_t i = 1; i < lead.size; i++) {
        const unsigned char byte = (unsigned char)text[i];
        const unsigned char min = i == 1 ? lead.second_min : 0x80;
        const unsigned char max = i == 1 ? lead.second_max : 0xBF;
        if (byte < min || byte > max) {
            return 0;
        }
        value = value << 6 | (byte & 0x3FU);
    }
    *code_point = value;
    return lead.size;
}

size_t competency__utf8_encode(char out[4], uint32_t code_point)
{
    if (code_point < 0x80U) {
        out[0] = (char)code_point;
        return 1;
    }
    const size_t size = code_point < 0x800U ? 2 : code_point < 0x10000U ? 3 : 4;
    static const uint32_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size - 1; i > 0; i--) {
        out[i] = (char)(unsigned char)(0x80U | (code_point & 0x3FU));
        code_point >>= 6;
    }
    out[0] = (char)(unsigned char)(marks[size] | code_point);
    return size;
}

size_t competency__utf8_valid_prefix(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size) {
        // Most text is ASCII: eight bytes at a time while no high bit is set.
        uint64_t block;
        while (size - at >= sizeof(block)) {
            memcpy(&block, text + at, sizeof(block));
            if ((block & UINT64_C(0x8080808080808080)) != 0) {
                break;
            }
            at += sizeof(block);
        }
        if (at == size) {
            break;
        }
        uint32_t ignored;
        const size_t used = competency__utf8_decode(&ignored, text + at, size - at);
        if (used == 0) {
            return at;
        }
        at += used;
    }
    return size;
}

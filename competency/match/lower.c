// SPDX-License-Identifier: MIT
// Lower case of one code point after another, by Unicode's full mapping.
#define _POSIX_C_SOURCE 200809L  // strnlen

#include "match/lower.h"

#include <stdbool.h>
#include <string.h>

#include <utf8proc.h>

// Decode the sequence at `text`, which a NUL ends; false if it is not UTF-8.
static bool decode(const char *text, utf8proc_int32_t *code_point, size_t *used)
{
    const size_t left = strnlen(text, 4);
    const utf8proc_ssize_t read =
        utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)left, code_point);
    if (read <= 0) {
        return false;
    }
    *used = (size_t)read;
    return true;
}

// The properties Cased and Case_Ignorable, of which the library has only the categories.
// Source: Unicode Standard 3.13, D135 and D136, and PropList.txt for the ranges.
static bool is_cased(utf8proc_int32_t c)
{
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT: return true;
    default:
        return c == 0xAA || c == 0xBA || (c >= 0x2160 && c <= 0x217F) ||
               (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
               (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
    }
}

static bool is_case_ignorable(utf8proc_int32_t c)
{
    static const utf8proc_int32_t word_middles[] = {
        0x27,   0x2E,   0x3A,   0xB7,   0x387,  0x55F,  0x5F4,  0x2018, 0x2019,
        0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55, 0xFF07, 0xFF0E, 0xFF1A,
    };
    for (size_t i = 0; i < sizeof(word_middles) / sizeof(word_middles[0]); i++) {
        if (c == word_middles[i]) {
            return true;
        }
    }
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK: return true;
    default: return false;
    }
}

static bool cased_follows(const char *text)
{
    utf8proc_int32_t c = 0;
    size_t used = 0;
    while (*text != '\0' && decode(text, &c, &used)) {
        if (!is_case_ignorable(c)) {
            return is_cased(c);
        }
        text += used;
    }
    return false;
}

static bool cased_precedes(const char *start, const char *text)
{
    while (text > start) {
        do {
            text--;
        } while (text > start && ((unsigned char)*text & 0xC0U) == 0x80U);
        utf8proc_int32_t c = 0;
        size_t used = 0;
        if (!decode(text, &c, &used)) {
            return false;
        }
        if (!is_case_ignorable(c)) {
            return is_cased(c);
        }
    }
    return false;
}

size_t competency__lower_next(char *out, size_t *used, const char *start, const char *text)
{
    if ((unsigned char)*text < 0x80) {
        *out = (char)(*text >= 'A' && *text <= 'Z' ? *text + ('a' - 'A') : *text);
        *used = 1;
        return 1;
    }
    utf8proc_int32_t c = 0;
    if (!decode(text, &c, used)) {
        return 0;
    }
    if (c == 0x130) {  // I with a dot above: i, and the dot
        memcpy(out, (const char[]){0x69, (char)0xCC, (char)0x87}, 3);
        return 3;
    }
    if (c == 0x3A3) {
        const bool is_final = cased_precedes(start, text) && !cased_follows(text + *used);
        c = is_final ? 0x3C2 : 0x3C3;
    } else {
        c = utf8proc_tolower(c);
    }
    return (size_t)utf8proc_encode_char(c, (utf8proc_uint8_t *)out);
}

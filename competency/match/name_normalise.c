// SPDX-License-Identifier: MIT
// The name of a skill, reduced to what decides that two names mean the same one (R76).
#include "match/name_normalise.h"

#include <string.h>

#include "base/checked.h"
#include "match/lower.h"

// Bytes of the white space character at `text`, 0 if there is none: Unicode's White_Space.
static size_t space_length(const char *text)
{
    const unsigned char first = (unsigned char)text[0];
    if (first == ' ' || (first >= '\t' && first <= '\r')) {
        return 1;
    }
    // The others: U+0085, U+00A0; U+1680; U+2000-200A, 2028, 2029, 202F; U+205F; U+3000.
    static const char *const others[] = {
        "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
        "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
        "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80",
    };
    if (first < 0xC2 || first > 0xE3) {
        return 0;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const size_t length = strlen(others[i]);
        if (strncmp(text, others[i], length) == 0) {
            return length;
        }
    }
    return 0;
}

bool competency__name_normalise_bytes(size_t *out, size_t length)
{
    // No code point grows by more than half: two bytes to three (test_name_normalise.c tries all).
    return competency__add(out, length, length / 2) && competency__add(out, *out, 1);
}

bool competency__name_normalise(char *out, const char *name)
{
    bool is_between_words = false;
    char *at = out;
    for (const char *text = name; *text != '\0';) {
        const size_t space = space_length(text);
        if (space > 0) {
            is_between_words = at != out;  // a run before the first word vanishes
            text += space;
            continue;
        }
        if (is_between_words) {
            *at++ = ' ';
            is_between_words = false;
        }
        char lower[COMPETENCY__LOWER_BYTES];
        size_t used = 0;
        const size_t length = competency__lower_next(lower, &used, name, text);
        if (length == 0) {
            return false;
        }
        memcpy(at, lower, length);
        at += length;
        text += used;
    }
    *at = '\0';
    return true;
}

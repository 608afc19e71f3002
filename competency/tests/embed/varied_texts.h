// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_TESTS_VARIED_TEXTS_H
#define COMPETENCY_TESTS_VARIED_TEXTS_H

/**
 * @file
 * 240 texts of very different lengths: empty, one letter, words, sentences, some beyond the
 * longest input of any model in the tests.
 */
#include <stdio.h>
#include <string.h>

enum { VARIED_TEXTS = 240, VARIED_TEXT_BYTES = 4096 };

/** Fill (VARIED_TEXTS) texts, always the same ones, and pointers to them. */
static inline void fill_varied_texts(const char **texts)
{
    static const char *const words[] = {
        "data",   "Negotiation", "of",   "a",  "CAD/CAM",
        "Pflege", "reading",     "C++",  "in", "tests",
        "trade,", "Ünïts",       "safe", "42", "\xE6\x95\xB0\xE6\x8D\xAE"};
    static char storage[VARIED_TEXTS][VARIED_TEXT_BYTES];
    const size_t count = sizeof(words) / sizeof(words[0]);
    unsigned random = 12345;
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        // Mostly short, as names are; every 40th text has 300 words, which no model here takes.
        const size_t length = i % 40 == 39 ? 300 : i % 12 == 11 ? 5 + i % 60 : i % 7;
        size_t used = 0;
        storage[i][0] = '\0';
        for (size_t w = 0; w < length; w++) {
            random = random * 1664525U + 1013904223U;
            const char *const word = words[(random >> 16U) % count];
            used += (size_t)snprintf(storage[i] + used, VARIED_TEXT_BYTES - used, "%s ", word);
        }
        texts[i] = storage[i];
    }
}

#endif

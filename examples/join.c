// SPDX-License-Identifier: MIT
// What bench_join.c measures, in two versions.
#include "join.h"

#include <stdlib.h>
#include <string.h>

#ifndef JOIN_ONCE
char *join(const char *word, size_t count)
{
    char *text = NULL;
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        char *const grown = realloc(text, length + strlen(word) + 1);
        if (grown == NULL) {
            break;
        }
        text = grown;
        memcpy(text + length, word, strlen(word) + 1);
        length += strlen(word);
    }
    return text;
}
#else
char *join(const char *word, size_t count)
{
    const size_t length = strlen(word);
    char *const text = malloc(count * length + 1);
    for (size_t i = 0; i < count && text != NULL; i++) {
        memcpy(text + i * length, word, length + 1);
    }
    return text;
}
#endif

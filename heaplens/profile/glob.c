// SPDX-License-Identifier: MIT
#include "profile/glob.h"

// One step of a pattern that is not a star: does it take this byte?
static bool takes(const char **pattern, char byte)
{
    const char *at = *pattern;
    if (*at == '\0') {
        return false;
    }
    if (*at == '?') {
        *pattern = at + 1;
        return true;
    }
    at += *at == '\\' && at[1] != '\0' ? 1 : 0;
    *pattern = at + 1;
    return *at == byte;
}

// Only the last star is ever given another byte: an earlier one could take no more than it does.
bool heaplens__glob_matches(const char *pattern, const char *text, size_t length)
{
    const char *star = NULL;  // behind the last star
    size_t taken = 0;         // where its rest was tried from
    size_t at = 0;
    while (at < length) {
        const char *next = pattern;
        if (*pattern == '*') {
            star = ++pattern;
            taken = at;
        } else if (takes(&next, text[at])) {
            pattern = next;
            at++;
        } else if (star != NULL) {
            pattern = star;
            at = ++taken;
        } else {
            return false;
        }
    }
    while (*pattern == '*') {
        pattern++;
    }
    return *pattern == '\0';
}

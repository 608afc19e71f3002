// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_LOWER_H
#define COMPETENCY_MATCH_LOWER_H

#include <stddef.h>

/** Bytes that hold the lower case of one code point. */
enum { COMPETENCY__LOWER_BYTES = 4 };

/**
 * Lower-case the code point at the start of `text`, by the full mapping of Unicode.
 *
 * Two mappings are more than a table of code points: U+0130 becomes two, and a capital sigma at
 * the end of a word becomes the final one, for which `start` lets the function look back.
 *
 * @param[out] out    (COMPETENCY__LOWER_BYTES) UTF-8
 * @param[out] used   bytes of `text` that were read, >= 1
 * @param[in]  start  the beginning of the string that `text` points into
 * @return bytes written; 0 if `text` does not start with a valid UTF-8 sequence
 */
size_t competency__lower_next(char *out, size_t *used, const char *start, const char *text);

#endif

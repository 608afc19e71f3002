// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_UTF8_H
#define COMPETENCY_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Decode the UTF-8 sequence that `text` starts with.
 *
 * Strict as Unicode demands: no overlong forms, no surrogates, nothing above U+10FFFF.
 * Source: The Unicode Standard 15.0, table 3-7.
 *
 * @param[out] code_point  unchanged when the sequence is malformed
 * @param[in]  text        (size) bytes
 * @return bytes of the sequence, 1..4; 0 if it is malformed or cut off, or if size is 0
 */
size_t competency__utf8_decode(uint32_t *code_point, const char *text, size_t size);

/** Write `code_point`, which must be a valid one, to `out`; returns its bytes, 1..4. */
size_t competency__utf8_encode(char out[4], uint32_t code_point);

/**
 * Bytes at the start of `text` that are well-formed UTF-8: `size` if all of it is, else the
 * offset of the first malformed sequence.
 */
size_t competency__utf8_valid_prefix(const char *text, size_t size);

#endif

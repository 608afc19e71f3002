// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_NAME_NORMALISE_H
#define COMPETENCY_MATCH_NAME_NORMALISE_H

#include <stdbool.h>
#include <stddef.h>

/** Bytes that competency__name_normalise() may need for a name of `length` bytes, its NUL included. */
bool competency__name_normalise_bytes(size_t *out, size_t length);

/**
 * The form in which two names count as the same skill: lower case, white space trimmed and every
 * run of it one blank (R76).
 *
 * @param[out] out   room for competency__name_normalise_bytes(); NUL-terminated; not `name`
 * @param[in]  name  NUL-terminated
 * @return false if the name is not UTF-8; `out` is then unspecified
 */
bool competency__name_normalise(char *out, const char *name);

#endif

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_SHA256_H
#define COMPETENCY_BASE_SHA256_H

#include <stddef.h>

enum { COMPETENCY__SHA256_HEX_BYTES = 65 };

/**
 * The SHA-256 of `data` as 64 lower-case hexadecimal digits and a NUL.
 *
 * Source: NIST FIPS 180-4, section 6.2.
 *
 * @param[in] data  (size) bytes
 */
void competency__sha256_hex(char out[COMPETENCY__SHA256_HEX_BYTES], const void *data, size_t size);

#endif

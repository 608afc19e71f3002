// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_SHA256_H
#define COMPETENCY_BASE_SHA256_H

#include <stddef.h>

#include "base/sha256_blocks.h"

enum { COMPETENCY__SHA256_BYTES = 32, COMPETENCY__SHA256_HEX_BYTES = 65 };

/**
 * The SHA-256 of `data`.
 *
 * Source: NIST FIPS 180-4, section 6.2. The fastest code that the processor can run is chosen at
 * run time: the SHA instructions of x86 are some six times as fast as the portable code.
 *
 * @param[in] data  (size) bytes
 */
void competency__sha256(unsigned char out[COMPETENCY__SHA256_BYTES], const void *data, size_t size);

/** competency__sha256() by the code named: the tests hold every one to the same values. */
void competency__sha256_by(competency__sha256_blocks take_blocks,
                           unsigned char out[COMPETENCY__SHA256_BYTES], const void *data,
                           size_t size);

/** A sum as 64 lower-case hexadecimal digits and a NUL. */
void competency__sha256_print(char out[COMPETENCY__SHA256_HEX_BYTES],
                              const unsigned char sum[COMPETENCY__SHA256_BYTES]);

/** The SHA-256 of `data`, (size) bytes, as competency__sha256_print() writes it. */
void competency__sha256_hex(char out[COMPETENCY__SHA256_HEX_BYTES], const void *data, size_t size);

#endif

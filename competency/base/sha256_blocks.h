// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_SHA256_BLOCKS_H
#define COMPETENCY_BASE_SHA256_BLOCKS_H

/**
 * @file
 * The compression function of SHA-256 in each way that this library has it. All give the same
 * state; they differ in what the processor must be able to do.
 */
#include <stddef.h>
#include <stdint.h>

enum { COMPETENCY__SHA256_BLOCK_BYTES = 64 };

/**
 * Take `count` blocks of COMPETENCY__SHA256_BLOCK_BYTES bytes into the state.
 *
 * Source: NIST FIPS 180-4, section 6.2.2.
 *
 * @param[in,out] state   the eight words that the standard calls H0 to H7
 * @param[in]     blocks  (count) blocks, of any alignment
 */
typedef void (*competency__sha256_blocks)(uint32_t state[8], const unsigned char *blocks,
                                          size_t count);

/** The constants of the 64 rounds, FIPS 180-4, section 4.2.2. */
extern const uint32_t competency__sha256_round_constants[64];

/** For any processor. */
void competency__sha256_blocks_portable(uint32_t state[8], const unsigned char *blocks,
                                        size_t count);

/**
 * The code that uses the x86 SHA instructions, SSSE3 and SSE4.1; NULL where the processor, or the
 * build, has not got them.
 */
competency__sha256_blocks competency__sha256_sha_ni(void);

/** The fastest that this processor can run. */
competency__sha256_blocks competency__sha256_choose(void);

#endif

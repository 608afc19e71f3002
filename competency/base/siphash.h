// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_SIPHASH_H
#define COMPETENCY_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/** A key of SipHash. Where it is secret, nobody can choose texts that collide. */
typedef struct competency__siphash_key {
    uint64_t k0;
    uint64_t k1;
} competency__siphash_key;

/**
 * SipHash-2-4 of `data`: 64 bits that are spread evenly whatever the input.
 *
 * Source: Aumasson & Bernstein 2012, "SipHash: a fast short-input PRF".
 *
 * @param[in] data  (size) bytes
 */
uint64_t competency__siphash24(competency__siphash_key key, const void *data, size_t size);

/** SipHash-1-3 of `data`: half the rounds, for hash tables that live no longer than a process. */
uint64_t competency__siphash13(competency__siphash_key key, const void *data, size_t size);

#endif

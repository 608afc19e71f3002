// SPDX-License-Identifier: MIT
#include "base/sha256.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#if COMPETENCY_HAVE_SHA_NI
#include <cpuid.h>

#include "base/sha256_ni.h"
#endif

enum { BLOCK_BYTES = COMPETENCY__SHA256_BLOCK_BYTES, LENGTH_BYTES = 8 };

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes.
const uint32_t competency__sha256_round_constants[64] = {
    0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
    0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
    0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
    0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
    0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
    0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
    0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
    0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
};

static uint32_t rotate_right(uint32_t value, unsigned bits)
{
    return value >> bits | value << (32 - bits);
}

static void store_be32(unsigned char *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (unsigned char)(value >> (24 - 8 * i));
    }
}

static uint32_t load_be32(const unsigned char *in)
{
    return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static void expand(uint32_t schedule[64], const unsigned char *block)
{
    for (size_t t = 0; t < 16; t++) {
        schedule[t] = load_be32(block + 4 * t);
    }
    for (size_t t = 16; t < 64; t++) {
        const uint32_t a = schedule[t - 15];
        const uint32_t b = schedule[t - 2];
        const uint32_t sigma0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
        const uint32_t sigma1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;
        schedule[t] = sigma1 + schedule[t - 7] + sigma0 + schedule[t - 16];
    }
}

// One block into the state; the letters are those of the standard.
static void compress(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64];
    expand(w, block);
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    uint32_t e = state[4];
    uint32_t f = state[5];
    uint32_t g = state[6];
    uint32_t h = state[7];
    for (size_t t = 0; t < 64; t++) {
        const uint32_t sum1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        const uint32_t choice = (e & f) ^ (~e & g);
        const uint32_t t1 = h + sum1 + choice + competency__sha256_round_constants[t] + w[t];
        const uint32_t sum0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        const uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + sum0 + majority;
    }
    const uint32_t mixed[8] = {a, b, c, d, e, f, g, h};
    for (size_t i = 0; i < 8; i++) {
        state[i] += mixed[i];
    }
}

void competency__sha256_blocks_portable(uint32_t state[8], const unsigned char *blocks,
                                        size_t count)
{
    for (size_t i = 0; i < count; i++) {
        compress(state, blocks + i * BLOCK_BYTES);
    }
}

competency__sha256_blocks competency__sha256_sha_ni(void)
{
#if COMPETENCY_HAVE_SHA_NI
    // Asked by cpuid because __builtin_cpu_supports() of gcc 12 does not know the name "sha". The
    // registers are SSE's, which every x86-64 system saves.
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    const unsigned sse = bit_SSSE3 | bit_SSE4_1;
    const int has_sse = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & sse) == sse;
    if (has_sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0) {
        return competency__sha256_blocks_with_sha_ni;
    }
#endif
    return NULL;
}

competency__sha256_blocks competency__sha256_choose(void)
{
    const competency__sha256_blocks fast = competency__sha256_sha_ni();
    return fast != NULL ? fast : competency__sha256_blocks_portable;
}

void competency__sha256_by(competency__sha256_blocks take_blocks,
                           unsigned char out[COMPETENCY__SHA256_BYTES], const void *data,
                           size_t size)
{
    uint32_t state[8] = {0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                         0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19};
    const unsigned char *const bytes = data;
    const size_t left = size % BLOCK_BYTES;
    take_blocks(state, bytes, size / BLOCK_BYTES);

    // The rest, a 1 bit, zeros, and the length in bits: one block, or two if it does not fit.
    unsigned char tail[2 * BLOCK_BYTES] = {0};
    if (left > 0) {
        memcpy(tail, bytes + (size - left), left);
    }
    tail[left] = 0x80;
    const size_t tail_size = left + 1 + LENGTH_BYTES <= BLOCK_BYTES ? BLOCK_BYTES : 2 * BLOCK_BYTES;
    const uint64_t bits = (uint64_t)size * 8;
    store_be32(tail + tail_size - 8, (uint32_t)(bits >> 32));
    store_be32(tail + tail_size - 4, (uint32_t)bits);
    take_blocks(state, tail, tail_size / BLOCK_BYTES);
    for (size_t i = 0; i < 8; i++) {
        store_be32(out + 4 * i, state[i]);
    }
}

// Asked of the processor once: under a hypervisor each cpuid leaves the guest, which took some 30 us
// where a short hash takes 0.1.
static competency__sha256_blocks choose_once(void)
{
    static _Atomic(competency__sha256_blocks) chosen;  // NULL: not asked yet
    // Relaxed: whoever asks gets the same function, and nothing else is published with it.
    competency__sha256_blocks known = atomic_load_explicit(&chosen, memory_order_relaxed);
    if (known == NULL) {
        known = competency__sha256_choose();
        atomic_store_explicit(&chosen, known, memory_order_relaxed);
    }
    return known;
}

void competency__sha256(unsigned char out[COMPETENCY__SHA256_BYTES], const void *data, size_t size)
{
    competency__sha256_by(choose_once(), out, data, size);
}

void competency__sha256_print(char out[COMPETENCY__SHA256_HEX_BYTES],
                              const unsigned char sum[COMPETENCY__SHA256_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < COMPETENCY__SHA256_BYTES; i++) {
        out[2 * i] = digits[sum[i] >> 4];
        out[2 * i + 1] = digits[sum[i] & 0xFU];
    }
    out[COMPETENCY__SHA256_HEX_BYTES - 1] = '\0';
}

void competency__sha256_hex(char out[COMPETENCY__SHA256_HEX_BYTES], const void *data, size_t size)
{
    unsigned char sum[COMPETENCY__SHA256_BYTES];
    competency__sha256(sum, data, size);
    competency__sha256_print(out, sum);
}

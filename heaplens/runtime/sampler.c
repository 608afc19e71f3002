// SPDX-License-Identifier: MIT
// Poisson sampling over bytes. The two functions of mathematics that it needs are written out: the
// recorder links no library that the program may not have.
#include "runtime/sampler.h"

#include <string.h>

static const double GAP_MAX = 4.0e15;  // far below 2^63, however small the number drawn

void heaplens__sampler_init(heaplens__sampler *sampler, uint64_t seed, uint64_t stream)
{
    uint64_t h = seed + (stream + 1) * 0x9E3779B97F4A7C15U;
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9U;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBU;
    h ^= h >> 31;
    *sampler = (heaplens__sampler){.random = h != 0 ? h : 1};
}

// Uniform in (0, 1).
static double draw_uniform(heaplens__sampler *sampler)
{
    return ((double)(heaplens__sampler_next(&sampler->random) >> 11) + 0.5) * 0x1p-53;
}

// -log(u) for u in (0, 1): u = m * 2^e with m in [0.75, 1.5), and log(m) by the series of
// 2 atanh((m - 1) / (m + 1)), of which |z| <= 0.2 leaves less than 2^-43 after ten terms.
static double negative_log(double u)
{
    uint64_t bits = 0;
    memcpy(&bits, &u, sizeof bits);
    int exponent = (int)(bits >> 52) - 1023;
    bits = (bits & 0x000FFFFFFFFFFFFFU) | 0x3FF0000000000000U;
    double m = 0;
    memcpy(&m, &bits, sizeof m);
    if (m >= 1.5) {
        m /= 2;
        exponent++;
    }
    const double z = (m - 1) / (m + 1);
    const double zz = z * z;
    double sum = 0;
    for (int k = 19; k >= 1; k -= 2) {
        sum = sum * zz + 1.0 / k;
    }
    return -(2 * z * sum + exponent * 0.69314718055994530942);
}

// 1 - exp(-x) for x >= 0, to full relative precision where x is small: the series for x / 2^k, then
// 1 - (1 - q)^2 = q (2 - q), k times.
static double one_minus_exp(double x)
{
    if (x > 64) {
        return 1;
    }
    int halvings = 0;
    while (x > 0.25) {
        x /= 2;
        halvings++;
    }
    double sum = 0;
    for (int k = 12; k >= 1; k--) {
        sum = (1 - sum) * x / k;  // x - x^2/2! + x^3/3! - ..., from its end
    }
    for (int i = 0; i < halvings; i++) {
        sum *= 2 - sum;
    }
    return sum;
}

void heaplens__sampler_renew(heaplens__sampler *sampler, uint64_t mean)
{
    const double gap = (double)mean * negative_log(draw_uniform(sampler));
    sampler->mean = mean;
    // The whole part: of a gap g, the first n bytes have no point exactly if floor(g) >= n.
    sampler->bytes_left = (int64_t)(gap < GAP_MAX ? gap : GAP_MAX);
}

heaplens__weight heaplens__sampler_weigh(heaplens__sampler *sampler, size_t size, uint64_t mean)
{
    const double s = (double)size;
    const double p = one_minus_exp((size != 0 ? s : 1) / (double)mean);
    const double scale = (1 - p) / (p * p);
    const double blocks = 1 / p;
    uint64_t whole = (uint64_t)blocks;
    const double part = blocks - (double)whole;
    whole += draw_uniform(sampler) < part ? 1 : 0;
    return (heaplens__weight){
        .blocks = whole,
        .bytes = (uint64_t)(s / p + 0.5),
        .variance_blocks = scale + part * (1 - part),
        .variance_bytes = s * s * scale,
    };
}

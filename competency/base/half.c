// SPDX-License-Identifier: MIT
// IEEE 754 binary16 and bfloat16, where the processor's own instructions are not asked for.
#include "base/half.h"

#include <math.h>
#include <string.h>

uint16_t competency__half_from_float(float x)
{
    uint32_t bits = 0;
    memcpy(&bits, &x, sizeof(bits));
    const uint32_t sign = (bits >> 16U) & 0x8000U;
    const uint32_t magnitude = bits & 0x7FFFFFFFU;
    if (magnitude > 0x7F800000U) {
        return (uint16_t)(sign | 0x7E00U);
    }
    if (magnitude >= 0x47800000U) {  // 65,536 and above
        return (uint16_t)(sign | 0x7C00U);
    }
    if (magnitude < 0x38800000U) {  // below 2^-14: a multiple of 2^-24, rounded by the addition
        float size = 0;
        memcpy(&size, &magnitude, sizeof(size));
        return (uint16_t)(sign | (uint32_t)lrintf(size * 16777216.0F));
    }
    // Half of the last place, less one bit unless the last place is odd: ties go to even. A carry
    // out of the fraction raises the exponent, up to infinity, which is what rounding means there.
    const uint32_t rounded = magnitude + 0xFFFU + ((magnitude >> 13U) & 1U);
    return (uint16_t)(sign | ((rounded - 0x38000000U) >> 13U));
}

float competency__half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000U) << 16U;
    const uint32_t rest = half & 0x7FFFU;
    if (rest < 0x400U) {  // zero or subnormal: a multiple of 2^-24
        const float size = (float)rest / 16777216.0F;
        return sign != 0 ? -size : size;
    }
    // Infinities and NaNs have the largest exponent in both formats.
    const uint32_t exponent = rest >= 0x7C00U ? 0x70000000U : 0x38000000U;
    const uint32_t bits = sign | ((rest << 13U) + exponent);
    float x = 0;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

float competency__bfloat_to_float(uint16_t upper)
{
    const uint32_t bits = (uint32_t)upper << 16U;
    float x = 0;
    memcpy(&x, &bits, sizeof(x));
    return x;
}

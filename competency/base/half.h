// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_HALF_H
#define COMPETENCY_BASE_HALF_H

#include <stdint.h>

/** f32 to the nearest f16, ties to even; NaN stays NaN. */
uint16_t competency__half_from_float(float x);

/** f16 to f32, which holds every one of them. */
float competency__half_to_float(uint16_t half);

/** bf16, the upper half of an f32, to f32. */
float competency__bfloat_to_float(uint16_t upper);

#endif

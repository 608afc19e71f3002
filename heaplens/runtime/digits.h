// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_DIGITS_H
#define HEAPLENS_RUNTIME_DIGITS_H

#include <stdint.h>

enum { HEAPLENS__DIGITS_BYTES = 32 };  // 20 digits, 6 commas, a NUL

/** 1234567 as "1,234,567". Returns where in `text` it begins. */
const char *heaplens__digits_group(uint64_t number, char text[HEAPLENS__DIGITS_BYTES]);

#endif

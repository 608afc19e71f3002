// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_NUMBER_TEXT_H
#define COMPETENCY_IO_NUMBER_TEXT_H

#include <stddef.h>

enum { COMPETENCY__NUMBER_TEXT_BYTES = 32 };  // "-2.2250738585072014e-308" and NUL

/**
 * Write the shortest of 15, 16 and 17 significant digits that reads back as the same double, with
 * a point whatever the locale. Not-a-number and infinities, which JSON cannot say, become "null".
 *
 * @param[out] out  COMPETENCY__NUMBER_TEXT_BYTES; NUL-terminated
 * @return length without the NUL
 */
size_t competency__number_text(char out[COMPETENCY__NUMBER_TEXT_BYTES], double value);

#endif

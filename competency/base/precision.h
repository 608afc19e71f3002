// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_PRECISION_H
#define COMPETENCY_BASE_PRECISION_H

#include <stdbool.h>

/** How weights are stored. The values are those of packed files: append, never renumber. */
typedef enum competency__precision {
    COMPETENCY__F32 = 0,
    COMPETENCY__F16 = 1,   // IEEE 754 binary16, converted exactly to f32 where it is used
    COMPETENCY__INT8 = 2,  // integers with a scale a column
} competency__precision;

/** "f32", "f16" or "int8". */
const char *competency__precision_name(competency__precision precision);

/** The precision of a name; false, and *out unchanged, if there is none. */
bool competency__precision_find(competency__precision *out, const char *name);

#endif

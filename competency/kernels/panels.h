// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_KERNELS_PANELS_H
#define COMPETENCY_KERNELS_PANELS_H

/**
 * @file
 * The weight of a linear layer as the kernels read it: *panels* of 16 columns side by side.
 *
 * One layout serves every instruction set, and lies in memory as it lies in a packed model file:
 * a *block*, aligned to COMPETENCY__PANEL_ALIGN, little-endian, with nothing to parse. Legend:
 * N columns (outputs), K depth (inputs), N16 and K4 the same rounded up to a multiple of 16 and
 * of 4. The parts of a block follow each other in this order, each rounded up to
 * COMPETENCY__PANEL_ALIGN bytes; what pads columns and depth is zero.
 *
 *     part      F32                F16                INT8
 *     bias      f32 [N16]          f32 [N16]          f32 [N16]
 *     scales    -                  -                  f32 [N16]
 *     sums      -                  -                  i32 [N16]
 *     factors   -                  -                  f32 [K4]
 *     values    f32 [N16/16][K]    f16 [N16/16][K]    i8 [N16/16][K4/4]
 *                   [16]               [16]               [16][4]
 *
 * For F32 and F16 the panel's row k holds weight k of 16 neighbouring columns. For INT8 a row
 * holds four consecutive weights of each of 16 columns: what one VNNI instruction multiplies.
 *
 * INT8 approximates weight (column c, input k) by values[c][k] * scales[c] / factors[k], values
 * being in -127..127; `factors` multiply the inputs before they are quantised, and sums[c] is the
 * sum of the column's values, by which the zero point of quantised inputs is taken out again.
 *
 * No function keeps state; all are safe from any thread.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/precision.h"

enum { COMPETENCY__PANEL_COLUMNS = 16, COMPETENCY__PANEL_ALIGN = 64 };

/** One packed weight. Borrows from its block; immutable. */
typedef struct competency__panels {
    competency__precision precision;
    size_t cols;           // N, > 0
    size_t depth;          // K, > 0
    const float *bias;     // (N16)
    const float *scales;   // (N16) INT8 only, else NULL
    const int32_t *sums;   // (N16) INT8 only, else NULL
    const float *factors;  // (K4) INT8 only, else NULL
    const void *values;    // f32, f16 or i8, as drawn above
} competency__panels;

/** Some columns of a weight as a model file stores them. */
typedef struct competency__panel_source {
    const float *weight;  // (cols, depth) row-major
    const float *bias;    // (cols)
    size_t cols;
} competency__panel_source;

/** Bytes of a block, a multiple of COMPETENCY__PANEL_ALIGN; 0 if that cannot be addressed. */
size_t competency__panels_bytes(competency__precision precision, size_t cols, size_t depth);

/**
 * The parts of a block.
 *
 * @param block  competency__panels_bytes() for the same arguments, which is not 0, aligned to
 *               COMPETENCY__PANEL_ALIGN; kept by the caller while the result is used. Its contents
 *               are not looked at: any bytes are safe to multiply with
 */
competency__panels competency__panels_place(const void *block, competency__precision precision,
                                            size_t cols, size_t depth);

/**
 * Pack weights, the columns of several sources side by side.
 *
 * F16 rounds to the nearest, ties to even; what is beyond 65,504 becomes infinite. A column of
 * INT8 is scaled so that its largest number becomes 127.
 *
 * @param[out] block    as for competency__panels_place(), for the sum of the sources' columns
 * @param[in]  sources  (count)
 * @param[in]  factors  (depth) INT8: multiply the inputs, each > 0; NULL: ones. Else unused
 *
 * Allocates nothing. Cost: reads the weights once, INT8 twice.
 */
void competency__panels_pack(void *block, competency__precision precision,
                             const competency__panel_source *sources, size_t count, size_t depth,
                             const float *factors);

#endif

// SPDX-License-Identifier: MIT
#include "kernels/panels.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/checked.h"
#include "base/half.h"

enum { COLUMNS = COMPETENCY__PANEL_COLUMNS, DEPTH_GROUP = 4, INT8_MOST = 127 };

// ---------------------------------------------------------------- layout

// A bump allocator over a block; without one it only measures.
typedef struct cursor {
    const unsigned char *block;
    size_t used;
    bool has_overflowed;
} cursor;

static const void *take_part(cursor *at, size_t rows, size_t cols, size_t element)
{
    const size_t start = at->used;
    size_t bytes = 0;
    if (!competency__mul(&bytes, rows, cols) || !competency__mul(&bytes, bytes, element) ||
        !competency__add(&bytes, bytes, COMPETENCY__PANEL_ALIGN - 1)) {
        at->has_overflowed = true;
        return NULL;
    }
    bytes -= bytes % COMPETENCY__PANEL_ALIGN;
    at->has_overflowed |= !competency__add(&at->used, start, bytes);
    return at->block == NULL ? NULL : at->block + start;
}

static size_t round_up(cursor *at, size_t count, size_t multiple)
{
    size_t sum = 0;
    at->has_overflowed |= !competency__add(&sum, count, multiple - 1);
    return sum - sum % multiple;
}

// The one description of the layout: run once to measure and once to place.
static competency__panels lay_out(cursor *at, competency__precision precision, size_t cols,
                                  size_t depth)
{
    competency__panels w = {.precision = precision, .cols = cols, .depth = depth};
    const size_t wide = round_up(at, cols, COLUMNS);
    const size_t deep = round_up(at, depth, DEPTH_GROUP);
    w.bias = take_part(at, wide, 1, sizeof(float));
    switch (precision) {
    case COMPETENCY__F32: w.values = take_part(at, wide, depth, sizeof(float)); break;
    case COMPETENCY__F16: w.values = take_part(at, wide, depth, sizeof(uint16_t)); break;
    case COMPETENCY__INT8:
        w.scales = take_part(at, wide, 1, sizeof(float));
        w.sums = take_part(at, wide, 1, sizeof(int32_t));
        w.factors = take_part(at, deep, 1, sizeof(float));
        w.values = take_part(at, wide, deep, sizeof(int8_t));
        break;
    }
    return w;
}

size_t competency__panels_bytes(competency__precision precision, size_t cols, size_t depth)
{
    cursor measure = {0};
    (void)lay_out(&measure, precision, cols, depth);
    return measure.has_overflowed ? 0 : measure.used;
}

competency__panels competency__panels_place(const void *block, competency__precision precision,
                                            size_t cols, size_t depth)
{
    cursor place = {.block = block};
    return lay_out(&place, precision, cols, depth);
}

// ---------------------------------------------------------------- packing

// Where packed columns go: the parts of one block, writable.
typedef struct packing {
    unsigned char *block;
    competency__panels w;  // the same parts, read-only
    const float *factors;  // (w.depth) or NULL
} packing;

static void *writable(const packing *p, const void *part)
{
    return p->block + ((const unsigned char *)part - p->block);
}

// The element of column c, input k, of panels whose rows hold one number of each column.
static size_t locate(const packing *p, size_t c, size_t k)
{
    return (c / COLUMNS * p->w.depth + k) * COLUMNS + c % COLUMNS;
}

static void pack_f32(const packing *p, size_t c, const float *weight)
{
    float *const values = writable(p, p->w.values);
    for (size_t k = 0; k < p->w.depth; k++) {
        values[locate(p, c, k)] = weight[k];
    }
}

static void pack_f16(const packing *p, size_t c, const float *weight)
{
    uint16_t *const values = writable(p, p->w.values);
    for (size_t k = 0; k < p->w.depth; k++) {
        values[locate(p, c, k)] = competency__half_from_float(weight[k]);
    }
}

static float scale_weight(const packing *p, const float *weight, size_t k)
{
    return p->factors == NULL ? weight[k] : weight[k] / p->factors[k];
}

static void pack_int8(const packing *p, size_t c, const float *weight)
{
    int8_t *const values = writable(p, p->w.values);
    const size_t groups = (p->w.depth + DEPTH_GROUP - 1) / DEPTH_GROUP;
    float largest = 0;
    for (size_t k = 0; k < p->w.depth; k++) {
        largest = fmaxf(largest, fabsf(scale_weight(p, weight, k)));
    }
    const float scale = largest / (float)INT8_MOST;
    int32_t sum = 0;
    for (size_t k = 0; k < p->w.depth && scale > 0; k++) {
        const long value = lrintf(scale_weight(p, weight, k) / scale);
        const size_t row = c / COLUMNS * groups + k / DEPTH_GROUP;
        values[(row * COLUMNS + c % COLUMNS) * DEPTH_GROUP + k % DEPTH_GROUP] = (int8_t)value;
        sum += (int32_t)value;
    }
    ((float *)writable(p, p->w.scales))[c] = scale;
    ((int32_t *)writable(p, p->w.sums))[c] = sum;
}

static void pack_column(const packing *p, size_t c, const float *weight)
{
    switch (p->w.precision) {
    case COMPETENCY__F32: pack_f32(p, c, weight); break;
    case COMPETENCY__F16: pack_f16(p, c, weight); break;
    case COMPETENCY__INT8: pack_int8(p, c, weight); break;
    }
}

void competency__panels_pack(void *block, competency__precision precision,
                             const competency__panel_source *sources, size_t count, size_t depth,
                             const float *factors)
{
    size_t cols = 0;
    for (size_t i = 0; i < count; i++) {
        cols += sources[i].cols;
    }
    memset(block, 0, competency__panels_bytes(precision, cols, depth));
    const packing p = {.block = block,
                       .w = competency__panels_place(block, precision, cols, depth),
                       .factors = factors};
    size_t c = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t at = 0; at < sources[i].cols; at++, c++) {
            pack_column(&p, c, sources[i].weight + at * depth);
            ((float *)writable(&p, p.w.bias))[c] = sources[i].bias[at];
        }
    }
    for (size_t k = 0; p.w.factors != NULL && k < depth; k++) {
        ((float *)writable(&p, p.w.factors))[k] = factors == NULL ? 1.0F : factors[k];
    }
}

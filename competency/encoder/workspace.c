// SPDX-License-Identifier: MIT
#include "encoder/workspace.h"

#include <stdbool.h>

#include "base/checked.h"

// A bump allocator over the caller's block. Without a block it only measures.
typedef struct arena {
    unsigned char *block;
    size_t used;
    bool has_overflowed;
} arena;

static void *take_bytes(arena *a, size_t rows, size_t row_bytes)
{
    const size_t at = a->used;
    size_t bytes = 0;
    if (!competency__mul(&bytes, rows, row_bytes) ||
        !competency__add(&bytes, bytes, COMPETENCY__WORKSPACE_ALIGN - 1)) {
        a->has_overflowed = true;
        return NULL;
    }
    bytes -= bytes % COMPETENCY__WORKSPACE_ALIGN;
    a->has_overflowed |= !competency__add(&a->used, at, bytes);
    return a->block == NULL ? NULL : a->block + at;
}

static float *take_floats(arena *a, size_t rows, size_t cols)
{
    size_t bytes = 0;
    a->has_overflowed |= !competency__mul(&bytes, cols, sizeof(float));
    return take_bytes(a, rows, bytes);
}

// Numbers of a row of `count` that shares no cache line with the next.
static size_t round_to_lines(arena *a, size_t count)
{
    const size_t line = COMPETENCY__WORKSPACE_ALIGN / sizeof(float);
    size_t sum = 0;
    a->has_overflowed |= !competency__add(&sum, count, line - 1);
    return sum - sum % line;
}

// Inputs are as wide as the widest layer's.
static competency__quantised take_quantised(arena *a, const competency__bert_config *config,
                                            size_t tokens)
{
    const size_t widest =
        config->hidden > config->intermediate ? config->hidden : config->intermediate;
    competency__quantised q = {.stride = COMPETENCY__QUANTISED_STRIDE(widest)};
    q.values = take_bytes(a, tokens, q.stride);
    q.scales = take_bytes(a, tokens, sizeof(*q.scales));
    q.zeros = take_bytes(a, tokens, sizeof(*q.zeros));
    return q;
}

// The one description of the layout: run once to measure and once to place, so that the two
// cannot disagree.
static void lay_out(arena *a, competency__workspace *parts, const competency__bert_config *config,
                    size_t tokens, size_t longest)
{
    parts->x = take_floats(a, tokens, config->hidden);
    parts->branch = take_floats(a, tokens, config->hidden);
    parts->score_stride = round_to_lines(a, longest);
    parts->scores = take_floats(a, longest, parts->score_stride);
    parts->quantised = take_quantised(a, config, tokens);

    arena attention = *a;
    parts->qkv = take_floats(&attention, tokens, 3 * (size_t)config->hidden);
    parts->context = take_floats(&attention, tokens, config->hidden);
    parts->ffn = take_floats(a, tokens, config->intermediate);
    a->has_overflowed |= attention.has_overflowed;
    a->used = attention.used > a->used ? attention.used : a->used;
}

size_t competency__workspace_bytes(const competency__bert_config *config, size_t tokens,
                                   size_t longest)
{
    arena measure = {0};
    competency__workspace ignored;
    lay_out(&measure, &ignored, config, tokens, longest);
    return measure.has_overflowed ? 0 : measure.used;
}

competency__workspace competency__workspace_place(void *block,
                                                  const competency__bert_config *config,
                                                  size_t tokens, size_t longest)
{
    arena place = {.block = block};
    competency__workspace parts;
    lay_out(&place, &parts, config, tokens, longest);
    return parts;
}

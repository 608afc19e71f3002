// SPDX-License-Identifier: MIT
/**
 * @file
 * Products with packed weights, a part of kernels_body.h.
 *
 * A *tile* is what the registers hold: BLOCK_ROWS rows of BLOCK_PANELS panels. A strip of panels
 * stays in the second-level cache while all rows of the batch pass by it, and its depth is cut so
 * that a tile's rows stay in the first. At a cut the sums go through y, unrounded.
 */

enum { CUT_DEPTH = 384 };

// One tile's operands. Strides and distances are counted in elements.
typedef struct tile {
    float *y;  // the tile's first element; whole panels are written
    size_t y_stride;
    const float *x;  // the first row's element at the cut
    size_t x_stride;
    const void *w;        // the first panel's row at the cut: f32, or f16 where is_half
    size_t panel_length;  // from one panel to the next
    const float *bias;    // where the sums start; NULL: at y
    size_t depth;         // of the cut
} tile;

INLINE lanes load_weights(const void *w, size_t at, int is_half)
{
    return is_half ? lanes_load_half((const uint16_t *)w + at) : lanes_load((const float *)w + at);
}

INLINE lanes start_sum(const tile *t, size_t r, size_t p)
{
    const float *const y = t->y + r * t->y_stride;
    return lanes_load((t->bias != NULL ? t->bias : y) + p * LANES);
}

// `rows`, `panels` and `is_half` are constants wherever this is inlined, and every row is written
// out, so that each sum is a register: compilers leave an array in memory that a loop runs over.
// NOLINTNEXTLINE(readability-function-cognitive-complexity): one step, written out for each row
INLINE void multiply_block(const tile *t, size_t rows, size_t panels, int is_half)
{
    enum { LAST = BLOCK_PANELS - 1 };  // the second panel, or the only one
    lanes sum[BLOCK_ROWS][BLOCK_PANELS];
#define START(n)                                       \
    if ((n) <= rows) {                                 \
        sum[(n)-1][0] = start_sum(t, (n)-1, 0);        \
        if (panels > 1) {                              \
            sum[(n)-1][LAST] = start_sum(t, (n)-1, 1); \
        }                                              \
    }
    EACH_BLOCK_ROWS(START)
    for (size_t k = 0; k < t->depth; k++) {
        const lanes first = load_weights(t->w, k * LANES, is_half);
        const lanes last =
            panels > 1 ? load_weights(t->w, t->panel_length + k * LANES, is_half) : first;
#define STEP(n)                                                             \
    if ((n) <= rows) {                                                      \
        const float *const x = t->x + ((n)-1) * t->x_stride + k;            \
        sum[(n)-1][0] = lanes_fma_scalar(x, first, sum[(n)-1][0]);          \
        if (panels > 1) {                                                   \
            sum[(n)-1][LAST] = lanes_fma_scalar(x, last, sum[(n)-1][LAST]); \
        }                                                                   \
    }
        EACH_BLOCK_ROWS(STEP)
    }
#define STORE(n)                                       \
    if ((n) <= rows) {                                 \
        float *const y = t->y + ((n)-1) * t->y_stride; \
        lanes_store(y, sum[(n)-1][0]);                 \
        if (panels > 1) {                              \
            lanes_store(y + LANES, sum[(n)-1][LAST]);  \
        }                                              \
    }
    EACH_BLOCK_ROWS(STORE)
#undef START
#undef STEP
#undef STORE
}

INLINE void multiply_rows(const tile *t, size_t rows, size_t panels, int is_half)
{
    switch (rows) {
#define BLOCK_OF(n) \
    case n: multiply_block(t, n, panels, is_half); break;
        EACH_BLOCK_ROWS(BLOCK_OF)
#undef BLOCK_OF
    default: break;  // there are no other tiles
    }
}

static void multiply_tile_panels(const tile *t, size_t rows, size_t panels, int is_half)
{
    if (panels == BLOCK_PANELS && is_half) {
        multiply_rows(t, rows, BLOCK_PANELS, 1);
    } else if (panels == BLOCK_PANELS) {
        multiply_rows(t, rows, BLOCK_PANELS, 0);
    } else if (is_half) {
        multiply_rows(t, rows, 1, 1);
    } else {
        multiply_rows(t, rows, 1, 0);
    }
}

static void finish_tile(const tile *t, size_t rows, size_t panels, competency__finish finish)
{
    for (size_t r = 0; r < rows && finish != COMPETENCY__FINISH_NONE; r++) {
        float *const y = t->y + r * t->y_stride;
        for (size_t c = 0; c < panels * LANES; c += LANES) {
            const lanes v = lanes_load(y + c);
            lanes_store(y + c, finish == COMPETENCY__FINISH_GELU_ERF ? gelu_erf_lanes(v)
                                                                     : gelu_tanh_lanes(v));
        }
    }
}

// A strip of panels at one cut of the depth.
typedef struct strip {
    tile first;     // of the first rows
    size_t rows;    // of the batch
    size_t panels;  // 1..BLOCK_PANELS
    size_t cols;    // below panels * LANES in the last strip of a ragged product
    int is_half;
    competency__finish finish;
} strip;

// A tile whose last panel is wider than y: computed aside, since tiles write whole panels.
static void multiply_ragged(const strip *s, const tile *t, size_t rows)
{
    float aside[BLOCK_ROWS * BLOCK_PANELS * LANES] = {0};
    tile whole = *t;
    whole.y = aside;
    whole.y_stride = s->panels * LANES;
    for (size_t r = 0; r < rows && t->bias == NULL; r++) {
        memcpy(aside + r * whole.y_stride, t->y + r * t->y_stride, s->cols * sizeof(float));
    }
    multiply_tile_panels(&whole, rows, s->panels, s->is_half);
    finish_tile(&whole, rows, s->panels, s->finish);
    for (size_t r = 0; r < rows; r++) {
        memcpy(t->y + r * t->y_stride, aside + r * whole.y_stride, s->cols * sizeof(float));
    }
}

// How many of the rows that are left go into the next tile: what does not fill two is halved, since
// a tile of few rows waits for its sums.
static size_t choose_rows(size_t left, size_t most)
{
    return left > most && left < 2 * most ? (left + 1) / 2 : smaller(left, most);
}

static void multiply_strip(const strip *s)
{
    tile t = s->first;
    for (size_t left = s->rows; left > 0;) {
        const size_t rows = choose_rows(left, BLOCK_ROWS);
        if (s->cols == s->panels * LANES) {
            multiply_tile_panels(&t, rows, s->panels, s->is_half);
            finish_tile(&t, rows, s->panels, s->finish);
        } else {
            multiply_ragged(s, &t, rows);
        }
        t.y += rows * t.y_stride;
        t.x += rows * t.x_stride;
        left -= rows;
    }
}

// The same with f16 weights turned into f32 once, where several tiles use them.
static void multiply_expanded(const strip *s)
{
    _Alignas(64) float expanded[CUT_DEPTH * BLOCK_PANELS * LANES];
    const size_t length = s->first.depth * LANES;
    for (size_t p = 0; p < s->panels; p++) {
        for (size_t i = 0; i < length; i += LANES) {
            const size_t at = p * s->first.panel_length + i;
            lanes_store(expanded + p * length + i, load_weights(s->first.w, at, 1));
        }
    }
    strip same = *s;
    same.first.w = expanded;
    same.first.panel_length = length;
    same.is_half = 0;
    multiply_strip(&same);
}

// Panels [at, at + panels) at the cut that starts at input k.
static strip cut_strip(const competency__panel_product *p, size_t at, size_t k)
{
    const competency__panels *const w = p->w;
    const size_t element = w->precision == COMPETENCY__F16 ? sizeof(uint16_t) : sizeof(float);
    const size_t left = w->cols - at * LANES;
    const size_t depth = smaller(w->depth - k, CUT_DEPTH);
    const tile first = {.y = p->y + at * LANES,
                        .y_stride = p->y_stride,
                        .x = p->x + k,
                        .x_stride = p->x_stride,
                        .w = (const char *)w->values + (at * w->depth + k) * LANES * element,
                        .panel_length = w->depth * LANES,
                        .bias = k == 0 ? w->bias + at * LANES : NULL,
                        .depth = depth};
    // All panels of a strip or one: there are no tiles in between.
    const size_t panels = left > (size_t)(BLOCK_PANELS - 1) * LANES ? BLOCK_PANELS : 1;
    return (strip){.first = first,
                   .rows = p->rows,
                   .panels = panels,
                   .cols = smaller(left, panels * LANES),
                   .is_half = w->precision == COMPETENCY__F16,
                   .finish = k + depth == w->depth ? p->finish : COMPETENCY__FINISH_NONE};
}

static void multiply_panels(const competency__panel_product *p)
{
    const size_t panels = (p->w->cols + LANES - 1) / LANES;
    for (size_t k = 0; k < p->w->depth; k += CUT_DEPTH) {
        for (size_t at = 0; at < panels;) {
            const strip s = cut_strip(p, at, k);
            if (s.is_half && p->rows > BLOCK_ROWS) {
                multiply_expanded(&s);
            } else {
                multiply_strip(&s);
            }
            at += s.panels;
        }
    }
}

// SPDX-License-Identifier: MIT
// Prints a sum over the bits of what a table of kernels computes, a line a result, so that builds for
// different processors can be compared: run_aarch64.py.
//
//     print_bits TABLE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../encoder/synthetic_model.h"
#include "../kernels/kernel_data.h"
#include "encoder/calibration.h"
#include "encoder/encoder.h"
#include "encoder/workspace.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ROWS = 7, COLS = 21, DEPTH = 37, SIZE = 128 * 64, H = SYNTHETIC_HIDDEN };

// Rows around the tiles of every table, ragged and odd panels, depths around a group and a cut.
static const struct {
    size_t rows, cols, depth;
} shapes[] = {
    {1, 1, 1},   {2, 16, 3},   {3, 17, 4},  {6, 32, 5},
    {7, 33, 31}, {13, 48, 64}, {5, 9, 385}, {4, 3, 401},
};

static float x[SIZE];
static float w[SIZE];
static float y[SIZE];

// FNV-1a. Source: Fowler, Noll & Vo, draft-eastlake-fnv.
static void print_sum(const char *what, const void *bytes, size_t size)
{
    uint64_t sum = 0xCBF29CE484222325U;
    for (size_t i = 0; i < size; i++) {
        sum = (sum ^ ((const unsigned char *)bytes)[i]) * 0x100000001B3U;
    }
    printf("%s %016llx\n", what, (unsigned long long)sum);
}

static void start(void)
{
    fill_random(x, SIZE, 1, 4.0F);
    fill_random(w, SIZE, 2, 1.0F);
    memcpy(y, x, sizeof(y));
}

static void print_products(const competency__kernels *k)
{
    const competency__product p = {.y = y,
                                   .y_stride = COLS,
                                   .x = x,
                                   .x_stride = DEPTH,
                                   .w = w,
                                   .w_stride = DEPTH,
                                   .bias = w,
                                   .rows = ROWS,
                                   .cols = COLS,
                                   .depth = DEPTH};
    start();
    k->linear(&p);
    print_sum("linear", y, sizeof(y));
    start();
    k->matmul(&p);
    print_sum("matmul", y, sizeof(y));
    const float dot = k->dot(x, w, SIZE - 5);
    print_sum("dot", &dot, sizeof(dot));
    double wide[ROWS * DEPTH];
    double sums[ROWS];
    for (size_t i = 0; i < COUNT_OF(wide); i++) {
        wide[i] = (double)w[i];
    }
    k->dot_rows(sums, wide, x, ROWS, DEPTH);
    print_sum("dot_rows", sums, sizeof(sums));
    start();
    k->add(y, w, SIZE - 3);
    print_sum("add", y, sizeof(y));
}

static void print_int8(const competency__kernels *k, const competency__panels *panels, size_t rows,
                       competency__finish finish)
{
    static _Alignas(64) uint8_t values[SIZE];
    float scales[16];
    int32_t zeros[16];
    const competency__quantised q = {.values = values,
                                     .stride = COMPETENCY__QUANTISED_STRIDE(panels->depth),
                                     .scales = scales,
                                     .zeros = zeros};
    const competency__int8_product p = {
        .y = y, .y_stride = panels->cols, .x = &q, .w = panels, .rows = rows, .finish = finish};
    k->quantise(&q, x, panels->depth, panels, rows);
    print_sum("quantised", values, rows * q.stride);
    k->multiply_int8(&p);
}

// One packed product of each precision and with each finish.
static void print_panels(const competency__kernels *k, size_t rows, size_t cols, size_t depth)
{
    for (competency__precision precision = COMPETENCY__F32; precision <= COMPETENCY__INT8;
         precision++) {
        void *const block = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                                          competency__panels_bytes(precision, cols, depth));
        if (block == NULL) {
            abort();
        }
        const competency__panel_source source = {.weight = w, .bias = x, .cols = cols};
        competency__panels_pack(block, precision, &source, 1, depth, NULL);
        const competency__panels panels = competency__panels_place(block, precision, cols, depth);
        for (competency__finish finish = COMPETENCY__FINISH_NONE;
             finish <= COMPETENCY__FINISH_GELU_TANH; finish++) {
            const competency__panel_product p = {.y = y,
                                                 .y_stride = cols,
                                                 .x = x,
                                                 .x_stride = depth,
                                                 .w = &panels,
                                                 .rows = rows,
                                                 .finish = finish};
            start();
            if (precision == COMPETENCY__INT8) {
                print_int8(k, &panels, rows, finish);
            } else {
                k->multiply_panels(&p);
            }
            print_sum("panels", y, sizeof(y));
        }
        free(block);
    }
}

static void print_rows(const competency__kernels *k)
{
    start();
    k->layer_norm(y, x, w, ROWS, DEPTH, 1e-12F);
    print_sum("layer_norm", y, sizeof(y));
    start();
    k->softmax(y, DEPTH, ROWS, DEPTH, 0.3F);
    print_sum("softmax", y, sizeof(y));
    start();
    k->gelu_erf(y, SIZE - 3);
    print_sum("gelu_erf", y, sizeof(y));
    start();
    k->gelu_tanh(y, SIZE - 3);
    print_sum("gelu_tanh", y, sizeof(y));
}

// Weights packed, for INT8 after a calibration, and the vectors of two texts.
static void print_model(const competency__kernels *k, competency__precision precision)
{
    static const char *const names[] = {"model in f32", "model in f16", "model in int8"};
    static const uint32_t ids[] = {1, 30, 7, 22, 2, 1, 5, 2};
    static const size_t starts[] = {0, 5, 8};
    synthetic_model *const m = synthetic_model_create(1);
    const competency__text_ends ends = {.first = 1, .last = 2};
    float *sizes = NULL;
    if (competency__calibrate(&sizes, NULL, &m->config, &m->weights, ends, NULL) != COMPETENCY_OK) {
        abort();
    }
    m->weights.input_sizes = sizes;
    const size_t bytes = competency__packed_layers_bytes(&m->config, precision);
    void *const layers = aligned_alloc(COMPETENCY__PANEL_ALIGN, bytes);
    void *const words = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                                      competency__packed_words_bytes(&m->config, precision));
    void *const block =
        aligned_alloc(COMPETENCY__WORKSPACE_ALIGN, competency__workspace_bytes(&m->config, 8, 5));
    if (layers == NULL || words == NULL || block == NULL) {
        abort();
    }
    competency__packed_layers_pack(layers, &m->config, &m->weights, precision);
    competency__packed_words_pack(words, &m->config, &m->weights, precision);
    competency__packed_weights packed;
    competency__packed_weights_place(&packed, &m->config, precision, layers, words);
    const competency__encoder encoder = {.config = &m->config, .weights = &packed, .kernels = k};
    const competency__batch batch = {.ids = ids, .starts = starts, .texts = 2};
    float out[2 * H];
    competency__encoder_run(&encoder, out, &batch, block);
    print_sum("packed layers", layers, bytes);
    print_sum(names[precision], out, sizeof(out));
    free(block);
    free(words);
    free(layers);
    free(sizes);
}

int main(int argc, char **argv)
{
    const competency__kernels *const k =
        argc == 2 ? competency__kernels_select(competency__kernels_cpu(), argv[1]) : NULL;
    if (k == NULL || strcmp(k->name, argv[1]) != 0) {
        (void)fprintf(stderr, "usage: print_bits TABLE\n");
        return 2;
    }
    print_products(k);
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        print_panels(k, shapes[i].rows, shapes[i].cols, shapes[i].depth);
    }
    print_rows(k);
    print_model(k, COMPETENCY__F32);
    print_model(k, COMPETENCY__F16);
    print_model(k, COMPETENCY__INT8);
    return 0;
}

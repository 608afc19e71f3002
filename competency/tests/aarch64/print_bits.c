// SPDX-License-Identifier: MIT
// Prints a sum over the bits of what the scalar kernels compute, a line a result, so that builds for
// different processors can be compared: run_aarch64.py.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../encoder/synthetic_model.h"
#include "../kernels/kernel_data.h"
#include "encoder/calibration.h"
#include "encoder/encoder.h"
#include "encoder/workspace.h"

enum { ROWS = 7, COLS = 21, DEPTH = 37, SIZE = 64 * 64, H = SYNTHETIC_HIDDEN };

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

int main(void)
{
    const competency__kernels *const scalar = competency__kernels_select(0, "scalar");
    print_products(scalar);
    print_rows(scalar);
    print_model(scalar, COMPETENCY__F32);
    print_model(scalar, COMPETENCY__F16);
    print_model(scalar, COMPETENCY__INT8);
    return 0;
}

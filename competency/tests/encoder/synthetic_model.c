// SPDX-License-Identifier: MIT
#include "synthetic_model.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/kernel_data.h"

enum {
    H = SYNTHETIC_HIDDEN,
    F = SYNTHETIC_INTERMEDIATE,
    WIDTH = SYNTHETIC_HIDDEN / SYNTHETIC_HEADS,
    FLOATS_MAX = 64 * 1024,
};

static float pool[FLOATS_MAX];
static size_t pool_used;

// Numbers in offset + [-scale, scale).
static const float *random_weights(size_t count, uint64_t *seed, float offset, float scale)
{
    if (pool_used + count > FLOATS_MAX) {
        abort();
    }
    float *const p = pool + pool_used;
    pool_used += count;
    fill_random(p, count, (*seed)++, scale);
    for (size_t i = 0; i < count; i++) {
        p[i] += offset;
    }
    return p;
}

static competency__linear random_linear(size_t out, size_t in, uint64_t *seed)
{
    return (competency__linear){.weight = random_weights(out * in, seed, 0.0F, 0.3F),
                                .bias = random_weights(out, seed, 0.0F, 0.2F)};
}

static competency__norm random_norm(uint64_t *seed)
{
    return (competency__norm){.gamma = random_weights(H, seed, 1.0F, 0.5F),
                              .beta = random_weights(H, seed, 0.0F, 0.2F)};
}

synthetic_model *synthetic_model_create(uint64_t seed)
{
    static synthetic_model model;
    pool_used = 0;
    model.config = (competency__bert_config){.layers = SYNTHETIC_LAYERS,
                                             .hidden = H,
                                             .heads = SYNTHETIC_HEADS,
                                             .intermediate = F,
                                             .vocabulary = SYNTHETIC_VOCABULARY,
                                             .positions = SYNTHETIC_POSITIONS,
                                             .segments = 2,
                                             .tokens_max = SYNTHETIC_POSITIONS,
                                             .layer_norm_eps = 1e-12F,
                                             .activation = COMPETENCY__GELU_ERF,
                                             .pooling = COMPETENCY__POOL_MEAN,
                                             .is_normalised = true};
    for (size_t i = 0; i < SYNTHETIC_LAYERS; i++) {
        model.layers[i] = (competency__bert_layer){.query = random_linear(H, H, &seed),
                                                   .key = random_linear(H, H, &seed),
                                                   .value = random_linear(H, H, &seed),
                                                   .attention_output = random_linear(H, H, &seed),
                                                   .attention_norm = random_norm(&seed),
                                                   .ffn_in = random_linear(F, H, &seed),
                                                   .ffn_out = random_linear(H, F, &seed),
                                                   .output_norm = random_norm(&seed)};
    }
    model.weights = (competency__bert_weights){
        .word_embeddings = random_weights((size_t)SYNTHETIC_VOCABULARY * H, &seed, 0.0F, 1.0F),
        .position_embeddings = random_weights((size_t)SYNTHETIC_POSITIONS * H, &seed, 0.0F, 0.3F),
        .segment_embeddings = random_weights(2 * (size_t)H, &seed, 0.0F, 0.3F),
        .embedding_norm = random_norm(&seed),
        .layers = model.layers};
    return &model;
}

static void reference_linear(const competency__linear *layer, const double *x, size_t in, double *y,
                             size_t out)
{
    for (size_t o = 0; o < out; o++) {
        y[o] = (double)layer->bias[o];
        for (size_t i = 0; i < in; i++) {
            y[o] += x[i] * (double)layer->weight[o * in + i];
        }
    }
}

static void reference_norm(const competency__norm *norm, double *x)
{
    double mean = 0;
    double variance = 0;
    for (size_t c = 0; c < H; c++) {
        mean += x[c] / H;
    }
    for (size_t c = 0; c < H; c++) {
        variance += (x[c] - mean) * (x[c] - mean) / H;
    }
    for (size_t c = 0; c < H; c++) {
        x[c] =
            (x[c] - mean) / sqrt(variance + 1e-12) * (double)norm->gamma[c] + (double)norm->beta[c];
    }
}

static double reference_gelu(competency__activation activation, double x)
{
    switch (activation) {
    case COMPETENCY__GELU_ERF: return 0.5 * x * (1 + erf(x / sqrt(2.0)));
    case COMPETENCY__GELU_TANH:
        return 0.5 * x * (1 + tanh(sqrt(2 / acos(-1.0)) * (x + 0.044715 * x * x * x)));
    }
    return (double)NAN;
}

// What token t of one head takes from all tokens' values.
static void reference_head(double (*q)[H], double (*k)[H], double (*v)[H], size_t tokens, size_t t,
                           size_t head, double *context)
{
    double weight[SYNTHETIC_POSITIONS];
    double sum = 0;
    for (size_t s = 0; s < tokens; s++) {
        double score = 0;
        for (size_t c = head * WIDTH; c < (head + 1) * WIDTH; c++) {
            score += q[t][c] * k[s][c];
        }
        weight[s] = exp(score / sqrt((double)WIDTH));
        sum += weight[s];
    }
    for (size_t c = head * WIDTH; c < (head + 1) * WIDTH; c++) {
        context[c] = 0;
        for (size_t s = 0; s < tokens; s++) {
            context[c] += weight[s] / sum * v[s][c];
        }
    }
}

static void reference_layer(const synthetic_model *m, const competency__bert_layer *layer,
                            double (*x)[H], size_t tokens)
{
    static double q[SYNTHETIC_POSITIONS][H];
    static double k[SYNTHETIC_POSITIONS][H];
    static double v[SYNTHETIC_POSITIONS][H];
    for (size_t t = 0; t < tokens; t++) {
        reference_linear(&layer->query, x[t], H, q[t], H);
        reference_linear(&layer->key, x[t], H, k[t], H);
        reference_linear(&layer->value, x[t], H, v[t], H);
    }
    for (size_t t = 0; t < tokens; t++) {
        double context[H];
        double branch[H];
        double inside[F];
        for (size_t head = 0; head < SYNTHETIC_HEADS; head++) {
            reference_head(q, k, v, tokens, t, head, context);
        }
        reference_linear(&layer->attention_output, context, H, branch, H);
        for (size_t c = 0; c < H; c++) {
            x[t][c] += branch[c];
        }
        reference_norm(&layer->attention_norm, x[t]);
        reference_linear(&layer->ffn_in, x[t], H, inside, F);
        for (size_t c = 0; c < F; c++) {
            inside[c] = reference_gelu(m->config.activation, inside[c]);
        }
        reference_linear(&layer->ffn_out, inside, F, branch, H);
        for (size_t c = 0; c < H; c++) {
            x[t][c] += branch[c];
        }
        reference_norm(&layer->output_norm, x[t]);
    }
}

void synthetic_model_reference(const synthetic_model *model, const uint32_t *ids, size_t tokens,
                               double *out)
{
    static double x[SYNTHETIC_POSITIONS][H];
    const competency__bert_weights *const w = &model->weights;
    for (size_t t = 0; t < tokens; t++) {
        for (size_t c = 0; c < H; c++) {
            x[t][c] = (double)w->word_embeddings[ids[t] * H + c] +
                      (double)w->position_embeddings[t * H + c] + (double)w->segment_embeddings[c];
        }
        reference_norm(&w->embedding_norm, x[t]);
    }
    for (size_t i = 0; i < SYNTHETIC_LAYERS; i++) {
        reference_layer(model, &model->layers[i], x, tokens);
    }
    const size_t pooled = model->config.pooling == COMPETENCY__POOL_CLS ? 1 : tokens;
    double square = 0;
    for (size_t c = 0; c < H; c++) {
        out[c] = 0;
        for (size_t t = 0; t < pooled; t++) {
            out[c] += x[t][c] / (double)pooled;
        }
        square += out[c] * out[c];
    }
    for (size_t c = 0; c < H && model->config.is_normalised; c++) {
        out[c] /= sqrt(square);
    }
}

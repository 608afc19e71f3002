// SPDX-License-Identifier: MIT
#include "encoder/encoder.h"

#include <math.h>

#include "base/phase.h"
#include "encoder/pooling.h"
#include "encoder/workspace.h"

// One forward pass: what to run, on what, and where its intermediate results lie.
typedef struct pass {
    const competency__kernels *kernels;
    const competency__bert_config *config;
    const competency__batch *batch;
    competency__workspace at;
    size_t tokens;
    float *token_weights;  // of the normalisations from here on; NULL unless calibrating
    float *squares;        // of the inputs of the linear layers from here on; NULL in a first run
} pass;

static size_t find_longest(const competency__batch *batch)
{
    size_t longest = 0;
    for (size_t i = 0; i < batch->texts; i++) {
        const size_t tokens = batch->starts[i + 1] - batch->starts[i];
        longest = tokens > longest ? tokens : longest;
    }
    return longest;
}

static void apply_norm(const pass *p, const competency__norm *norm)
{
    p->kernels->layer_norm(p->at.x, norm->gamma, norm->beta, p->tokens, p->config->hidden,
                           p->config->layer_norm_eps);
}

// x = norm(word + position + segment 0), the sum in that order.
static void embed_tokens(const pass *p, const competency__packed_weights *weights)
{
    const size_t hidden = p->config->hidden;
    for (size_t i = 0; i < p->batch->texts; i++) {
        const size_t start = p->batch->starts[i];
        for (size_t t = start; t < p->batch->starts[i + 1]; t++) {
            const float *const position = weights->position_embeddings + (t - start) * hidden;
            float *const x = p->at.x + t * hidden;
            competency__packed_words_read(&weights->words, hidden, p->batch->ids[t], x);
            for (size_t c = 0; c < hidden; c++) {
                x[c] = x[c] + position[c] + weights->segment_embedding[c];
            }
        }
    }
    apply_norm(p, &weights->embedding_norm);
}

// Linear layers are applied in the order in which a calibration has their inputs. Each operation is
// a statement, or a compiler might fuse two, and the bits would depend on it.
static void note_inputs(pass *p, const float *x, size_t depth)
{
    if (p->squares == NULL) {
        return;
    }
    for (size_t i = 0; i < p->tokens * depth; i++) {
        const float square = x[i] * x[i];
        const float weighted = square * p->token_weights[i / depth];
        p->squares[i % depth] += weighted;
    }
    p->squares += depth;
}

// What a normalisation divides its rows by is what it divides the errors in them by, too.
static void note_rows(pass *p)
{
    if (p->token_weights == NULL) {
        return;
    }
    const size_t hidden = p->config->hidden;
    for (size_t t = 0; t < p->tokens && p->squares == NULL; t++) {
        const float *const row = p->at.x + t * hidden;
        p->token_weights[t] = (float)hidden / fmaxf(p->kernels->dot(row, row, hidden), 1e-9F);
    }
    p->token_weights += p->tokens;
}

// NOLINTBEGIN(readability-non-const-parameter): written through a product.

static void apply_int8(const pass *p, const competency__panels *w, float *y, const float *x,
                       competency__finish finish)
{
    competency__quantised inputs = p->at.quantised;
    inputs.stride = COMPETENCY__QUANTISED_STRIDE(w->depth);
    const competency__int8_product product = {
        .y = y, .y_stride = w->cols, .x = &inputs, .w = w, .rows = p->tokens, .finish = finish};
    p->kernels->quantise(&inputs, x, w->depth, w, p->tokens);
    p->kernels->multiply_int8(&product);
}

// y (tokens, w->cols) = finish(x (tokens, w->depth) * weight^T + bias)
static void apply_linear(pass *p, const competency__panels *w, float *y, const float *x,
                         competency__finish finish)
{
    note_inputs(p, x, w->depth);
    if (w->precision == COMPETENCY__INT8) {
        apply_int8(p, w, y, x, finish);
        return;
    }
    const competency__panel_product product = {.y = y,
                                               .y_stride = w->cols,
                                               .x = x,
                                               .x_stride = w->depth,
                                               .w = w,
                                               .rows = p->tokens,
                                               .finish = finish};
    p->kernels->multiply_panels(&product);
}

// One head of one text: context = softmax(query key^T / sqrt(width)) value. `qkv` and `context`
// point at the head's first column in the text's first row.
static void attend_head(const pass *p, float *context, const float *qkv, size_t tokens)
{
    const size_t hidden = p->config->hidden;
    const size_t width = hidden / p->config->heads;
    const competency__product weigh = {.y = p->at.scores,
                                       .y_stride = p->at.score_stride,
                                       .x = qkv,
                                       .x_stride = 3 * hidden,
                                       .w = qkv + hidden,
                                       .w_stride = 3 * hidden,
                                       .rows = tokens,
                                       .cols = tokens,
                                       .depth = width};
    p->kernels->linear(&weigh);
    p->kernels->softmax(p->at.scores, p->at.score_stride, tokens, tokens,
                        1.0F / sqrtf((float)width));
    const competency__product mix = {.y = context,
                                     .y_stride = hidden,
                                     .x = p->at.scores,
                                     .x_stride = p->at.score_stride,
                                     .w = qkv + 2 * hidden,
                                     .w_stride = 3 * hidden,
                                     .rows = tokens,
                                     .cols = width,
                                     .depth = tokens};
    p->kernels->matmul(&mix);
}

// NOLINTEND(readability-non-const-parameter)

static void attend(const pass *p)
{
    const size_t hidden = p->config->hidden;
    const size_t width = hidden / p->config->heads;
    for (size_t i = 0; i < p->batch->texts; i++) {
        const size_t start = p->batch->starts[i];
        const size_t tokens = p->batch->starts[i + 1] - start;
        for (size_t h = 0; h < p->config->heads; h++) {
            attend_head(p, p->at.context + start * hidden + h * width,
                        p->at.qkv + start * 3 * hidden + h * width, tokens);
        }
    }
}

static void add_branch(pass *p)
{
    p->kernels->add(p->at.x, p->at.branch, p->tokens * p->config->hidden);
    note_rows(p);
}

static void run_attention(pass *p, const competency__packed_layer *layer)
{
    apply_linear(p, &layer->qkv, p->at.qkv, p->at.x, COMPETENCY__FINISH_NONE);
    attend(p);
    apply_linear(p, &layer->attention_output, p->at.branch, p->at.context, COMPETENCY__FINISH_NONE);
    add_branch(p);
    apply_norm(p, &layer->attention_norm);
}

static competency__finish find_activation(const competency__bert_config *config)
{
    switch (config->activation) {
    case COMPETENCY__GELU_ERF: return COMPETENCY__FINISH_GELU_ERF;
    case COMPETENCY__GELU_TANH: return COMPETENCY__FINISH_GELU_TANH;
    }
    return COMPETENCY__FINISH_NONE;
}

static void run_feed_forward(pass *p, const competency__packed_layer *layer)
{
    apply_linear(p, &layer->ffn_in, p->at.ffn, p->at.x, find_activation(p->config));
    apply_linear(p, &layer->ffn_out, p->at.branch, p->at.ffn, COMPETENCY__FINISH_NONE);
    add_branch(p);
    apply_norm(p, &layer->output_norm);
}

void competency__encoder_run(const competency__encoder *encoder, float *out,
                             const competency__batch *batch, void *block)
{
    const competency__bert_config *const config = encoder->config;
    const competency__observation *const seen = encoder->observation;
    const size_t tokens = batch->texts == 0 ? 0 : batch->starts[batch->texts];
    pass p = {
        .kernels = encoder->kernels,
        .config = config,
        .batch = batch,
        .at = competency__workspace_place(block, config, tokens, find_longest(batch)),
        .tokens = tokens,
        .token_weights = seen == NULL ? NULL : seen->token_weights,
        .squares = seen == NULL ? NULL : seen->squares,
    };
    embed_tokens(&p, encoder->weights);
    for (size_t i = 0; i < config->layers; i++) {
        run_attention(&p, &encoder->weights->layers[i]);
        run_feed_forward(&p, &encoder->weights->layers[i]);
    }
    COMPETENCY__PHASE_BEGIN("pool");
    for (size_t i = 0; i < batch->texts; i++) {
        const size_t start = batch->starts[i];
        competency__pool(encoder->kernels, config, out + i * config->hidden,
                         p.at.x + start * config->hidden, batch->starts[i + 1] - start);
    }
    COMPETENCY__PHASE_END();
}

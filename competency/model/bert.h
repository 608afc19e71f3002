// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_BERT_H
#define COMPETENCY_MODEL_BERT_H

/**
 * @file
 * A BERT encoder as data: its shape, and where its weights lie in the mapped file.
 *
 * Legend of the shape comments: V vocabulary, P positions, S segment types, H hidden,
 * F intermediate. Every matrix is row-major f32; a linear layer's weight is (out, in), so that
 * y = x * weight^T + bias.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Limits of a model that this library opens. They bound every size that is computed from a
// configuration, so that none of the products below can overflow; the largest BERT in use has 24
// layers of 1,024, and XLM's vocabulary 250,002 entries.
enum {
    COMPETENCY__LAYERS_MAX = 48,
    COMPETENCY__HIDDEN_MAX = 4096,
    COMPETENCY__INTERMEDIATE_MAX = 16384,
    COMPETENCY__VOCABULARY_MAX = 1000000,
    COMPETENCY__POSITIONS_MAX = 8192,
    COMPETENCY__SEGMENTS_MAX = 16
};

typedef enum competency__activation {
    COMPETENCY__GELU_ERF,   // "gelu": 0.5 x (1 + erf(x / sqrt 2))
    COMPETENCY__GELU_TANH,  // "gelu_new", "gelu_pytorch_tanh": the tanh approximation
} competency__activation;

typedef enum competency__pooling {
    COMPETENCY__POOL_MEAN,  // mean over every token, [CLS] and [SEP] included
    COMPETENCY__POOL_CLS,   // the first token's row
} competency__pooling;

/** Shape and arithmetic of one model; every field was checked against the limits above. */
typedef struct competency__bert_config {
    uint32_t layers;                    // 1..COMPETENCY__LAYERS_MAX
    uint32_t hidden;                    // H; divisible by heads
    uint32_t heads;                     // >= 1
    uint32_t intermediate;              // F
    uint32_t vocabulary;                // V; every token id is below it
    uint32_t positions;                 // P; rows of the position table
    uint32_t segments;                  // S; only row 0 of the segment table is used
    uint32_t tokens_max;                // longest input, [CLS] and [SEP] included; 2..positions
    float layer_norm_eps;               // added to the variance; > 0
    competency__activation activation;  // of the feed-forward layer
    competency__pooling pooling;        // rows to one vector
    bool is_normalised;                 // the vector is divided by its L2 norm
    bool excludes_prompt;               // a prompt's rows take no part in pooling: not supported
} competency__bert_config;

/** One linear layer. */
typedef struct competency__linear {
    const float *weight;  // (out, in)
    const float *bias;    // (out)
} competency__linear;

/** Scale and shift of one layer normalisation. */
typedef struct competency__norm {
    const float *gamma;  // (H)
    const float *beta;   // (H)
} competency__norm;

/** One transformer layer: x = attention_norm(x + attention(x)); x = output_norm(x + ffn(x)). */
typedef struct competency__bert_layer {
    competency__linear query;             // (H, H)
    competency__linear key;               // (H, H)
    competency__linear value;             // (H, H)
    competency__linear attention_output;  // (H, H)
    competency__norm attention_norm;
    competency__linear ffn_in;   // (F, H), then the activation
    competency__linear ffn_out;  // (H, F)
    competency__norm output_norm;
} competency__bert_layer;

/**
 * Where the weights lie. The pointers borrow from the model's mapping: they are valid until the
 * model is closed, aligned to 4 bytes and not more, and read-only.
 */
typedef struct competency__bert_weights {
    const float *word_embeddings;      // (V, H)
    const float *position_embeddings;  // (P, H)
    const float *segment_embeddings;   // (S, H)
    competency__norm embedding_norm;
    const competency__bert_layer *layers;  // (config.layers)
    const float *input_sizes;  // (layers, 3H + F) what int8 weights are packed by, the caller's;
                               // NULL: unknown; see encoder/calibration.h
} competency__bert_weights;

#endif

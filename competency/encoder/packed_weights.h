// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_ENCODER_PACKED_WEIGHTS_H
#define COMPETENCY_ENCODER_PACKED_WEIGHTS_H

/**
 * @file
 * The weights of a model as the encoder reads them, in two blocks of memory that a packed model
 * file holds as they are: the *layers*, which every forward pass reads from end to end, and the
 * *words*, of which it reads a row a token.
 *
 * Each part is aligned to COMPETENCY__PANEL_ALIGN within its block. The block of layers has, in
 * this order: position embeddings (P, H), segment 0 (H), gamma and beta (H) of the embeddings'
 * normalisation, all f32; then for each layer the panels of query, key and value side by side
 * (3H, H), of the attention's output (H, H), gamma and beta of its normalisation, the panels of
 * the feed-forward layer's inside (F, H) and outside (H, F), gamma and beta of its normalisation.
 * See kernels/panels.h for panels. The block of words has the rows (V, H) as f32, as f16 or, for
 * INT8, as i8 followed by one f32 scale a row (V): number = integer * scale.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/panels.h"
#include "model/bert.h"

/** One layer, in the order in which it is read. Borrows from the block of layers. */
typedef struct competency__packed_layer {
    competency__panels qkv;               // (3H, H)
    competency__panels attention_output;  // (H, H)
    competency__norm attention_norm;
    competency__panels ffn_in;   // (F, H)
    competency__panels ffn_out;  // (H, F)
    competency__norm output_norm;
} competency__packed_layer;

/**
 * Word embeddings. Borrows from the block of words, or from a model's mapping; or, with a file,
 * reads a row where it is used.
 */
typedef struct competency__packed_words {
    competency__precision precision;
    bool is_in_file;
    int file;             // is_in_file: the descriptor, borrowed
    uint64_t offset;      // is_in_file: where the rows start
    const void *rows;     // (V, H) f32, f16 or i8; not looked at if is_in_file
    const float *scales;  // (V) INT8 only, else NULL
} competency__packed_words;

/** All of it. */
typedef struct competency__packed_weights {
    competency__precision precision;  // as asked for; panels may have another one each
    competency__packed_words words;
    const float *position_embeddings;  // (P, H)
    const float *segment_embedding;    // (H) segment 0
    competency__norm embedding_norm;
    competency__packed_layer layers[COMPETENCY__LAYERS_MAX];  // config.layers are used
} competency__packed_weights;

/** Bytes of the block of layers; 0 if that cannot be addressed. */
size_t competency__packed_layers_bytes(const competency__bert_config *config,
                                       competency__precision precision);

/** Bytes of the block of words; 0 if that cannot be addressed. */
size_t competency__packed_words_bytes(const competency__bert_config *config,
                                      competency__precision precision);

/**
 * Pack a model's layers.
 *
 * @param[out] block  competency__packed_layers_bytes(), which is not 0, aligned to
 *                    COMPETENCY__PANEL_ALIGN
 * @param[in]  weights  INT8: with the `input_sizes` of competency__calibrate(); without them
 *                    inputs count as alike, which costs accuracy
 *
 * Allocates nothing. Cost: reads the weights once; all-MiniLM-L6-v2 takes some 40 ms.
 */
void competency__packed_layers_pack(void *block, const competency__bert_config *config,
                                    const competency__bert_weights *weights,
                                    competency__precision precision);

/** Pack a model's word embeddings, likewise. */
void competency__packed_words_pack(void *block, const competency__bert_config *config,
                                   const competency__bert_weights *weights,
                                   competency__precision precision);

/**
 * Find the parts of both blocks.
 *
 * Looks at nothing inside them, and any bytes are safe to compute with.
 *
 * @param[out] out     borrows from both blocks
 * @param[in]  layers  as packed for the same configuration and precision
 * @param[in]  words   likewise; NULL: the caller sets out->words
 */
void competency__packed_weights_place(competency__packed_weights *out,
                                      const competency__bert_config *config,
                                      competency__precision precision, const void *layers,
                                      const void *words);

/**
 * out (H) = the embedding of word `id`, in f32; id < V. What cannot be read from a file becomes
 * NaN, which the results then are.
 */
void competency__packed_words_read(const competency__packed_words *words, size_t hidden,
                                   uint32_t id, float *out);

#endif

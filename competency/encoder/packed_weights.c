// SPDX-License-Identifier: MIT
#include "encoder/packed_weights.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/checked.h"
#include "base/half.h"

// A walk over a block, part by part: without one it measures, without weights it only places.
typedef struct walk {
    unsigned char *writable;     // NULL unless packing
    const unsigned char *block;  // NULL when measuring
    size_t used;
    bool has_overflowed;
    const float *sizes;  // of the inputs of the linear layers from here on; NULL: unknown
} walk;

// Where the next part starts.
static size_t take(walk *at, size_t bytes)
{
    const size_t start = at->used;
    size_t end = 0;
    size_t padded = 0;
    at->has_overflowed |= !competency__add(&padded, bytes, COMPETENCY__PANEL_ALIGN - 1);
    padded -= padded % COMPETENCY__PANEL_ALIGN;
    at->has_overflowed |= !competency__add(&end, start, padded);
    at->used = end;
    return start;
}

// `source` may be NULL where nothing is packed.
static const float *take_floats(walk *at, const float *source, size_t rows, size_t cols)
{
    size_t count = 0;
    size_t bytes = 0;
    at->has_overflowed |= !competency__mul(&count, rows, cols);
    at->has_overflowed |= !competency__mul(&bytes, count, sizeof(float));
    const size_t start = take(at, bytes);
    if (at->writable != NULL && source != NULL) {
        memcpy(at->writable + start, source, bytes);
        // Files are the same bytes on every machine, padding included.
        memset(at->writable + start + bytes, 0, at->used - start - bytes);
    }
    return at->block == NULL ? NULL : (const float *)(const void *)(at->block + start);
}

static competency__norm take_norm(walk *at, const competency__norm *source, size_t hidden)
{
    competency__norm norm = {0};
    norm.gamma = take_floats(at, source->gamma, hidden, 1);
    norm.beta = take_floats(at, source->beta, hidden, 1);
    return norm;
}

enum { SOURCES_MAX = 3 };

// What an input is multiplied by before it is quantised, and its weights divided by: the root of
// size of the weights by size of the input leaves both at their geometric mean, which balances the
// errors of rounding the one with those of rounding the other.
static float balance(const competency__panel_source *sources, size_t count, size_t depth, size_t k,
                     float input_size)
{
    float squares = 0;
    size_t cols = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t c = 0; c < sources[i].cols; c++) {
            const float weight = sources[i].weight[c * depth + k];
            const float square = weight * weight;
            squares += square;
        }
        cols += sources[i].cols;
    }
    // An input without weights, or one that is always zero, has any factor.
    const float size = sqrtf(squares / (float)cols);
    return sqrtf(fmaxf(size, 1e-9F) / fmaxf(input_size, 1e-3F));
}

// `count` linear layers of `cols` outputs each, side by side.
static competency__panels take_panels(walk *at, const competency__linear *const *linears,
                                      size_t count, size_t cols, size_t depth,
                                      competency__precision precision)
{
    const size_t bytes = competency__panels_bytes(precision, count * cols, depth);
    at->has_overflowed |= bytes == 0;
    const size_t start = take(at, bytes);
    if (at->writable != NULL) {
        competency__panel_source sources[SOURCES_MAX];
        float factors[COMPETENCY__INTERMEDIATE_MAX];
        for (size_t i = 0; i < count; i++) {
            sources[i] = (competency__panel_source){
                .weight = linears[i]->weight, .bias = linears[i]->bias, .cols = cols};
        }
        for (size_t k = 0; k < depth && at->sizes != NULL; k++) {
            factors[k] = balance(sources, count, depth, k, at->sizes[k]);
        }
        competency__panels_pack(at->writable + start, precision, sources, count, depth,
                                at->sizes == NULL ? NULL : factors);
        at->sizes = at->sizes == NULL ? NULL : at->sizes + depth;
    }
    return competency__panels_place(at->block == NULL ? NULL : at->block + start, precision,
                                    count * cols, depth);
}

static void walk_layer(walk *at, competency__packed_layer *out,
                       const competency__bert_layer *source, const competency__bert_config *config,
                       competency__precision precision)
{
    const size_t hidden = config->hidden;
    const size_t inside = config->intermediate;
    const competency__linear *const qkv[] = {&source->query, &source->key, &source->value};
    const competency__linear *const attention_output = &source->attention_output;
    const competency__linear *const ffn_in = &source->ffn_in;
    const competency__linear *const ffn_out = &source->ffn_out;
    out->qkv = take_panels(at, qkv, 3, hidden, hidden, precision);
    out->attention_output = take_panels(at, &attention_output, 1, hidden, hidden, precision);
    out->attention_norm = take_norm(at, &source->attention_norm, hidden);
    out->ffn_in = take_panels(at, &ffn_in, 1, inside, hidden, precision);
    out->ffn_out = take_panels(at, &ffn_out, 1, hidden, inside, precision);
    out->output_norm = take_norm(at, &source->output_norm, hidden);
}

// The one description of the block of layers: run to measure, to pack and to place. `source` is
// looked at only when packing.
static void walk_layers(walk *at, competency__packed_weights *out,
                        const competency__bert_weights *source,
                        const competency__bert_config *config, competency__precision precision)
{
    static const competency__bert_layer no_layer;
    const size_t hidden = config->hidden;
    out->precision = precision;
    out->position_embeddings =
        take_floats(at, source->position_embeddings, config->positions, hidden);
    out->segment_embedding = take_floats(at, source->segment_embeddings, 1, hidden);
    out->embedding_norm = take_norm(at, &source->embedding_norm, hidden);
    for (size_t i = 0; i < config->layers; i++) {
        walk_layer(at, &out->layers[i], source->layers == NULL ? &no_layer : &source->layers[i],
                   config, precision);
    }
}

size_t competency__packed_layers_bytes(const competency__bert_config *config,
                                       competency__precision precision)
{
    static const competency__bert_weights nothing;
    walk measure = {0};
    competency__packed_weights ignored;
    walk_layers(&measure, &ignored, &nothing, config, precision);
    return measure.has_overflowed ? 0 : measure.used;
}

void competency__packed_layers_pack(void *block, const competency__bert_config *config,
                                    const competency__bert_weights *weights,
                                    competency__precision precision)
{
    walk packing = {.writable = block,
                    .block = block,
                    .sizes = precision == COMPETENCY__INT8 ? weights->input_sizes : NULL};
    competency__packed_weights ignored;
    walk_layers(&packing, &ignored, weights, config, precision);
}

// ---------------------------------------------------------------- words

static size_t row_bytes(size_t hidden, competency__precision precision)
{
    switch (precision) {
    case COMPETENCY__F32: return hidden * sizeof(float);
    case COMPETENCY__F16: return hidden * sizeof(uint16_t);
    case COMPETENCY__INT8: return hidden * sizeof(int8_t);
    }
    return 0;
}

// Where the rows and, for INT8, the scales lie; returns the bytes of the block.
static size_t place_words(competency__packed_words *out, const competency__bert_config *config,
                          competency__precision precision, const void *block)
{
    walk at = {.block = block};
    size_t bytes = 0;
    at.has_overflowed =
        !competency__mul(&bytes, config->vocabulary, row_bytes(config->hidden, precision));
    *out = (competency__packed_words){.precision = precision, .rows = block};
    (void)take(&at, bytes);
    if (precision == COMPETENCY__INT8) {
        out->scales = take_floats(&at, NULL, config->vocabulary, 1);
    }
    return at.has_overflowed ? 0 : at.used;
}

size_t competency__packed_words_bytes(const competency__bert_config *config,
                                      competency__precision precision)
{
    competency__packed_words ignored;
    return place_words(&ignored, config, precision, NULL);
}

// Returns the row's scale: its largest number becomes 127.
static float quantise_word(int8_t *out, const float *row, size_t hidden)
{
    float largest = 0;
    for (size_t c = 0; c < hidden; c++) {
        largest = fmaxf(largest, fabsf(row[c]));
    }
    const float scale = largest / 127.0F;
    for (size_t c = 0; c < hidden; c++) {
        out[c] = (int8_t)(scale > 0 ? lrintf(row[c] / scale) : 0);
    }
    return scale;
}

static void pack_word(unsigned char *block, const competency__packed_words *words, const float *row,
                      size_t hidden, size_t id)
{
    switch (words->precision) {
    case COMPETENCY__F32:
        memcpy(block + id * hidden * sizeof(float), row, hidden * sizeof(float));
        break;
    case COMPETENCY__F16:
        for (size_t c = 0; c < hidden; c++) {
            ((uint16_t *)(void *)block)[id * hidden + c] = competency__half_from_float(row[c]);
        }
        break;
    case COMPETENCY__INT8: {
        const float scale = quantise_word((int8_t *)block + id * hidden, row, hidden);
        const size_t at = (size_t)((const unsigned char *)words->scales - block);
        memcpy(block + at + id * sizeof(float), &scale, sizeof(scale));
        break;
    }
    }
}

void competency__packed_words_pack(void *block, const competency__bert_config *config,
                                   const competency__bert_weights *weights,
                                   competency__precision precision)
{
    competency__packed_words words;
    const size_t bytes = place_words(&words, config, precision, block);
    const size_t hidden = config->hidden;
    memset(block, 0, bytes);
    for (size_t id = 0; id < config->vocabulary; id++) {
        pack_word(block, &words, weights->word_embeddings + id * hidden, hidden, id);
    }
}

void competency__packed_weights_place(competency__packed_weights *out,
                                      const competency__bert_config *config,
                                      competency__precision precision, const void *layers,
                                      const void *words)
{
    static const competency__bert_weights nothing;
    walk placing = {.block = layers};
    walk_layers(&placing, out, &nothing, config, precision);
    out->words = (competency__packed_words){.precision = COMPETENCY__F32};
    if (words != NULL) {
        (void)place_words(&out->words, config, precision, words);
    }
}

// Bring row `id`, as it is stored, from the file. False if it cannot be read.
static bool read_row(const competency__packed_words *words, size_t bytes, uint32_t id, void *out)
{
    const ssize_t got = pread(words->file, out, bytes, (off_t)(words->offset + id * bytes));
    return got == (ssize_t)bytes;
}

// f16 or i8 to f32.
static void widen_row(const competency__packed_words *words, const void *row, size_t hidden,
                      uint32_t id, float *out)
{
    for (size_t c = 0; c < hidden; c++) {
        out[c] = words->precision == COMPETENCY__F16
                     ? competency__half_to_float(((const uint16_t *)row)[c])
                     : (float)((const int8_t *)row)[c] * words->scales[id];
    }
}

void competency__packed_words_read(const competency__packed_words *words, size_t hidden,
                                   uint32_t id, float *out)
{
    const size_t bytes = row_bytes(hidden, words->precision);
    const bool is_f32 = words->precision == COMPETENCY__F32;
    if (!words->is_in_file) {
        const void *const row = (const unsigned char *)words->rows + id * bytes;
        if (is_f32) {
            memcpy(out, row, bytes);
        } else {
            widen_row(words, row, hidden, id, out);
        }
        return;
    }
    uint16_t buffer[COMPETENCY__HIDDEN_MAX];
    if (!read_row(words, bytes, id, is_f32 ? (void *)out : buffer)) {
        for (size_t c = 0; c < hidden; c++) {
            out[c] = NAN;
        }
    } else if (!is_f32) {
        widen_row(words, buffer, hidden, id, out);
    }
}

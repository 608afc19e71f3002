// SPDX-License-Identifier: MIT
#include "model/weights.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/half.h"
#include "base/memory.h"

enum { NAME_BYTES = 128 };

// What is done with each weight of the list below. `cols` is 0 for a vector of `rows` numbers.
struct visitor {
    competency_status (*visit)(struct visitor *self, const char *name, size_t rows, size_t cols,
                               const float **place);
    const competency__safetensors *index;
    const char *bytes;
    const char *prefix;
    float *widened;            // room for the next weight of 16 bits
    competency_status status;  // the first failure sticks
    competency_error *err;
};

static void visit(struct visitor *visitor, const char *name, size_t rows, size_t cols,
                  const float **place)
{
    if (visitor->status == COMPETENCY_OK) {
        visitor->status = visitor->visit(visitor, name, rows, cols, place);
    }
}

static void visit_linear(struct visitor *visitor, uint32_t layer, const char *name, size_t out,
                         size_t in, competency__linear *linear)
{
    char full[NAME_BYTES];
    (void)snprintf(full, sizeof(full), "encoder.layer.%u.%s.weight", (unsigned)layer, name);
    visit(visitor, full, out, in, &linear->weight);
    (void)snprintf(full, sizeof(full), "encoder.layer.%u.%s.bias", (unsigned)layer, name);
    visit(visitor, full, out, 0, &linear->bias);
}

static void visit_norm(struct visitor *visitor, uint32_t layer, const char *name, size_t hidden,
                       competency__norm *norm)
{
    char full[NAME_BYTES];
    (void)snprintf(full, sizeof(full), "encoder.layer.%u.%s.weight", (unsigned)layer, name);
    visit(visitor, full, hidden, 0, &norm->gamma);
    (void)snprintf(full, sizeof(full), "encoder.layer.%u.%s.bias", (unsigned)layer, name);
    visit(visitor, full, hidden, 0, &norm->beta);
}

static void visit_layer(struct visitor *visitor, const competency__bert_config *config, uint32_t i,
                        competency__bert_layer *layer)
{
    const size_t H = config->hidden;
    const size_t F = config->intermediate;
    visit_linear(visitor, i, "attention.self.query", H, H, &layer->query);
    visit_linear(visitor, i, "attention.self.key", H, H, &layer->key);
    visit_linear(visitor, i, "attention.self.value", H, H, &layer->value);
    visit_linear(visitor, i, "attention.output.dense", H, H, &layer->attention_output);
    visit_norm(visitor, i, "attention.output.LayerNorm", H, &layer->attention_norm);
    visit_linear(visitor, i, "intermediate.dense", F, H, &layer->ffn_in);
    visit_linear(visitor, i, "output.dense", H, F, &layer->ffn_out);
    visit_norm(visitor, i, "output.LayerNorm", H, &layer->output_norm);
}

// The one list of an encoder's weights: binding and checking walk it alike.
static competency_status visit_all(struct visitor *visitor, const competency__bert_config *config,
                                   competency__bert_weights *weights,
                                   competency__bert_layer *layers)
{
    const size_t H = config->hidden;
    visit(visitor, "embeddings.word_embeddings.weight", config->vocabulary, H,
          &weights->word_embeddings);
    visit(visitor, "embeddings.position_embeddings.weight", config->positions, H,
          &weights->position_embeddings);
    visit(visitor, "embeddings.token_type_embeddings.weight", config->segments, H,
          &weights->segment_embeddings);
    visit(visitor, "embeddings.LayerNorm.weight", H, 0, &weights->embedding_norm.gamma);
    visit(visitor, "embeddings.LayerNorm.bias", H, 0, &weights->embedding_norm.beta);
    for (uint32_t i = 0; i < config->layers; i++) {
        visit_layer(visitor, config, i, &layers[i]);
    }
    return visitor->status;
}

static bool has_shape(const competency__tensor *tensor, size_t rows, size_t cols)
{
    if (cols == 0) {
        return tensor->rank == 1 && tensor->shape[0] == rows;
    }
    return tensor->rank == 2 && tensor->shape[0] == rows && tensor->shape[1] == cols;
}

// How a number of 16 bits becomes one of 32, which holds it exactly; NULL for another type.
typedef float (*widening)(uint16_t bits);

static widening widening_of(const competency__tensor *tensor)
{
    if (strcmp(tensor->dtype, "F16") == 0) {
        return competency__half_to_float;
    }
    return strcmp(tensor->dtype, "BF16") == 0 ? competency__bfloat_to_float : NULL;
}

static void widen(float *out, const char *bytes, const competency__tensor *tensor)
{
    const widening to_float = widening_of(tensor);
    for (size_t i = 0; i < tensor->size / 2; i++) {
        const unsigned char *const pair = (const unsigned char *)bytes + tensor->begin + 2 * i;
        out[i] = to_float((uint16_t)(pair[0] | pair[1] << 8U));
    }
}

static competency_status bind(struct visitor *self, const char *name, size_t rows, size_t cols,
                              const float **place)
{
    char full[NAME_BYTES];
    (void)snprintf(full, sizeof(full), "%s%s", self->prefix, name);
    const competency__tensor *const tensor = competency__safetensors_find(self->index, full);
    if (tensor == NULL) {
        return competency__fail(self->err, COMPETENCY_EFORMAT, "no tensor %s", full);
    }
    if (strcmp(tensor->dtype, "F32") != 0 && widening_of(tensor) == NULL) {
        return competency__fail(self->err, COMPETENCY_EUNSUPPORTED,
                                "tensor %s is %s; F32, F16 and BF16 are supported", full,
                                tensor->dtype);
    }
    if (!has_shape(tensor, rows, cols)) {
        return competency__fail(self->err, COMPETENCY_EFORMAT,
                                "tensor %s has another shape than (%zu, %zu)", full, rows, cols);
    }
    if (widening_of(tensor) != NULL) {
        widen(self->widened, self->bytes, tensor);
        *place = self->widened;
        self->widened += tensor->size / 2;
        return COMPETENCY_OK;
    }
    if (((uintptr_t)self->bytes + tensor->begin) % sizeof(float) != 0) {
        return competency__fail(self->err, COMPETENCY_EFORMAT,
                                "tensor %s is at byte %zu, which is not a multiple of 4", full,
                                tensor->begin);
    }
    *place = (const float *)(const void *)(self->bytes + tensor->begin);
    return COMPETENCY_OK;
}

// Room for all tensors of 16 bits as f32; *out stays NULL if there are none.
static competency_status reserve_widened(float **out, const competency__safetensors *index,
                                         competency_error *err)
{
    size_t bytes = 0;
    for (size_t i = 0; i < index->count; i++) {
        if (widening_of(&index->tensors[i]) != NULL) {
            bytes += index->tensors[i].size;  // they lie in the file: no overflow
        }
    }
    if (bytes == 0) {
        return COMPETENCY_OK;
    }
    if (competency__mul(&bytes, bytes, 2)) {
        *out = competency__allocate(&index->memory, bytes);
    }
    return *out != NULL ? COMPETENCY_OK
                        : competency__fail(err, COMPETENCY_ENOMEM,
                                           "no memory for weights of 16 bits as f32");
}

competency_status competency__weights_bind(competency__bert_weights *weights,
                                           competency__bert_layer *layers, float **widened,
                                           const competency__bert_config *config,
                                           const competency__safetensors *index, const char *bytes,
                                           competency_error *err)
{
    *widened = NULL;
    const competency_status status = reserve_widened(widened, index, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    static const char *const prefixes[] = {"", "bert.", "model."};
    struct visitor binder = {.visit = bind,
                             .index = index,
                             .bytes = bytes,
                             .prefix = "",
                             .widened = *widened,
                             .err = err};
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof(name), "%sembeddings.word_embeddings.weight", prefixes[i]);
        if (competency__safetensors_find(index, name) != NULL) {
            binder.prefix = prefixes[i];
        }
    }
    *weights = (competency__bert_weights){.layers = layers};
    (void)visit_all(&binder, config, weights, layers);
    if (binder.status != COMPETENCY_OK) {
        competency__release(&index->memory, *widened);
        *widened = NULL;
    }
    return binder.status;
}

static competency_status check_finite(struct visitor *self, const char *name, size_t rows,
                                      size_t cols, const float **place)
{
    const size_t count = rows * (cols == 0 ? 1 : cols);
    for (size_t i = 0; i < count; i++) {
        if (!isfinite((*place)[i])) {
            return competency__fail(self->err, COMPETENCY_EFORMAT,
                                    "tensor %s: number %zu is not finite", name, i);
        }
    }
    return COMPETENCY_OK;
}

competency_status competency__weights_check_finite(const competency__bert_weights *weights,
                                                   const competency__bert_config *config,
                                                   competency_error *err)
{
    // The list hands out places to write to; this visitor only reads, from copies of them.
    competency__bert_weights copy = *weights;
    competency__bert_layer layers[COMPETENCY__LAYERS_MAX];
    memcpy(layers, weights->layers, config->layers * sizeof(layers[0]));
    struct visitor checker = {.visit = check_finite, .err = err};
    return visit_all(&checker, config, &copy, layers);
}

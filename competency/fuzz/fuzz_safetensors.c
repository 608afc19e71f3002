// SPDX-License-Identifier: MIT
// Any bytes are refused, or give an index whose tensors lie in the file without holes.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "model/safetensors.h"
#include "model/weights.h"

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

// The shape of the models in the corpus.
static const competency__bert_config config = {
    .layers = 1,
    .hidden = 8,
    .heads = 2,
    .intermediate = 16,
    .vocabulary = 57,
    .positions = 16,
    .segments = 2,
};

static void check_index(const competency__safetensors *index, size_t size)
{
    size_t at = index->count == 0 ? size : index->tensors[0].begin;
    for (size_t i = 0; i < index->count; i++) {
        const competency__tensor *const tensor = &index->tensors[i];
        check(tensor->begin == at && tensor->size <= size - at);
        check(competency__safetensors_find(index, tensor->name) == tensor);
        at += tensor->size;
    }
    check(at == size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    competency__safetensors index;
    if (competency__safetensors_read(&index, NULL, (const char *)data, size, NULL) !=
        COMPETENCY_OK) {
        check(index.tensors == NULL && index.header == NULL);
        return 0;
    }
    check_index(&index, size);
    competency__bert_weights weights;
    competency__bert_layer layer;
    float *widened = NULL;
    if (competency__weights_bind(&weights, &layer, &widened, &config, &index, (const char *)data,
                                 NULL) == COMPETENCY_OK) {
        // Reads every weight: the sanitizer sees one that is outside.
        const competency_status status = competency__weights_check_finite(&weights, &config, NULL);
        check(status == COMPETENCY_OK || status == COMPETENCY_EFORMAT);
    }
    free(widened);
    competency__safetensors_deinit(&index);
    return 0;
}

// SPDX-License-Identifier: MIT
#include "shapes.h"

#include <string.h>

const shape shapes[SHAPES] = {
    {1, 0, 1}, {1, 0, 0}, {1, 32, 0}, {2, 0, 0}, {3, 1000, 0}, {4, 64, 37},
};

bool embed_in_shape(float *out, const competency_model *model, const char *kernels,
                    const char *precision, const shape *s, const char *const *texts, size_t count)
{
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.kernels = kernels;
    options.precision = precision;
    options.threads = s->threads;
    options.batch_tokens = s->batch_tokens;
    competency_embedder e;
    competency_status status = competency_embedder_create(&e, model, &options, NULL);
    if (status != COMPETENCY_OK || strcmp(competency_embedder_kernels(&e), kernels) != 0) {
        competency_embedder_destroy(&e);
        return false;
    }
    const size_t dimension = e.dimension(e.self);
    const size_t step = s->texts_a_call == 0 ? count : s->texts_a_call;
    for (size_t at = 0; at < count && status == COMPETENCY_OK; at += step) {
        const size_t some = count - at < step ? count - at : step;
        status = e.embed(e.self, out + at * dimension, texts + at, some, NULL);
    }
    competency_embedder_destroy(&e);
    return status == COMPETENCY_OK;
}

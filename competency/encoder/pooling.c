// SPDX-License-Identifier: MIT
#include "encoder/pooling.h"

#include <math.h>
#include <string.h>

static void divide(float *x, size_t count, float by)
{
    for (size_t i = 0; i < count; i++) {
        x[i] /= by;
    }
}

// Rows are added in their order, so the sum is the same with any kernels.
static void average(const competency__kernels *kernels, float *out, const float *rows,
                    size_t tokens, size_t hidden)
{
    for (size_t t = 1; t < tokens; t++) {
        kernels->add(out, rows + t * hidden, hidden);
    }
    divide(out, hidden, (float)tokens);
}

void competency__pool(const competency__kernels *kernels, const competency__bert_config *config,
                      float *out, const float *rows, size_t tokens)
{
    const size_t hidden = config->hidden;
    memcpy(out, rows, hidden * sizeof(float));
    switch (config->pooling) {
    case COMPETENCY__POOL_MEAN: average(kernels, out, rows, tokens, hidden); break;
    case COMPETENCY__POOL_CLS: break;  // the first row is that of [CLS]
    }
    if (config->is_normalised) {
        const float norm = sqrtf(kernels->dot(out, out, hidden));
        divide(out, hidden, norm < 1e-12F ? 1e-12F : norm);
    }
}

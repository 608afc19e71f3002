// SPDX-License-Identifier: MIT
#include "bench/samples.h"

void heaplens__samples_per_iteration(const heaplens_samples *samples, double *out)
{
    for (size_t i = 0; i < samples->count; i++) {
        out[i] = (double)samples->ns[i] / (double)samples->iterations[i];
    }
}

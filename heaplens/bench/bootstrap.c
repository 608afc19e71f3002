// SPDX-License-Identifier: MIT
#include "bench/bootstrap.h"

#include <stdlib.h>

#include "bench/statistics.h"
#include "bench/student.h"

// Fewer values have no Student quantile that could be trusted; the interval is then the widest
// that the formula gives.
enum { EXPANDED_MIN = 10 };

static void draw_blocks(const heaplens_bootstrap *bootstrap, heaplens_random *random,
                        uint32_t *draw)
{
    const uint32_t count = (uint32_t)bootstrap->count;
    size_t filled = 0;
    while (filled < count) {
        uint32_t at = heaplens__random_below(random, count);
        for (size_t i = 0; i < bootstrap->block_length && filled < count; i++) {
            draw[filled] = at;
            filled++;
            at = at + 1 == count ? 0 : at + 1;
        }
    }
}

// From the statistic's values over the resamples.
static void describe(heaplens_estimated *figure, double *values, size_t resamples, double tail)
{
    const double mean = heaplens__mean(values, resamples);
    figure->error = heaplens__deviation(values, resamples, mean);
    figure->low = heaplens__quantile_of(values, resamples, tail);
    figure->high = heaplens__quantile_of(values, resamples, 1 - tail);
}

heaplens_status heaplens__bootstrap_run(const heaplens_bootstrap *bootstrap,
                                        heaplens_random *random, heaplens_estimated *figures)
{
    const size_t statistics = bootstrap->statistics;
    const size_t resamples = bootstrap->resamples;
    uint32_t *const draw = calloc(bootstrap->count, sizeof *draw);
    double *const values = calloc(statistics * (resamples + 1), sizeof *values);
    if (draw == NULL || values == NULL) {
        free(draw);
        free(values);
        return HEAPLENS_ENOMEM;
    }
    double *const row = values + statistics * resamples;
    for (size_t r = 0; r < resamples; r++) {
        draw_blocks(bootstrap, random, draw);
        bootstrap->compute(bootstrap->data, draw, bootstrap->count, row);
        for (size_t s = 0; s < statistics; s++) {
            values[s * resamples + r] = row[s];
        }
    }
    const size_t count = bootstrap->count < EXPANDED_MIN ? EXPANDED_MIN : bootstrap->count;
    const double tail = heaplens__expanded_tail(bootstrap->confidence, count);
    for (size_t s = 0; s < statistics; s++) {
        describe(&figures[s], values + s * resamples, resamples, tail);
    }
    free(draw);
    free(values);
    return HEAPLENS_OK;
}

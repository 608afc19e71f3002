// SPDX-License-Identifier: MIT
#include "bench/estimate.h"

#include <stdlib.h>

#include "bench/bootstrap.h"
#include "bench/dependence.h"
#include "bench/statistics.h"

// In the order in which the bootstrap gives them.
enum { MEAN, MEDIAN, DEVIATION, MEDIAN_DEVIATION, SLOPE, STATISTICS };

// The samples as floating point, and room for a resample of them.
typedef struct sample_data {
    double *each;        // nanoseconds an iteration
    double *iterations;  // x of the line
    double *ns;          // y of the line
    double *drawn;       // `each` of a resample
    double *scratch;
    bool has_slope;
} sample_data;

static double drawn_slope(const sample_data *data, const uint32_t *draw, size_t count)
{
    double products = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        const double x = data->iterations[draw[i]];
        products += x * data->ns[draw[i]];
        squares += x * x;
    }
    return products / squares;
}

static void compute_all(void *context, const uint32_t *draw, size_t count, double *out)
{
    const sample_data *const data = context;
    for (size_t i = 0; i < count; i++) {
        data->drawn[i] = data->each[draw[i]];
    }
    out[MEAN] = heaplens__mean(data->drawn, count);
    out[DEVIATION] = heaplens__deviation(data->drawn, count, out[MEAN]);
    out[SLOPE] = data->has_slope ? drawn_slope(data, draw, count) : 0;
    // The last two, because they reorder.
    out[MEDIAN] = heaplens__quantile_of(data->drawn, count, 0.5);
    out[MEDIAN_DEVIATION] =
        heaplens__median_deviation(data->drawn, count, out[MEDIAN], data->scratch);
}

static bool make_data(sample_data *data, const heaplens_samples *samples)
{
    const size_t count = samples->count;
    double *const room = calloc(count, 5 * sizeof *room);
    *data = (sample_data){.each = room};
    if (room == NULL) {
        return false;
    }
    data->iterations = room + count;
    data->ns = room + 2 * count;
    data->drawn = room + 3 * count;
    data->scratch = room + 4 * count;
    heaplens__samples_per_iteration(samples, data->each);
    for (size_t i = 0; i < count; i++) {
        data->iterations[i] = (double)samples->iterations[i];
        data->ns[i] = (double)samples->ns[i];
        data->has_slope = data->has_slope || samples->iterations[i] != samples->iterations[0];
    }
    return true;
}

static void estimate_points(heaplens_estimated figures[STATISTICS], sample_data *data,
                            const uint32_t *in_order, size_t count)
{
    double values[STATISTICS];
    compute_all(data, in_order, count, values);
    for (size_t s = 0; s < STATISTICS; s++) {
        figures[s] = (heaplens_estimated){.value = values[s]};
    }
}

static void count_outliers(heaplens_estimates *out, const sample_data *data, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        data->scratch[i] = data->each[i];
    }
    qsort(data->scratch, count, sizeof *data->scratch, heaplens__compare_doubles);
    out->fences = heaplens__fences(data->scratch, count);
    for (size_t i = 0; i < count; i++) {
        out->outliers[heaplens__outlier_class(&out->fences, data->each[i])]++;
    }
}

static heaplens_status estimate(heaplens_estimates *out, sample_data *data, uint32_t *in_order,
                                size_t count, const heaplens_estimate_options *options)
{
    heaplens_estimated figures[STATISTICS];
    for (size_t i = 0; i < count; i++) {
        in_order[i] = (uint32_t)i;
    }
    estimate_points(figures, data, in_order, count);
    heaplens_estimates estimates = {.has_slope = data->has_slope};
    estimates.block_length = heaplens__block_length(data->each, count, data->scratch);
    const heaplens_bootstrap bootstrap = {
        .compute = compute_all,
        .data = data,
        .count = count,
        .statistics = STATISTICS,
        .block_length = estimates.block_length,
        .resamples = options->resamples,
        .confidence = options->confidence,
    };
    heaplens_random random = heaplens__random_stream(options->seed, options->stream);
    const heaplens_status status = heaplens__bootstrap_run(&bootstrap, &random, figures);
    if (status != HEAPLENS_OK) {
        return status;
    }
    estimates.mean = figures[MEAN];
    estimates.median = figures[MEDIAN];
    estimates.deviation = figures[DEVIATION];
    estimates.median_deviation = figures[MEDIAN_DEVIATION];
    if (data->has_slope) {
        estimates.slope = figures[SLOPE];
        estimates.determination =
            heaplens__determination(data->iterations, data->ns, count, figures[SLOPE].value);
    }
    count_outliers(&estimates, data, count);
    estimates.has_density =
        heaplens__density(&estimates.density, data->each, count, estimates.deviation.value);
    *out = estimates;
    return HEAPLENS_OK;
}

heaplens_status heaplens__estimate(heaplens_estimates *out, const heaplens_samples *samples,
                                   const heaplens_estimate_options *options)
{
    if (samples->count < 2 || samples->count > UINT32_MAX || options->resamples < 100 ||
        !(options->confidence > 0.5 && options->confidence < 1)) {
        return HEAPLENS_EINVAL;
    }
    sample_data data;
    uint32_t *const in_order = calloc(samples->count, sizeof *in_order);
    heaplens_status status = HEAPLENS_ENOMEM;
    if (make_data(&data, samples) && in_order != NULL) {
        status = estimate(out, &data, in_order, samples->count, options);
    }
    free(in_order);
    free(data.each);
    return status;
}

const heaplens_estimated *heaplens__typical(const heaplens_estimates *estimates)
{
    return estimates->has_slope ? &estimates->slope : &estimates->mean;
}

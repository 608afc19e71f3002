// SPDX-License-Identifier: MIT
#include "bench/dependence.h"

#include <math.h>
#include <stdbool.h>

#include "bench/statistics.h"

enum { LENGTH_MIN = 20 };

static double sum_of_products(const double *left, const double *right, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += left[i] * right[i];
    }
    return sum;
}

// |correlation| of the deviations with themselves `lag` later.
static double correlation(const double *e, size_t count, size_t lag)
{
    const double early = sum_of_products(e, e, count - lag - 1);
    const double late = sum_of_products(e + lag + 1, e + lag + 1, count - lag - 1);
    const double both = sum_of_products(e, e + lag, count - lag);
    const double scale = sqrt(early * late);
    return scale > 0 ? fabs(both) / scale : 0;
}

static bool are_small(const double *e, size_t count, size_t from, size_t lags, double limit)
{
    for (size_t lag = from; lag < from + lags; lag++) {
        if (!(correlation(e, count, lag) < limit)) {
            return false;
        }
    }
    return true;
}

// The lags that the window covers.
static size_t window_of(const double *e, size_t count)
{
    const double n = (double)count;
    const size_t run = log10(n) > 5 ? (size_t)log10(n) : 5;
    const size_t most = (size_t)ceil(sqrt(n)) + run;
    const double limit = 2 * sqrt(log10(n) / n);
    for (size_t first = 0; first + run <= most; first++) {
        if (are_small(e, count, first, run, limit)) {
            const size_t window = 2 * (first > 1 ? first : 1);
            return window < most ? window : most;
        }
    }
    return most;
}

size_t heaplens__block_length(const double *x, size_t count, double *scratch)
{
    if (count < LENGTH_MIN) {
        return 1;
    }
    const double mean = heaplens__mean(x, count);
    for (size_t i = 0; i < count; i++) {
        scratch[i] = x[i] - mean;
    }
    const double n = (double)count;
    const size_t window = window_of(scratch, count);
    double variance = sum_of_products(scratch, scratch, count) / n;
    double bend = 0;
    for (size_t lag = 1; lag <= window; lag++) {
        const double at = (double)lag / (double)window;
        const double weight = at <= 0.5 ? 1 : 2 * (1 - at);
        const double shared = sum_of_products(scratch, scratch + lag, count - lag) / n;
        variance += 2 * weight * shared;
        bend += 2 * weight * (double)lag * shared;
    }
    const double most = ceil(fmin(3 * sqrt(n), n / 3));
    const double length = cbrt(2 * bend * bend / (4.0 / 3.0 * variance * variance) * n);
    return length > 1.5 ? (size_t)round(fmin(length, most)) : 1;  // NaN: all values are the same
}

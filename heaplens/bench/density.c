// SPDX-License-Identifier: MIT
#include "bench/density.h"

#include <math.h>

static double density_at(const double *x, size_t count, double bandwidth, double at)
{
    static const double root_of_two_pi = 2.50662827463100050242;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const double z = (at - x[i]) / bandwidth;
        sum += exp(-z * z / 2);
    }
    return sum / ((double)count * bandwidth * root_of_two_pi);
}

bool heaplens__density(heaplens_density *out, const double *x, size_t count, double deviation)
{
    const double bandwidth = deviation * pow(4.0 / (3.0 * (double)count), 0.2);
    if (!(bandwidth > 0)) {
        return false;
    }
    double least = x[0];
    double most = x[0];
    for (size_t i = 1; i < count; i++) {
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
    }
    out->bandwidth = bandwidth;
    out->from = least - 3 * bandwidth;
    out->to = most + 3 * bandwidth;
    const double step = (out->to - out->from) / (HEAPLENS_DENSITY_POINTS - 1);
    for (size_t i = 0; i < HEAPLENS_DENSITY_POINTS; i++) {
        out->values[i] = density_at(x, count, bandwidth, out->from + step * (double)i);
    }
    return true;
}

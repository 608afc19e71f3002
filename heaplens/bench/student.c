// SPDX-License-Identifier: MIT
#include "bench/student.h"

#include <math.h>

double heaplens__normal_cdf(double z)
{
    return erfc(-z / 1.41421356237309504880) / 2;
}

// For p <= 1/2; |error| < 4.5e-4.
static double guess_quantile(double p)
{
    const double t = sqrt(-2 * log(p));
    const double above = 2.515517 + t * (0.802853 + t * 0.010328);
    const double below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
    return above / below - t;
}

double heaplens__normal_quantile(double p)
{
    if (p > 0.5) {
        return -heaplens__normal_quantile(1 - p);
    }
    double z = guess_quantile(p);
    for (int step = 0; step < 3; step++) {
        const double density = exp(-z * z / 2) / 2.50662827463100050242;
        z -= (heaplens__normal_cdf(z) - p) / density;
    }
    return z;
}

double heaplens__student_quantile(double p, double freedom)
{
    const double z = heaplens__normal_quantile(p);
    const double zz = z * z;
    const double first = (zz + 1) / 4;
    const double second = ((5 * zz + 16) * zz + 3) / 96;
    const double third = (((3 * zz + 19) * zz + 17) * zz - 15) / 384;
    const double fourth = ((((79 * zz + 776) * zz + 1482) * zz - 1920) * zz - 945) / 92160;
    const double v = freedom;
    return z * (1 + (first + (second + (third + fourth / v) / v) / v) / v);
}

double heaplens__expanded_tail(double confidence, size_t count)
{
    const double n = (double)count;
    const double t = heaplens__student_quantile((1 + confidence) / 2, n - 1);
    return heaplens__normal_cdf(-sqrt(n / (n - 1)) * t);
}

// SPDX-License-Identifier: MIT
#include "bench/statistics.h"

#include <math.h>
#include <stdbool.h>

double heaplens__mean(const double *x, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += x[i];
    }
    return sum / (double)count;
}

double heaplens__deviation(const double *x, size_t count, double mean)
{
    if (count < 2) {
        return 0;
    }
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        const double distance = x[i] - mean;
        squares += distance * distance;
    }
    return sqrt(squares / (double)(count - 1));
}

// Between the order statistics below and above a rank. With equal neighbours no rounding.
static double between(double below, double above, double share)
{
    return below + (above - below) * share;
}

double heaplens__quantile(const double *sorted, size_t count, double p)
{
    const double rank = p * (double)(count - 1);
    const size_t below = (size_t)rank;
    if (below + 1 >= count) {
        return sorted[count - 1];
    }
    return between(sorted[below], sorted[below + 1], rank - (double)below);
}

static void swap(double *left, double *right)
{
    const double kept = *left;
    *left = *right;
    *right = kept;
}

// Hoare's partition by the value in the middle, of x[low] to x[high]: afterwards x[low] to x[*left]
// are not above those from x[*right] on, and what lies between equals the pivot.
static void split(double *x, size_t low, size_t high, size_t *left, size_t *right)
{
    const double pivot = x[low + (high - low) / 2];
    size_t i = low;
    size_t j = high;
    while (true) {
        while (x[i] < pivot) {
            i++;
        }
        while (pivot < x[j]) {
            j--;
        }
        if (i >= j) {
            break;
        }
        swap(&x[i], &x[j]);
        i++;
        j--;
    }
    // i == j: one element, which is the pivot's equal; it may stay out of both sides.
    *left = i == j && j > low ? j - 1 : j;
    *right = i == j ? i + 1 : i;
}

// Puts the k-th smallest of x at x[k], smaller ones before it and larger ones behind.
static void select_smallest(double *x, size_t count, size_t k)
{
    size_t low = 0;
    size_t high = count - 1;
    while (low < high) {
        size_t left = low;
        size_t right = high;
        split(x, low, high, &left, &right);
        if (k <= left) {
            high = left;
        } else if (k >= right) {
            low = right;
        } else {
            return;
        }
    }
}

double heaplens__quantile_of(double *x, size_t count, double p)
{
    const double rank = p * (double)(count - 1);
    const size_t below = (size_t)rank;
    select_smallest(x, count, below);
    if (below + 1 >= count) {
        return x[count - 1];
    }
    double above = x[below + 1];
    for (size_t i = below + 2; i < count; i++) {
        above = x[i] < above ? x[i] : above;
    }
    return between(x[below], above, rank - (double)below);
}

double heaplens__median_deviation(const double *x, size_t count, double median, double *scratch)
{
    for (size_t i = 0; i < count; i++) {
        scratch[i] = fabs(x[i] - median);
    }
    return 1.4826 * heaplens__quantile_of(scratch, count, 0.5);
}

double heaplens__slope(const double *x, const double *y, size_t count)
{
    double products = 0;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
        products += x[i] * y[i];
        squares += x[i] * x[i];
    }
    return products / squares;
}

double heaplens__determination(const double *x, const double *y, size_t count, double slope)
{
    const double mean = heaplens__mean(y, count);
    double residual = 0;
    double total = 0;
    for (size_t i = 0; i < count; i++) {
        const double miss = y[i] - slope * x[i];
        const double distance = y[i] - mean;
        residual += miss * miss;
        total += distance * distance;
    }
    return total > 0 ? 1 - residual / total : 0;
}

int heaplens__compare_doubles(const void *left, const void *right)
{
    const double l = *(const double *)left;
    const double r = *(const double *)right;
    return (l > r) - (l < r);
}

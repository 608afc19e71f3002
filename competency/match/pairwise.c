// SPDX-License-Identifier: MIT
// The score of one candidate skill against one requirement (R97).
#include "match/pairwise.h"

#include <math.h>
#include <stddef.h>

// Above `above`, strictly: base + slope * similarity + proficiency * min(q / t, 1).
typedef struct pairwise_band {
    double above;
    double base;
    double slope;
    double proficiency;
} pairwise_band;

static const pairwise_band bands[] = {
    {.above = 0.9, .base = 0.6, .slope = 0.0, .proficiency = 0.4},
    {.above = 0.7, .base = 0.5, .slope = 0.35, .proficiency = 0.15},
    {.above = 0.5, .base = 0.3, .slope = 0.5, .proficiency = 0.2},
    {.above = 0.3, .base = 0.2, .slope = 0.6, .proficiency = 0.2},
    {.above = 0.18, .base = 0.1, .slope = 0.7, .proficiency = 0.2},
    {.above = -HUGE_VAL, .base = 0.05, .slope = 0.8, .proficiency = 0.15},
};

double competency__pairwise(double similarity, double candidate_ratio, double required_ratio)
{
    const double met = required_ratio == 0 ? 1 : fmin(candidate_ratio / required_ratio, 1);
    const pairwise_band *band = bands;
    while (similarity <= band->above) {
        band++;
    }
    return band->base + band->slope * similarity + band->proficiency * met;
}

// SPDX-License-Identifier: MIT
// The bonus for two profiles that lie in the same lines of work (R102-R106).
#include "match/coherence.h"

#include <math.h>
#include <stdbool.h>

static void mark_domains(bool *present, const competency_domain *domains, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        present[domains[i]] = true;
    }
}

double competency__coherence(const competency_domain *required, size_t required_count,
                             const competency_domain *candidate, size_t candidate_count)
{
    bool is_required[COMPETENCY_DOMAIN_COUNT] = {false};
    bool is_offered[COMPETENCY_DOMAIN_COUNT] = {false};
    mark_domains(is_required, required, required_count);
    mark_domains(is_offered, candidate, candidate_count);

    double sum = 0;
    for (size_t a = 0; a < COMPETENCY_DOMAIN_COUNT; a++) {
        for (size_t b = 0; b < COMPETENCY_DOMAIN_COUNT; b++) {
            if (is_required[a] && is_offered[b]) {
                sum += 1 - competency_domain_penalty((competency_domain)a, (competency_domain)b);
            }
        }
    }
    return fmin(1, sum / ((double)required_count * (double)candidate_count));
}

double competency__coherence_bonus(double base, double average, double coherence)
{
    const bool is_earned = average > 0.60 && coherence > 0.7 && base >= 0.55 && base <= 0.75;
    if (!is_earned) {
        return base;
    }
    const double bonus = 0.05 + 0.02 * (average - 0.60) + 0.02 * (coherence - 0.7);
    return fmin(1, base + fmin(bonus, 0.07));
}

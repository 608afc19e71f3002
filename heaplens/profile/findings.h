// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_FINDINGS_H
#define HEAPLENS_PROFILE_FINDINGS_H

#include "profile/responsible.h"

/**
 * @file
 * What a person would say after an hour with the profile. Each kind is a rule with a threshold; a
 * finding holds the figures that it rests on.
 */

typedef enum heaplens_finding_kind {
    HEAPLENS_FINDING_OVERFLOW,   // blocks were written to behind their end
    HEAPLENS_FINDING_PEAK,       // a large part of the peak is one function's
    HEAPLENS_FINDING_GROWTH,     // never freed, and more of it for as long as the program ran
    HEAPLENS_FINDING_CHURN,      // allocated and freed again at once, many times
    HEAPLENS_FINDING_REALLOC,    // grown in small steps, and copied again and again
    HEAPLENS_FINDING_ROUNDING,   // the allocator gives much more than is asked
    HEAPLENS_FINDING_ZERO_SIZE,  // many requests of no bytes
} heaplens_finding_kind;

typedef struct heaplens_finding {
    heaplens_finding_kind kind;
    uint32_t site;  // one to look at
    double weight;  // share of the process's figure that it is about, 0 to 1; ranks findings
    double weight_interval;      // half of a 95 % interval of the weight; 0: exact
    heaplens_site sum;           // figures of the function's sites
    heaplens_spread spread;      // variances of the sum
    heaplens_overflow overflow;  // HEAPLENS_FINDING_OVERFLOW only
    heaplens_name function;      // HEAPLENS_NAME_NONE: code without symbols
} heaplens_finding;

/**
 * Find what is worth saying: overflows first, then the weightiest.
 *
 * @param[out] out  (*count) released with free()
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_findings(const heaplens_session *session,
                                                    const heaplens_process *process,
                                                    heaplens_finding **out, size_t *count);

#endif

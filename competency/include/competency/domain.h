// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_DOMAIN_H
#define COMPETENCY_DOMAIN_H

#include <competency/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * The fourteen domains of the classic model: classification by keyword (R19-R23) and the
 * penalty between two of them (R24, R25).
 *
 * @code
 * const competency_domain a = competency_domain_classify("Python programming");
 * const competency_domain b = competency_domain_classify("Team leadership");
 * printf("%s\n", competency_domain_name(a));              // prints: SoftwareDevelopment
 * printf("%s\n", competency_domain_name(b));              // prints: Leadership
 * printf("%.2f\n", competency_domain_penalty(a, b));      // prints: 0.30
 * @endcode
 */
typedef enum competency_domain {
    COMPETENCY_DOMAIN_FINANCE = 0,
    COMPETENCY_DOMAIN_MARKETING = 1,
    COMPETENCY_DOMAIN_SALES = 2,
    COMPETENCY_DOMAIN_HR = 3,
    COMPETENCY_DOMAIN_OPERATIONS = 4,
    COMPETENCY_DOMAIN_SOFTWARE_DEVELOPMENT = 5,
    COMPETENCY_DOMAIN_DATA_SCIENCE = 6,
    COMPETENCY_DOMAIN_IT_SUPPORT = 7,
    COMPETENCY_DOMAIN_DEVOPS = 8,
    COMPETENCY_DOMAIN_CYBERSECURITY = 9,
    COMPETENCY_DOMAIN_LEADERSHIP = 10,
    COMPETENCY_DOMAIN_COMMUNICATION = 11,
    COMPETENCY_DOMAIN_PROJECT_MANAGEMENT = 12,
    COMPETENCY_DOMAIN_GENERAL = 13,
} competency_domain;

enum { COMPETENCY_DOMAIN_COUNT = 14 };

/**
 * The domain of a skill name: the first keyword group with a keyword anywhere in the lower-cased
 * name (R20); COMPETENCY_DOMAIN_GENERAL if none, or if the name is not UTF-8.
 *
 * Threads: safe. Cost: O(length) and a look at each of the 362 keywords; allocates nothing.
 */
COMPETENCY_API competency_domain competency_domain_classify(const char *name);

/** Penalty between two domains, in [0, 0.6]; symmetric; 0 for equal ones (R24). */
COMPETENCY_API double competency_domain_penalty(competency_domain a, competency_domain b);

/** The name of the original's JSON form, e.g. "SoftwareDevelopment". */
COMPETENCY_API const char *competency_domain_name(competency_domain domain);

#ifdef __cplusplus
}
#endif

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_FAILURE_H
#define HEAPLENS_PROFILE_FAILURE_H

#include <heaplens/heaplens.h>

/** One line of detail about a failed load: the offending value and the limit, without a newline. */
typedef struct heaplens_failure {
    char text[240];
} heaplens_failure;

/**
 * Fill `failure` and hand `status` back, so that a check is one statement.
 *
 * @param[out] failure  may be NULL; a text that is too long is cut
 * @return `status`
 */
heaplens_status heaplens__fail(heaplens_failure *failure, heaplens_status status,
                               const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif

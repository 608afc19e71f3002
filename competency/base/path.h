// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_BASE_PATH_H
#define COMPETENCY_BASE_PATH_H

/**
 * @file
 * Paths on the stack. Linux takes none that is longer, so none needs memory of its own.
 */
#include <competency/status.h>

enum { COMPETENCY__PATH_BYTES = 4096 };  // Linux's PATH_MAX, the NUL included

/**
 * Put three texts together to a path.
 *
 * @param[out] out  shortened on failure
 * @return COMPETENCY_OK; COMPETENCY_EIO if the path would be longer than the system takes
 */
COMPETENCY_MUST_USE competency_status competency__path_join(char out[COMPETENCY__PATH_BYTES],
                                                            const char *first, const char *second,
                                                            const char *third,
                                                            competency_error *err);

#endif

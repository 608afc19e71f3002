// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_PROFILE_INPUT_H
#define HEAPLENS_CLI_PROFILE_INPUT_H

#include "profile/session.h"

/**
 * Load a profile, with names, or complain.
 *
 * @param[out] out  released by heaplens_session_destroy(); NULL on failure
 * @return the exit code: EXIT_CODE_OK if *out is set
 */
int heaplens__load_profile(const char *path, heaplens_session **out);

#endif

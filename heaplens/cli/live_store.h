// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_LIVE_STORE_H
#define HEAPLENS_CLI_LIVE_STORE_H

#include <stdbool.h>

#include <sys/types.h>

#include "profile/session.h"

/**
 * @file
 * The store of a process that runs. It is mapped there, so that /proc/PID/maps tells where it is;
 * the process is neither stopped nor traced. Whoever may not look into the process may not do this
 * either.
 */

/**
 * Read what a process has recorded so far, without symbols.
 *
 * @param[out] out         one process; released by heaplens_session_destroy(); NULL on failure
 * @param[out] is_settled  whether no peak passed while the store was read: otherwise the call sites'
 *                         shares at the peak are of different moments
 * @return HEAPLENS_OK; HEAPLENS_ENOINPUT if there is no such process, or it does not record;
 *         HEAPLENS_EIO if it may not be read; HEAPLENS_EFORMAT; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__live_store_read(heaplens_session **out, pid_t pid,
                                                            bool *is_settled,
                                                            heaplens_failure *failure);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_OPEN_H
#define HEAPLENS_PROFILE_OPEN_H

#include "profile/session.h"

/**
 * Load a profile: a finished file, a raw store, or a folder of raw stores.
 *
 * A raw store is loaded without symbols: heaplens_session_symbolise() adds them. A folder's stores
 * that cannot be read are left out and counted; it fails only if none can be read.
 *
 * @param[out] out      released by heaplens_session_destroy(); NULL on failure
 * @param[out] is_raw   optional: true if symbols are still to be found
 * @param[out] failure  optional: also filled on success if stores were left out
 * @return HEAPLENS_OK; HEAPLENS_ENOINPUT if there is no such file or the folder has no store;
 *         HEAPLENS_EFORMAT; HEAPLENS_EIO; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens_session_open(heaplens_session **out, const char *path,
                                                        bool *is_raw, heaplens_failure *failure);

/** As heaplens_session_open(), of bytes that are in memory. */
HEAPLENS_MUST_USE heaplens_status heaplens__session_parse(heaplens_session **out,
                                                          const unsigned char *data, size_t size,
                                                          bool *is_raw, heaplens_failure *failure);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_STORE_READ_H
#define HEAPLENS_PROFILE_STORE_READ_H

#include "profile/session.h"

/** Where the bytes of a raw store come from. It may be written to meanwhile. */
typedef struct heaplens_store_source {
    int fd;                     // read with pread(); -1: `data`
    const unsigned char *data;  // (size), or NULL
    uint64_t size;
} heaplens_store_source;

/**
 * Add the process that a raw store describes to a session, without symbols.
 *
 * Works on the store of a process that runs, that was killed, or that ended. Nothing in it is
 * trusted: it lies in a folder where any process of the user can write.
 *
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT; HEAPLENS_EIO; HEAPLENS_ENOMEM. HEAPLENS_ENOINPUT if the
 *         store was created but nothing was recorded yet. On failure the session has no new process,
 *         but may have new names.
 */
HEAPLENS_MUST_USE heaplens_status heaplens__store_read(heaplens_session *session,
                                                       const heaplens_store_source *source,
                                                       heaplens_failure *failure);

#endif

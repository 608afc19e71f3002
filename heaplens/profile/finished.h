// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_FINISHED_H
#define HEAPLENS_PROFILE_FINISHED_H

#include "profile/session.h"

/**
 * @file
 * The finished file, `.heaplens`: a whole session, self-contained. docs/format/profile.md draws
 * every byte.
 */

enum {
    HEAPLENS_FINISHED_VERSION = 3,
    HEAPLENS_FINISHED_MAGIC_BYTES = 8,
    HEAPLENS_FINISHED_HEADER_BYTES = 32,
    HEAPLENS_FINISHED_ENTRY_BYTES = 40,  // of the section table
    HEAPLENS_FINISHED_SECTIONS_MAX = 64,
    // zlib cannot expand further than this (https://zlib.net/zlib_tech.html), so a section that
    // claims more is a lie and nothing is allocated for it.
    HEAPLENS_FINISHED_EXPANSION_MAX = 1032,
};

/** All sections of one file together, unpacked. */
#define HEAPLENS_FINISHED_BYTES_MAX (UINT64_C(2) << 30)

/** The first bytes of a finished file: not text, and broken by a transfer that changes line ends. */
extern const unsigned char heaplens__finished_magic[HEAPLENS_FINISHED_MAGIC_BYTES];

/**
 * Write a session to `path`. The file is complete or not there: it is written beside `path` and
 * renamed.
 *
 * @return HEAPLENS_OK; HEAPLENS_EIO; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY beyond
 *         HEAPLENS_FINISHED_BYTES_MAX
 */
HEAPLENS_MUST_USE heaplens_status heaplens_session_write(const heaplens_session *session,
                                                         const char *path,
                                                         heaplens_failure *failure);

/**
 * Read a finished file that is in memory.
 *
 * @param[out] out   released by heaplens_session_destroy(); NULL on failure
 * @param[in]  data  (size) any bytes at all; not used after the call
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__finished_read(heaplens_session **out,
                                                          const unsigned char *data, size_t size,
                                                          heaplens_failure *failure);

#endif

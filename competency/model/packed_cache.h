// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_PACKED_CACHE_H
#define COMPETENCY_MODEL_PACKED_CACHE_H

/**
 * @file
 * Where the packed form of a model directory is kept for its next opening: a file for each
 * directory and precision in the user's folder for caches (XDG Base Directory Specification 0.8).
 * It may go at any time, and is made again.
 */
#include <stdint.h>

#include <competency/status.h>

#include "base/path.h"
#include "base/precision.h"
#include "base/sha256.h"

/**
 * The stamp of a directory: a SHA-256 over name, size, times and inode of every file that decides
 * what is packed. While it stays the same the packed file is good.
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO if the directory cannot be looked at
 */
COMPETENCY_MUST_USE competency_status competency__packed_cache_stamp(
    unsigned char stamp[COMPETENCY__SHA256_BYTES], const char *directory, competency_error *err);

/**
 * The file for `directory` and `precision`, whether it is there or not.
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO if the directory cannot be resolved, the environment names
 *         no home, or the path is longer than the system takes
 */
COMPETENCY_MUST_USE competency_status
competency__packed_cache_path(char out[COMPETENCY__PATH_BYTES], const char *directory,
                              competency__precision precision, competency_error *err);

/** Make the folders above the file at `path`, shorter than COMPETENCY__PATH_BYTES, for this user only. */
COMPETENCY_MUST_USE competency_status competency__packed_cache_prepare(const char *path,
                                                                       competency_error *err);

#endif

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_EMBED_STORE_DIRECTORY_H
#define COMPETENCY_EMBED_STORE_DIRECTORY_H

/**
 * @file
 * The directory of a store: where it is, and whether a store can live there.
 */
#include <competency/status.h>

#include "base/path.h"

/**
 * The path of the directory: `chosen` or, if that is NULL, "competency" in the user's folder for
 * caches (XDG Base Directory Specification 0.8).
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO if the environment names no home, or the path is longer than
 *         the system takes
 */
COMPETENCY_MUST_USE competency_status competency__store_path(char out[COMPETENCY__PATH_BYTES],
                                                             const char *chosen,
                                                             competency_error *err);

/**
 * Make the directory at `path`, and those above it, unless it is there, and check it.
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO if it cannot be made, or belongs to another user or others
 *         may write to it, who could then choose the vectors; COMPETENCY_EUNSUPPORTED if it is on a
 *         network file system
 */
COMPETENCY_MUST_USE competency_status competency__store_prepare_directory(const char *path,
                                                                          competency_error *err);

/**
 * Reserve blocks on disk for the file `name` in `directory`.
 *
 * LMDB makes its lock file by ftruncate() and writes to it through a mapping: where the disk is
 * full that is a SIGBUS. With its blocks reserved it is an error here.
 *
 * @return COMPETENCY_OK; COMPETENCY_EIO
 */
COMPETENCY_MUST_USE competency_status competency__store_reserve(const char *directory,
                                                                const char *name,
                                                                competency_error *err);

#endif

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_DIRECTORY_H
#define COMPETENCY_MODEL_DIRECTORY_H

/**
 * @file
 * Where models are looked for, and what they are called. Each result is of `memory`, and to be given
 * back to it; NULL: the C library's.
 */
#include <competency/allocator.h>
#include <competency/status.h>

/**
 * The directory to open: `directory` itself or, if it is NULL, the environment variable
 * COMPETENCY_MODEL_DIR, else the default model in the user's data directory.
 *
 * @param[out] out  NULL on failure
 * @return COMPETENCY_OK; COMPETENCY_ENOMODEL if the environment names no home; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__directory_find(char **out,
                                                                 const competency_allocator *memory,
                                                                 const char *directory,
                                                                 competency_error *err);

/** `directory` and the folder in it, "" for itself. NULL on failure, which is ENOMEM. */
COMPETENCY_MUST_USE competency_status
competency__directory_below(char **out, const competency_allocator *memory, const char *directory,
                            const char *folder, competency_error *err);

/** The last component of `directory`, links and dots resolved where it exists. */
COMPETENCY_MUST_USE competency_status competency__directory_name(char **out,
                                                                 const competency_allocator *memory,
                                                                 const char *directory,
                                                                 competency_error *err);

#endif

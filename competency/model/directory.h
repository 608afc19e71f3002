// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_DIRECTORY_H
#define COMPETENCY_MODEL_DIRECTORY_H

/**
 * @file
 * Where models are looked for, and what they are called.
 */
#include <competency/status.h>

/**
 * The directory to open: `directory` itself or, if it is NULL, the environment variable
 * COMPETENCY_MODEL_DIR, else the default model in the user's data directory.
 *
 * @param[out] out  free() it; NULL on failure
 * @return COMPETENCY_OK; COMPETENCY_ENOMODEL if the environment names no home; COMPETENCY_ENOMEM
 */
COMPETENCY_MUST_USE competency_status competency__directory_find(char **out, const char *directory,
                                                                 competency_error *err);

/** `directory` and the folder in it, "" for itself. free() it; NULL on failure, which is ENOMEM. */
COMPETENCY_MUST_USE competency_status competency__directory_below(char **out, const char *directory,
                                                                  const char *folder,
                                                                  competency_error *err);

/** The last component of `directory`, links and dots resolved where it exists. free() it. */
COMPETENCY_MUST_USE competency_status competency__directory_name(char **out, const char *directory,
                                                                 competency_error *err);

#endif

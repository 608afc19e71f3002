// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_VECTOR_CACHE_H
#define COMPETENCY_CLI_VECTOR_CACHE_H

/**
 * @file
 * The caches before a model: each distinct name of a run is embedded once, and where the user
 * wants it, once for all runs.
 */
#include <competency/cache.h>

#include "cli/console.h"

/** What stands between the program and a model. */
typedef struct cli_vector_cache {
    competency_store *store;     // NULL: none
    competency_embedder stored;  // looks into the store; zeroed: none
    competency_embedder memory;  // what the program asks
} cli_vector_cache;

/**
 * The directory that `--cache` and COMPETENCY_CACHE ask for.
 *
 * @param[in]  option     the option's value: a directory, "default" or "none"; NULL: not given
 * @param[out] directory  NULL: the default directory; borrows from `option` or the environment
 * @return whether there is to be a store
 */
bool cli_vector_cache_choose(const char *option, const char **directory);

/**
 * Make the caches before `inner`, and let the store spare the hashing of `model`. A store that
 * cannot be used is complained of, and done without.
 *
 * @param[out] out     not to be moved afterwards; cli_vector_cache_close() it in any case
 * @param[in]  option  see cli_vector_cache_choose()
 * @param[in]  inner   borrowed until then
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM, with `err` filled
 */
COMPETENCY_MUST_USE competency_status cli_vector_cache_open(cli_vector_cache *out,
                                                            const char *option,
                                                            competency_model *model,
                                                            const competency_embedder *inner,
                                                            competency_error *err);

/** Write what is left to the store, and complain if it could not be written. */
void cli_vector_cache_close(cli_vector_cache *cache);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOLS_KEPT_H
#define HEAPLENS_PROFILE_SYMBOLS_KEPT_H

#include "profile/symbol_cache.h"

/** A file whose symbols are wanted. */
typedef struct heaplens_symbol_source {
    const char *path;
    const char *build_id;  // that it must have; "": unknown
} heaplens_symbol_source;

/**
 * Answer what is known of addresses in a file: from the cache what was kept there, the rest by
 * looking into the file, and keep that.
 *
 * Answers, and the order of the names that they add, are the same with any cache and with none.
 *
 * @param[in,out] cache      may have no folder
 * @param[in,out] questions  (count) sorted, each once
 * @param[out]    kind       heaplens_symbols of the file
 * @return HEAPLENS_OK, also where no symbol was found; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbols_kept(heaplens_symbol_cache *cache,
                                                         heaplens_symbol_source source,
                                                         heaplens_question *questions, size_t count,
                                                         heaplens_answers *answers, uint32_t *kind);

#endif

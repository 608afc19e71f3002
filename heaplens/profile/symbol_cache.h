// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOL_CACHE_H
#define HEAPLENS_PROFILE_SYMBOL_CACHE_H

#include "profile/symbol_book.h"

/**
 * @file
 * Books of symbols in a folder of the user's, one a file: BUILDID-HASH.symbols, where the hash is
 * that of the file's path. A cache can be missing, full, damaged or written by several processes at
 * once; whatever is wrong with it, nothing is said and the symbols are looked up.
 */

/** An open cache. Zeroed with `folder` -1: there is none, nothing is found and nothing is kept. */
typedef struct heaplens_symbol_cache {
    int folder;        // descriptor, -1: none yet
    const char *path;  // borrowed; NULL: none
} heaplens_symbol_cache;

enum {
    // Books of a large session are 3 MB. Beyond the limit the oldest go, down to three quarters of it.
    HEAPLENS_SYMBOL_CACHE_BYTES_MAX = 64 << 20,
};

/**
 * Open a cache.
 *
 * A folder that somebody else owns, or that others may write to, is not used: who writes there
 * decides what functions are called. A folder that is not there is made when there is something to keep.
 *
 * @param[in] path  borrowed until heaplens__symbol_cache_close(); NULL: no cache
 */
heaplens_symbol_cache heaplens__symbol_cache_open(const char *path);

/** Close a cache. */
void heaplens__symbol_cache_close(heaplens_symbol_cache *cache);

/**
 * The book of a file, if there is one, it is sound, it was written by this version, and the files
 * that it depends on are as they were.
 *
 * @param[out] book  empty where there is none
 * @return HEAPLENS_OK, also where there is none; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbol_cache_load(const heaplens_symbol_cache *cache,
                                                              const char *path,
                                                              const char *build_id,
                                                              heaplens_symbol_book *book);

/**
 * Keep a book of `path` in place of the one before, completely or not at all.
 *
 * @return false where the book is larger than HEAPLENS_SYMBOL_BOOK_BYTES_MAX; true otherwise, also
 *         where it could not be written
 */
bool heaplens__symbol_cache_save(heaplens_symbol_cache *cache, const char *path,
                                 const heaplens_symbol_book *book);

/** Whether a file can have a book: it has an absolute path and a build id. */
bool heaplens__symbol_cache_takes(const heaplens_symbol_cache *cache, const char *path,
                                  const char *build_id);

/** What heaplens_symbol_book.reader must be: the versions of the programs that look symbols up. */
void heaplens__symbol_reader(char *out, size_t cap);

#endif

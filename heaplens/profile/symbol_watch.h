// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOL_WATCH_H
#define HEAPLENS_PROFILE_SYMBOL_WATCH_H

#include "profile/symbol_book.h"

/**
 * Note how a file is, for a book of symbols. A path that is noted already is not noted again.
 *
 * @return HEAPLENS_OK, also where there is no such file; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY beyond
 *         HEAPLENS_WATCHED_MAX files
 */
HEAPLENS_MUST_USE heaplens_status heaplens__watch(heaplens_symbol_book *book, const char *path);

enum { HEAPLENS_WATCHED_MAX = 256 };

/**
 * Note every place where libdwfl looks for the separate debug file of `path`, whether there is one
 * or not.
 *
 * The places are those of the elfutils manual (dwfl_standard_find_debuginfo) with its default search
 * path: by build id below /usr/lib/debug/.build-id; by .gnu_debuglink beside the file, in .debug
 * beside it, and below /usr/lib/debug in the file's folder and each folder that is an end of its name;
 * the last three also of the file that `path` is a link to.
 *
 * @param debuglink  what .gnu_debuglink says; NULL: there is none
 * @return as heaplens__watch()
 */
HEAPLENS_MUST_USE heaplens_status heaplens__watch_debug_files(heaplens_symbol_book *book,
                                                              const char *path,
                                                              const char *build_id,
                                                              const char *debuglink);

/** Whether `path` is, by another name perhaps, one of the files that are noted. */
bool heaplens__watch_covers(const heaplens_symbol_book *book, const char *path);

/** Whether every file that a book depends on is as it was. Cost: a stat() a file. */
bool heaplens__watch_is_unchanged(const heaplens_symbol_book *book);

#endif

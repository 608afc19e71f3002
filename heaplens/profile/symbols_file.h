// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOLS_FILE_H
#define HEAPLENS_PROFILE_SYMBOLS_FILE_H

#include "profile/symbol_book.h"

/**
 * Answer what a file and its separate debug file know.
 *
 * @param[in]     path       of the file
 * @param[in]     build_id   that it must have; "": unknown
 * @param[in,out] questions  (count) addresses in the file, sorted, each once
 * @param[in,out] answers    takes the frames; its names are the book's
 * @param[out]    book       zeroed on entry; its kind, its names, the files that the answers depend
 *                           on, and whether they may be kept
 * @return HEAPLENS_OK, also where no symbol was found; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 *
 * Cost: unpacks all of the file's debug sections that are compressed: 0.04 s and 20 MB for the
 * C library of Debian 12.
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbols_file(const char *path, const char *build_id,
                                                         heaplens_question *questions, size_t count,
                                                         heaplens_answers *answers,
                                                         heaplens_symbol_book *book);

/** Whether a debuginfod server is asked for what is not on this machine: DEBUGINFOD_URLS is set. */
bool heaplens__symbols_ask_servers(void);

#endif

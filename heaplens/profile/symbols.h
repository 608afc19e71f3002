// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_SYMBOLS_H
#define HEAPLENS_PROFILE_SYMBOLS_H

#include "profile/session.h"

/**
 * Give every location of every process its frames: function, file, line and inlined callers.
 *
 * Reads the modules' files, and their separate debug files: /usr/lib/debug/.build-id,
 * .gnu_debuglink, and debuginfod servers if DEBUGINFOD_URLS is set. A file whose build id is not the
 * one that ran gives no names, because they would be wrong ones. Where there is no DWARF, the ELF
 * symbol table names the function; where there is none, the location keeps its address only. What was
 * found is in heaplens_module.symbols.
 *
 * What was found is kept in a folder, for the next session that asks: a file is then not opened
 * again, unless it, or a debug file of it, was replaced, removed or installed meanwhile. Names are the
 * same with any state of that folder, and without it.
 *
 * @param[in] cache  the folder; need not be there; NULL: none
 * @return HEAPLENS_OK, also where no symbol was found; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY
 *
 * Threads: safe for different sessions. Cost: one pass over each module's units that have an
 * address in question, and a binary search an address.
 */
HEAPLENS_MUST_USE heaplens_status heaplens_session_symbolise(heaplens_session *session,
                                                             const char *cache);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_SYMBOL_FOLDER_H
#define HEAPLENS_CLI_SYMBOL_FOLDER_H

#include "profile/session.h"

/**
 * Give a session its symbols, with the user's cache of them: the folder that HEAPLENS_SYMBOL_CACHE
 * names, none if it is set and empty; otherwise heaplens/symbols in $XDG_CACHE_HOME or in ~/.cache.
 *
 * @return as heaplens_session_symbolise()
 */
HEAPLENS_MUST_USE heaplens_status heaplens__symbolise(heaplens_session *session);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_SYMBOL_SESSION_H
#define HEAPLENS_TESTS_SYMBOL_SESSION_H

#include "profile/session.h"

/** The locations of the session's one process: addresses in the code of symbol_fixture. */
enum { THROUGH_STATIC, EXPORTED, NOWHERE, LOCATIONS };

/**
 * A session of one process with addresses of the fixture's code, in a module that is said to be
 * `path`, and with their symbols. A failed test where that does not work.
 *
 * @param cache  as heaplens_session_symbolise() has it
 */
heaplens_session *symbol_session(const char *path, const char *build_id, const char *cache);

/** The same, of the first `count` locations only. */
heaplens_session *symbol_session_part(const char *path, const char *build_id, const char *cache,
                                      size_t count);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_STACK_SESSION_H
#define HEAPLENS_TESTS_STACK_SESSION_H

#include "profile/diff.h"

/**
 * @file
 * Profiles by hand, of stacks that are written down as texts. Whatever cannot be made aborts.
 */

/** One site. What is not given is 0, but blocks: 1. */
typedef struct stack_site {
    // Outermost call first: "main;load;parse|grow" is three addresses, of which the innermost has
    // `grow` inlined into `parse`. "@1f" is an address without a name, at 0x1f of the library.
    const char *stack;
    uint64_t bytes_peak;
    uint64_t bytes_total;
    uint64_t bytes_end;
    uint64_t blocks_total;
    uint64_t blocks_temporary;
    uint64_t lifetime_ns;
    uint64_t lifetime_max_bytes;
    uint64_t lifetime_max_ns;
} stack_site;

/** What the two modules of the process are: the program, and the library of nameless addresses. */
typedef struct stack_program {
    heaplens_symbols symbols;  // of the program; HEAPLENS_SYMBOLS_PENDING: lines
    const char *library;       // path; NULL: "/lib/libdark.so.1"
    const char *build_id;      // of the library; NULL: none
    uint64_t base;             // where the program was loaded: addresses differ with it
    uint32_t line;             // of every frame
    uint32_t flags;            // HEAPLENS_PROCESS_*
    uint64_t operations_lost;
    const char *executable;  // NULL: "/bin/app"
} stack_program;

/** A session of one process whose totals are the sums of its sites. */
heaplens_session *stack_session(const stack_site *sites, size_t count,
                                const stack_program *program);

/** Add another process to a session, as stack_session() makes it. */
void stack_session_add(heaplens_session *session, const stack_site *sites, size_t count,
                       const stack_program *program);

/** The side of a diff: the session's largest process. */
heaplens_diff_side stack_side(const heaplens_session *session);

/** The diff of two sessions. */
heaplens_diff *stack_diff(const heaplens_session *before, const heaplens_session *after);

/** A path as text, outermost function first: "main;load". Valid until the next call. */
const char *stack_path(const heaplens_diff *diff, heaplens_path path);

/** The row with this path, NULL if there is none. */
const heaplens_diff_site *stack_row(const heaplens_diff *diff, const char *path);

#endif

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_CANDIDATES_H
#define COMPETENCY_CLI_CANDIDATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/io.h>

#include "cli/console.h"
#include "cli/files.h"
#include "cli/options.h"

/** The role and the candidates that the command line names, however they are stored. */
typedef struct cli_candidates {
    competency_document *role_document;  // owned; also holds the candidates of one DOCUMENT
    competency_document *pool;           // owned, or role_document, or NULL: candidates at hand
    competency_stream *stream;           // owned; NULL: not a stream
    cli_file file;                       // what the stream reads
    const competency_record *role;
    size_t next;  // index into `pool`
} cli_candidates;

/** One candidate, or why there is none. */
typedef struct cli_candidate {
    const competency_record *record;  // NULL: this record is bad, or this was the last one
    competency_document *owned;       // holds `record`; NULL: it lives as long as the candidates
    const char *id;                   // also of a bad record, if it has one; until the next call
    uint64_t number;                  // its line or place
    bool is_last;                     // there is no candidate any more
} cli_candidate;

/** Open and read what the options name. Complains. The candidates are to be closed in any case. */
cli_exit cli_candidates_open(cli_candidates *out, const cli_options *options);

void cli_candidates_close(cli_candidates *candidates);

/**
 * The next candidate.
 *
 * @param[out] out  `owned` goes to the caller
 * @param[out] err  filled for a bad record
 * @return CLI_EXIT_OK; CLI_EXIT_PARTIAL for a bad record: the next call goes on behind it; any
 *         other ends the program, and was complained of
 */
cli_exit cli_candidates_next(cli_candidates *candidates, cli_candidate *out, competency_error *err);

#endif

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_PIPELINE_H
#define COMPETENCY_CLI_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/io.h>

#include "cli/candidates.h"
#include "cli/console.h"
#include "cli/engine.h"

/**
 * @file
 * Candidates through several workers, and out in the order in which they came in.
 *
 *     reader ─> batch ─> worker: match, write a fragment ─> batch ─> in order: take
 *
 * One thread reads and takes; the batches on their way are few, so memory does not depend on the
 * length of the input. With one worker there are no other threads, and every candidate is taken
 * before the next is read.
 */

/** One candidate on its way. */
typedef struct cli_item {
    cli_candidate candidate;     // `id` is owned by the item where there is no record
    char *bad_id;                // owned
    cli_exit status;             // OK; PARTIAL: this record failed; any other ends the program
    competency_error err;        // why
    bool needs_model;            // the result is one of a model's
    competency_summary summary;  // of the match
    size_t text_at;              // its fragment in the batch's text
    size_t text_size;
} cli_item;

/** What is to be done with a candidate. */
typedef struct cli_stage {
    void *self;
    unsigned parts;                    // COMPETENCY_WITH_... that a match is to have
    bool is_written;                   // workers write fragments
    competency_writer_options writer;  // of fragments

    /**
     * Take the next item, in order. `text` is its fragment. What `candidate.owned` points at may be
     * taken by setting it to NULL.
     *
     * @return CLI_EXIT_OK; any other ends the work
     */
    cli_exit (*take)(void *self, cli_item *item, const char *text);
} cli_stage;

/**
 * Read all candidates, match each, and hand them to `stage->take`.
 *
 * @param jobs  workers, at least 1
 * @return CLI_EXIT_OK; what `take` returned; or what ended the work, which was complained of
 */
cli_exit cli_pipeline_run(const cli_stage *stage, cli_candidates *candidates, cli_engine *engine,
                          size_t jobs);

#endif

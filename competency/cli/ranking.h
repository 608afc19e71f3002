// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_RANKING_H
#define COMPETENCY_CLI_RANKING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/io.h>

/** One candidate that is kept for the ranking. Owns what it points at, where noted. */
typedef struct cli_ranked {
    double key;  // larger is ahead, before the score; 0 for all: the score
    competency_summary summary;
    uint64_t number;                     // of its record: decides between equal scores
    char *id;                            // owned; NULL: none
    char *title;                         // owned; NULL: none
    char *uri;                           // owned; NULL: none
    competency_document *document;       // owned; holds `candidate`; NULL: that lives elsewhere
    const competency_record *candidate;  // NULL: only the line is kept
} cli_ranked;

/** The best candidates so far: a heap with the worst of them on top. */
typedef struct cli_ranking {
    cli_ranked *entries;  // (count), owned
    size_t count;
    size_t capacity;
    size_t limit;  // most entries to keep; 0: all
} cli_ranking;

/** Whether a candidate with this key, score and number would be kept. */
bool cli_ranking_wants(const cli_ranking *ranking, double key, double score, uint64_t number);

/** Take `entry`, which the ranking then owns, in place of the worst if it is full. False: no
 *  memory, and `entry` stays the caller's. Only for what cli_ranking_wants(). */
bool cli_ranking_add(cli_ranking *ranking, cli_ranked *entry);

/** Put the entries in order, best first. Nothing can be added after that. */
void cli_ranking_finish(cli_ranking *ranking);

void cli_ranking_release(cli_ranking *ranking);

/** Release what `entry` owns. */
void cli_ranked_release(cli_ranked *entry);

#endif

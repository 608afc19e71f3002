// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_H
#define COMPETENCY_H

/**
 * @file
 * The whole public interface of competency. In the order in which a reader needs them:
 *
 *     status.h    how calls report failure
 *     allocator.h memory from the caller
 *     skill.h     levels, skills, profiles
 *     model.h     an embedding model on disk
 *     embedder.h  text to vector; bring your own
 *     cache.h     vectors that need not be computed again
 *     scoring.h   parameters of the scoring model
 *     domain.h    the fourteen domains
 *     matcher.h   match, batch
 *     scorer.h    one role against many candidates
 *     io.h        documents and streams of candidates in, results out
 *     evaluation.h  how good it is, on data whose answers are known
 *     profiling.h what the process does with the heap
 *
 * A document that brings its vectors is matched without a model:
 *
 * @code
 * const char json[] =
 *     "{\"role\":{\"skills\":[{\"name\":\"SQL\",\"level\":\"3/5\",\"embedding\":[0.9,0.1]}]},"
 *     "\"candidates\":[{\"id\":\"Ann\",\"skills\":"
 *     "[{\"name\":\"PostgreSQL\",\"level\":\"4/5\",\"embedding\":[0.8,0.3]}]}]}";
 * competency_document *document = NULL;
 * competency_matcher *matcher = NULL;
 * competency_match match = {0};
 * if (competency_document_parse(&document, COMPETENCY_DOCUMENT_MATCH, json, strlen(json), NULL) !=
 *         COMPETENCY_OK ||
 *     competency_matcher_create(&matcher, NULL, NULL) != COMPETENCY_OK) {
 *     return 1;
 * }
 * const competency_record *ann = competency_document_candidate(document, 0);
 * if (competency_match_run(&match, matcher, &ann->profile,
 *                          &competency_document_role(document)->profile, NULL) != COMPETENCY_OK) {
 *     return 1;
 * }
 * printf("%s: %.3f\n", ann->identity.id, match.overall_score);  // prints: Ann: 1.000
 * competency_match_destroy(&match);
 * competency_matcher_destroy(matcher);
 * competency_document_destroy(document);
 * @endcode
 */
#include <competency/allocator.h>
#include <competency/cache.h>
#include <competency/domain.h>
#include <competency/embedder.h>
#include <competency/evaluation.h>
#include <competency/io.h>
#include <competency/matcher.h>
#include <competency/model.h>
#include <competency/profiling.h>
#include <competency/scorer.h>
#include <competency/scoring.h>
#include <competency/skill.h>
#include <competency/status.h>

#endif

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

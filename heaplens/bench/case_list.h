// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_CASE_LIST_H
#define HEAPLENS_BENCH_CASE_LIST_H

#include <heaplens/bench.h>

#include <stdbool.h>

/**
 * @file
 * The cases of a program: every benchmark at every size, with its name.
 */

enum { HEAPLENS_CASE_ID_BYTES = 256 };

typedef struct heaplens_case {
    const heaplens_benchmark *benchmark;  // borrowed
    bool has_size;
    uint64_t size;
    char id[HEAPLENS_CASE_ID_BYTES];
} heaplens_case;

typedef struct heaplens_case_list {
    heaplens_case *cases;  // (count) owned, in the order of the program
    size_t count;
    char fault[HEAPLENS_CASE_ID_BYTES + 64];  // why there is no list
} heaplens_case_list;

/**
 * List the cases that a filter takes.
 *
 * @param[in] filters  (filter_count) a case is taken if any of them takes it; none takes all.
 *                     "/REGEX/" (POSIX extended) is searched for in the case's name; a text with
 *                     *, ? or [ is a pattern of the shell for the whole name; another text is
 *                     searched for
 * @return HEAPLENS_OK; HEAPLENS_EINVAL with a fault: a benchmark without a name or function, a name
 *         that is too long or there twice, a regular expression that is none; HEAPLENS_ENOMEM
 */
HEAPLENS_MUST_USE heaplens_status heaplens__case_list_make(heaplens_case_list *out,
                                                           const heaplens_benchmark *benchmarks,
                                                           size_t count, const char *const *filters,
                                                           size_t filter_count);

/** Release what a list owns. */
void heaplens__case_list_deinit(heaplens_case_list *list);

#endif

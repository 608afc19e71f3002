// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_REPORT_HTML_H
#define HEAPLENS_BENCH_REPORT_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/**
 * @file
 * The report of benchmarks as one offline page: what the build bundled of heaplens/viewer/src/bench,
 * around the JSON document. The page draws; nothing is computed here.
 */

/** The page in two parts; both sizes are 0 where the build had no node or npm. */
extern const unsigned char heaplens__bench_html_head[];
extern const unsigned char heaplens__bench_html_tail[];
extern const size_t heaplens__bench_html_head_size;
extern const size_t heaplens__bench_html_tail_size;

/** Was this built with the page? */
bool heaplens__report_html_exists(void);

/** Write a document in its script element, "<" as its escape; part of the page. */
void heaplens__report_html_write_document(FILE *file, const char *json, size_t size);

/**
 * Write the page around a document; a failure is in the stream's error flag.
 *
 * @param[in] json  (size) as docs/format/bench-json.md has it. "<" is written as its escape, so that
 *                  no text of a benchmark ends the element that it is in
 */
void heaplens__report_html_write(FILE *file, const char *json, size_t size);

#endif

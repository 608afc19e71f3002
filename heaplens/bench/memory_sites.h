// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_MEMORY_SITES_H
#define HEAPLENS_BENCH_MEMORY_SITES_H

#include "bench/bench_report.h"

/**
 * Read the call sites of the cases' scopes from what was recorded, with names.
 *
 * @param[in]     path    of the store
 * @param[in,out] report  cases whose memory was measured get their sites; a case's number is its
 *                        place in the report
 * @return HEAPLENS_OK; HEAPLENS_EFORMAT and others where the store cannot be read: the cases then
 *         have no sites
 *
 * Cost: reading the symbols of the program and its libraries, tenths of a second.
 */
HEAPLENS_MUST_USE heaplens_status heaplens__memory_sites_read(const char *path,
                                                              heaplens_bench_report *report);

#endif

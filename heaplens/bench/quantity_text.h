// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_BENCH_QUANTITY_TEXT_H
#define HEAPLENS_BENCH_QUANTITY_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * @file
 * Quantities as people read them. Each writes at most `cap` bytes with the NUL.
 */

/** Four digits and a unit: "412.3 ns", "1.639 s". */
void heaplens__time_text(double ns, char *text, size_t cap);

/** Three digits and a unit: "24.3 M items/s", "1.02 GiB/s" (bytes by powers of 1024). */
void heaplens__rate_text(double per_second, int is_bytes, char *text, size_t cap);

/** A whole number in groups of three: "1,234,567", "-12". */
void heaplens__whole_text(int64_t value, char *text, size_t cap);

/** A change in percent, with its sign: "+5.02 %". */
void heaplens__percent_text(double share, char *text, size_t cap);

#endif

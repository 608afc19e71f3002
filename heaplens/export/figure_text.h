// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_FIGURE_TEXT_H
#define HEAPLENS_EXPORT_FIGURE_TEXT_H

#include <stdint.h>

/** A figure as text, by value, so that several fit into one call of a printf. */
typedef struct heaplens_figure {
    char text[40];
} heaplens_figure;

/** "12,345,678" */
heaplens_figure heaplens__figure_count(uint64_t value);

/** "1 block", "12,345 blocks"; words of 12 characters at most */
heaplens_figure heaplens__figure_counted(uint64_t value, const char *one, const char *several);

/** "512 B", "11.8 MiB": four characters of value at most, powers of 1024 */
heaplens_figure heaplens__figure_bytes(uint64_t bytes);

/** "1.23 ms", "4.50 s", "3 min 20 s" */
heaplens_figure heaplens__figure_time(uint64_t ns);

/** "63.5 %"; "-" of nothing */
heaplens_figure heaplens__figure_share(uint64_t part, uint64_t whole);

#endif

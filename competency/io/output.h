// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_OUTPUT_H
#define COMPETENCY_IO_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/io.h>

/**
 * @file
 * Text on its way to a sink: collected in a buffer, with a status that sticks, so that a writer is
 * checked once and not after each piece.
 */

enum { COMPETENCY__OUTPUT_BYTES = 16 * 1024 };

typedef struct competency__output {
    competency_sink sink;
    competency_status status;  // the first failure; nothing is written after it
    size_t used;               // bytes of `buffer` that the sink has not seen
    char buffer[COMPETENCY__OUTPUT_BYTES];
} competency__output;

void competency__output_init(competency__output *output, const competency_sink *sink);

/** Hand everything to the sink. @return the status that sticks */
competency_status competency__output_flush(competency__output *output);

void competency__output_bytes(competency__output *output, const char *data, size_t size);

/** A NUL-terminated text, as it is. */
void competency__output_text(competency__output *output, const char *text);

/** Shortest round-trip decimal; "null" if not finite. */
void competency__output_number(competency__output *output, double value);

void competency__output_count(competency__output *output, uint64_t value);

/** A JSON string, or null for NULL. What is not UTF-8 becomes U+FFFD. */
void competency__output_json_text(competency__output *output, const char *text);

/** Columns that `text` takes on a terminal: wide characters count 2, combining ones 0. */
size_t competency__display_columns(const char *text);

/** For people: `text` without control characters, padded to `columns`, cut with ".." beyond it. */
void competency__output_column(competency__output *output, const char *text, size_t columns);

/** For people: `text`, in ASCII, padded on the left to `columns`. */
void competency__output_right(competency__output *output, const char *text, size_t columns);

/** For people: three decimals, padded on the left to `columns`. */
void competency__output_fixed(competency__output *output, double value, size_t columns);

#endif

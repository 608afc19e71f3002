// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_EXPORT_SINK_H
#define HEAPLENS_EXPORT_SINK_H

#include <heaplens/heaplens.h>

/**
 * Where a writer puts bytes. The first failure sticks: later writes do nothing, so that a writer
 * checks once, at its end. Zero all but `write` and `self`; end with heaplens__sink_flush().
 */
typedef struct heaplens_sink {
    heaplens_status (*write)(void *self, const char *data, size_t size);
    void *self;
    heaplens_status status;
    size_t used;  // bytes that wait in `buffer`
    char buffer[8192];
} heaplens_sink;

/** Write bytes as they are. */
void heaplens__sink_put(heaplens_sink *sink, const char *data, size_t size);

/** Write a NUL-terminated text. */
void heaplens__sink_puts(heaplens_sink *sink, const char *text);

/** Write formatted text. */
void heaplens__sink_printf(heaplens_sink *sink, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Write a text as a JSON string, with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void heaplens__sink_json(heaplens_sink *sink, const char *text);

/**
 * Write a text as part of one line of UTF-8: control characters become "?", bytes that are not UTF-8
 * become U+FFFD, and the ASCII character `avoid` becomes `instead`.
 */
void heaplens__sink_line(heaplens_sink *sink, const char *text, char avoid, const char *instead);

/** Hand on what waits; the status of everything so far. */
heaplens_status heaplens__sink_flush(heaplens_sink *sink);

#endif

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_LINES_H
#define COMPETENCY_IO_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/io.h>

/** Cuts a source into lines of bounded length. */
typedef struct competency__lines {
    competency_allocator memory;
    competency_source source;
    char *buffer;      // owned
    size_t capacity;   // bytes of `buffer`
    size_t start;      // first byte not yet given out
    size_t end;        // bytes of `buffer` that are filled
    size_t bytes_max;  // longest line
    uint64_t number;   // lines given out or refused so far
    bool is_ended;     // the source has no more bytes
} competency__lines;

/** @param[in] memory  copied. @return COMPETENCY_OK; COMPETENCY_ENOMEM */
COMPETENCY_MUST_USE competency_status competency__lines_init(competency__lines *lines,
                                                             const competency_allocator *memory,
                                                             const competency_source *source,
                                                             size_t bytes_max);

/** Release the buffer; a zeroed struct is accepted. */
void competency__lines_deinit(competency__lines *lines);

/**
 * Read the next line.
 *
 * @param[out] line  without its "\n"; NULL at the end; valid until the next call
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if it is longer than the limit: the next call goes on
 *         behind it; COMPETENCY_EIO; COMPETENCY_ENOMEM
 */
competency_status competency__lines_next(competency__lines *lines, const char **line, size_t *size,
                                         competency_error *err);

#endif

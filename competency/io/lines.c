// SPDX-License-Identifier: MIT
#include "io/lines.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"

enum { FIRST_BYTES = 64 * 1024 };  // one read of a pipe on Linux

competency_status competency__lines_init(competency__lines *lines,
                                         const competency_allocator *memory,
                                         const competency_source *source, size_t bytes_max)
{
    *lines = (competency__lines){
        .memory = *memory,
        .source = *source,
        .buffer = competency__allocate(memory, FIRST_BYTES),
        .capacity = FIRST_BYTES,
        .bytes_max = bytes_max,
    };
    return lines->buffer != NULL ? COMPETENCY_OK : COMPETENCY_ENOMEM;
}

void competency__lines_deinit(competency__lines *lines)
{
    competency__release(&lines->memory, lines->buffer);
    lines->buffer = NULL;
}

// Make room behind `end`: move what is left to the front, then grow if that was not enough.
static competency_status make_room(competency__lines *lines, competency_error *err)
{
    if (lines->start > 0) {
        memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
        lines->end -= lines->start;
        lines->start = 0;
    }
    if (lines->end < lines->capacity) {
        return COMPETENCY_OK;
    }
    const size_t grown = lines->capacity * 2;  // no overflow: the limit of a line was checked
    char *const buffer = competency__resize(&lines->memory, lines->buffer, grown);
    if (buffer == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a line of %zu bytes", grown);
    }
    lines->buffer = buffer;
    lines->capacity = grown;
    return COMPETENCY_OK;
}

static competency_status fill(competency__lines *lines, competency_error *err)
{
    competency_status status = make_room(lines, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    size_t got = 0;
    status = lines->source.read(lines->source.self, lines->buffer + lines->end,
                                lines->capacity - lines->end, &got);
    if (status != COMPETENCY_OK) {
        return competency__fail(err, status, "cannot read the candidates");
    }
    lines->end += got;
    lines->is_ended = got == 0;
    return COMPETENCY_OK;
}

// Drop bytes up to the end of an over-long line, keeping none of it.
static competency_status skip_line(competency__lines *lines, competency_error *err)
{
    for (;;) {
        const char *const from = lines->buffer + lines->start;
        const char *const newline = memchr(from, '\n', lines->end - lines->start);
        if (newline != NULL) {
            lines->start += (size_t)(newline - from) + 1;
            return COMPETENCY_OK;
        }
        lines->start = lines->end;
        if (lines->is_ended) {
            return COMPETENCY_OK;
        }
        const competency_status status = fill(lines, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
}

static competency_status refuse_line(competency__lines *lines, competency_error *err)
{
    lines->number++;
    const competency_status status = skip_line(lines, err);
    return status != COMPETENCY_OK
               ? status
               : competency__fail(err, COMPETENCY_EFORMAT, "longer than the limit of %zu bytes",
                                  lines->bytes_max);
}

competency_status competency__lines_next(competency__lines *lines, const char **line, size_t *size,
                                         competency_error *err)
{
    *line = NULL;
    *size = 0;
    // Bytes of the current line that are known to hold no newline: each byte is searched once.
    for (size_t searched = 0;;) {
        const size_t held = lines->end - lines->start;
        const char *const from = lines->buffer + lines->start;
        const char *const newline =
            held > searched ? memchr(from + searched, '\n', held - searched) : NULL;
        const size_t length = newline != NULL ? (size_t)(newline - from) : held;
        if (length > lines->bytes_max) {
            return refuse_line(lines, err);
        }
        if (newline != NULL || (lines->is_ended && held > 0)) {
            lines->start += length + (newline != NULL ? 1 : 0);
            lines->number++;
            *line = from;
            *size = length;
            return COMPETENCY_OK;
        }
        if (lines->is_ended) {
            return COMPETENCY_OK;
        }
        searched = held;
        const competency_status status = fill(lines, err);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
}

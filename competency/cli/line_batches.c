// SPDX-License-Identifier: MIT
#include "cli/line_batches.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READ_BYTES = 64 * 1024 };

// Room for another read behind what is there.
static bool make_room(cli_line_batches *b)
{
    if (b->start > 0) {
        memmove(b->buffer, b->buffer + b->start, b->end - b->start);
        b->end -= b->start;
        b->searched -= b->start;
        b->start = 0;
    }
    if (b->capacity - b->end >= READ_BYTES / 2) {
        return true;
    }
    const size_t capacity = b->capacity == 0 ? READ_BYTES : 2 * b->capacity;
    char *const grown = capacity > b->capacity ? realloc(b->buffer, capacity + 1) : NULL;
    if (grown == NULL) {
        return false;
    }
    b->buffer = grown;
    b->capacity = capacity;
    return true;
}

static cli_exit read_more(cli_line_batches *b)
{
    if (!make_room(b)) {
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    ssize_t got = 0;
    do {
        got = read(b->descriptor, b->buffer + b->end, b->capacity - b->end);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        cli_complain("cannot read the input: %s",
                     strerror(errno));  // NOLINT(concurrency-mt-unsafe)
        return CLI_EXIT_IO;
    }
    b->has_ended = got == 0;
    b->end += (size_t)got;
    return CLI_EXIT_OK;
}

static void take_line(cli_line_batches *b, size_t end)
{
    char *const text = b->buffer + b->start;
    size_t bytes = end - b->start;
    bytes -= bytes > 0 && text[bytes - 1] == '\r' ? 1 : 0;
    text[bytes] = '\0';
    b->lines[b->count++] = (cli_line){.text = text, .bytes = bytes};
    b->start = end < b->end ? end + 1 : end;
    b->searched = b->start;
}

// The lines that are in the buffer whole.
static void take_lines(cli_line_batches *b)
{
    while (b->count < CLI_BATCH_LINES_MAX && b->searched < b->end) {
        const char *const newline = memchr(b->buffer + b->searched, '\n', b->end - b->searched);
        if (newline == NULL) {
            b->searched = b->end;
        } else {
            take_line(b, (size_t)(newline - b->buffer));
        }
    }
    if (b->count == 0 && b->has_ended && b->start < b->end) {
        take_line(b, b->end);
    }
}

cli_exit cli_line_batches_next(cli_line_batches *b)
{
    b->count = 0;
    take_lines(b);
    while (b->count == 0 && !b->has_ended) {
        const cli_exit status = read_more(b);
        if (status != CLI_EXIT_OK) {
            return status;
        }
        take_lines(b);
    }
    return CLI_EXIT_OK;
}

void cli_line_batches_close(cli_line_batches *b)
{
    free(b->buffer);
    *b = (cli_line_batches){.descriptor = -1};
}

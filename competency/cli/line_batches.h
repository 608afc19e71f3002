// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_LINE_BATCHES_H
#define COMPETENCY_CLI_LINE_BATCHES_H

/**
 * @file
 * Lines as they come, several at a time: all that one read brings. Of a file that is a batch worth
 * sharing among threads; of a pipe whose other end writes a line and waits for the answer, a line.
 */
#include <stddef.h>

#include "cli/console.h"

enum { CLI_BATCH_LINES_MAX = 512 };

/** One line, without its end. */
typedef struct cli_line {
    char *text;    // NUL-terminated; may have NULs inside, too
    size_t bytes;  // before the one that ends it
} cli_line;

/** Zeroed but for the descriptor; cli_line_batches_close() it. */
typedef struct cli_line_batches {
    int descriptor;  // borrowed
    char *buffer;    // (capacity + 1)
    size_t capacity;
    size_t start;     // of what was not handed out
    size_t end;       // of what was read
    size_t searched;  // before this there is no newline behind `start`
    bool has_ended;   // nothing more can be read
    cli_line lines[CLI_BATCH_LINES_MAX];
    size_t count;  // of the batch
} cli_line_batches;

/**
 * Read the next batch into `lines` and `count`, 0 at the end. They are valid until the next call.
 * A line ends with LF, CR LF, or the input. Complains.
 *
 * @return CLI_EXIT_OK; CLI_EXIT_IO; CLI_EXIT_NO_MEMORY
 */
cli_exit cli_line_batches_next(cli_line_batches *batches);

void cli_line_batches_close(cli_line_batches *batches);

#endif

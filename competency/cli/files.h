// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_FILES_H
#define COMPETENCY_CLI_FILES_H

#include <stddef.h>

#include <competency/io.h>

#include "cli/console.h"

/** An open input. */
typedef struct cli_file {
    const char *name;  // for messages; borrowed
    int descriptor;    // -1: none
    int error;         // errno of the read that failed; 0: none did
} cli_file;

/** Open `path`, or standard input for "-". Complains. @return CLI_EXIT_OK; CLI_EXIT_NO_INPUT */
cli_exit cli_file_open(cli_file *out, const char *path);

void cli_file_close(cli_file *file);

/** The file as a source of bytes; `file` is borrowed by it. */
competency_source cli_file_source(cli_file *file);

/**
 * Read all of `path`, or standard input for "-". Complains.
 *
 * @param[out] text  (size) to be freed by the caller; NULL on failure
 */
cli_exit cli_file_read_all(const char *path, char **text, size_t *size);

/** Standard output as a sink. @param[out] error  set to errno when a write fails */
competency_sink cli_stdout_sink(int *error);

#endif

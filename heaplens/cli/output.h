// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_OUTPUT_H
#define HEAPLENS_CLI_OUTPUT_H

#include "export/sink.h"

/** Something that can be written: `what` is the writer's own. */
typedef heaplens_status heaplens_write_what(heaplens_sink *sink, const void *what);

/**
 * Write to a file, or to standard output, or complain. A file is complete or not there; what is
 * not a regular file, like /dev/null or a pipe, is written into.
 *
 * @param path  NULL: standard output
 * @return the exit code
 */
int heaplens__write_output(const char *path, heaplens_write_what *write_what, const void *what);

/**
 * Can heaplens__write_output() probably write there? Says why not, so that whoever measures for a
 * long time knows before.
 */
bool heaplens__can_write_output(const char *path);

/** May standard output have colours: is it a terminal that is not dumb, and not NO_COLOR set? */
bool heaplens__output_has_color(void);

/** Does the locale write in UTF-8? Leaves the program's own locale as it is. */
bool heaplens__output_has_utf8(void);

#endif

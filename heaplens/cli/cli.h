// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_H
#define HEAPLENS_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <heaplens/heaplens.h>

#include "export/sink.h"
#include "profile/failure.h"

/** Exit codes of the program's own; `heaplens run` otherwise exits as the program it ran. */
enum {
    EXIT_CODE_OK = 0,
    EXIT_CODE_BROKEN = 1,  // `heaplens check`: a budget is
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_BAD_DATA = 65,
    EXIT_CODE_NO_INPUT = 66,
    EXIT_CODE_UNAVAILABLE = 69,  // left out of this build
    EXIT_CODE_IO = 74,
    EXIT_CODE_CANNOT_EXECUTE = 126,
    EXIT_CODE_NOT_FOUND = 127,
    EXIT_CODE_SIGNAL = 128,  // + the signal
};

/** `heaplens run` and `heaplens report`; arguments begin with the verb. They return the exit code. */
int heaplens__cmd_run(int argc, char **argv);
int heaplens__cmd_report(int argc, char **argv);
int heaplens__cmd_stat(int argc, char **argv);
int heaplens__cmd_diff(int argc, char **argv);
int heaplens__cmd_check(int argc, char **argv);
int heaplens__cmd_baseline(int argc, char **argv);
int heaplens__cmd_snapshot(int argc, char **argv);
int heaplens__cmd_top(int argc, char **argv);
int heaplens__cmd_compare(int argc, char **argv);

/** Write "heaplens: ..." and a newline to standard error. */
void heaplens__complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Complain about a failed call on `what`; the exit code for its status. */
int heaplens__complain_status(heaplens_status status, const char *what,
                              const heaplens_failure *failure);

/**
 * A number with an optional suffix K, M or G (powers of 1024).
 *
 * @return false if the text is anything else, or out of [low, high]; *out is then unchanged
 */
bool heaplens__parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out);

/** A decimal number in [low, high]; false if the text is anything else, NaN too; *out is then unchanged. */
bool heaplens__parse_real(const char *text, double low, double high, double *out);

/** A sink that writes to a file descriptor, which `fd` points to and which stays open. */
heaplens_status heaplens__write_fd(void *fd, const char *data, size_t size);

#endif

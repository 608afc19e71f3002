// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_CLI_CONSOLE_H
#define COMPETENCY_CLI_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/status.h>

/** How the program ends; part of its interface, so the values never change. */
typedef enum cli_exit {
    CLI_EXIT_OK = 0,
    CLI_EXIT_USAGE = 2,       // the command line is wrong
    CLI_EXIT_PARTIAL = 3,     // some records failed, the others were done
    CLI_EXIT_DATA = 65,       // a role, document or configuration is bad
    CLI_EXIT_NO_INPUT = 66,   // a file cannot be opened
    CLI_EXIT_NO_MODEL = 69,   // there is no model, or it cannot be used
    CLI_EXIT_NO_MEMORY = 71,  // the system gave no memory
    CLI_EXIT_IO = 74,         // reading or writing failed
} cli_exit;

/** Say on standard error what went wrong: "competency: ...". */
COMPETENCY_PRINTF(1, 2)
void cli_complain(const char *format, ...);

/** The exit status for a failure that is not about the model. */
cli_exit cli_exit_of(competency_status status);

/** Whether standard output is a terminal that wants colours (NO_COLOR is honoured). */
bool cli_is_coloured(void);

/** A count of done records on standard error, if that is a terminal and the work is long. */
typedef struct cli_progress {
    bool is_wanted;
    bool is_shown;
    double shown_s;  // when the count was shown last, on the monotonic clock
} cli_progress;

void cli_progress_begin(cli_progress *progress);
void cli_progress_step(cli_progress *progress, uint64_t done_count);

/** Show "done of total what", at most twice a second. `what` is a plural: "queries". */
void cli_progress_show(cli_progress *progress, const char *what, size_t done, size_t total);

void cli_progress_end(cli_progress *progress);

#endif

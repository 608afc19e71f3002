// SPDX-License-Identifier: MIT
// What the program says beside its results, and how it ends.
#include "cli/console.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void cli_complain(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)fputs("competency: ", stderr);
    (void)vfprintf(stderr, format, args);
    (void)fputc('\n', stderr);
    va_end(args);
}

cli_exit cli_exit_of(competency_status status)
{
    switch (status) {
    case COMPETENCY_OK: return CLI_EXIT_OK;
    case COMPETENCY_ENOMEM: return CLI_EXIT_NO_MEMORY;
    case COMPETENCY_EIO: return CLI_EXIT_IO;
    case COMPETENCY_ENOINPUT: return CLI_EXIT_NO_INPUT;
    case COMPETENCY_ENOMODEL:
    case COMPETENCY_EUNSUPPORTED:
    case COMPETENCY_EINACTIVE: return CLI_EXIT_NO_MODEL;
    case COMPETENCY_EINVAL:
    case COMPETENCY_EFORMAT:
    case COMPETENCY_ECAPACITY:
    case COMPETENCY_EEMPTY:
    case COMPETENCY_EDISTRIBUTION: return CLI_EXIT_DATA;
    }
    return CLI_EXIT_DATA;
}

bool cli_is_coloured(void)
{
    // One thread, and nothing here sets the environment.
    const char *const no_color = getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe)
    const char *const terminal = getenv("TERM");      // NOLINT(concurrency-mt-unsafe)
    const bool is_refused = no_color != NULL && no_color[0] != '\0';
    const bool is_dumb = terminal == NULL || strcmp(terminal, "dumb") == 0;
    return !is_refused && !is_dumb && isatty(STDOUT_FILENO) == 1;
}

static double now_s(void)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void cli_progress_begin(cli_progress *progress)
{
    // Where the results go to the same terminal they are progress enough.
    *progress = (cli_progress){
        .is_wanted = isatty(STDERR_FILENO) == 1 && isatty(STDOUT_FILENO) == 0,
        .shown_s = now_s(),
    };
}

void cli_progress_step(cli_progress *progress, uint64_t done_count)
{
    if (!progress->is_wanted || done_count % 64 != 0 || now_s() - progress->shown_s < 0.5) {
        return;
    }
    (void)fprintf(stderr, "\r%" PRIu64 " candidates", done_count);
    progress->is_shown = true;
    progress->shown_s = now_s();
}

void cli_progress_show(cli_progress *progress, const char *what, size_t done, size_t total)
{
    if (!progress->is_wanted || now_s() - progress->shown_s < 0.5) {
        return;
    }
    (void)fprintf(stderr, "\r%zu of %zu %s\033[K", done, total, what);
    progress->is_shown = true;
    progress->shown_s = now_s();
}

void cli_progress_end(cli_progress *progress)
{
    if (progress->is_shown) {
        (void)fputs("\r\033[K", stderr);
        progress->is_shown = false;
    }
}

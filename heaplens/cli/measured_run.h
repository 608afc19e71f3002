// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_CLI_MEASURED_RUN_H
#define HEAPLENS_CLI_MEASURED_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/launch.h"

/** One run of a command. */
typedef struct heaplens_run_request {
    char **words;            // NULL-terminated
    size_t padding;          // bytes that are added to the environment: they move the stack
    int output;              // descriptor for its standard output and error; its input is empty
    const char *bench_file;  // where a program of benchmarks is to write its results; NULL: nowhere
    const char *bench_options;        // for such a program; NULL: none
    const heaplens_launch *recorder;  // NULL: it is not recorded. Its arguments are not used
} heaplens_run_request;

/** What a run took. */
typedef struct heaplens_run_usage {
    double wall_s;
    double cpu_s;      // user and system, of all its processes that it waited for
    double rss_bytes;  // most that one of them held
    int code;          // exit status, or 128 + the signal that killed it
} heaplens_run_usage;

typedef enum heaplens_run_end {
    HEAPLENS_RUN_DONE,     // usage is filled, whatever its exit status
    HEAPLENS_RUN_FAILED,   // it could not be started; a complaint was made
    HEAPLENS_RUN_STOPPED,  // somebody stopped this program, and it was stopped too
} heaplens_run_end;

/** Run a command until it ends. One at a time, after heaplens__run_guard(). */
heaplens_run_end heaplens__run_measured(const heaplens_run_request *request,
                                        heaplens_run_usage *usage);

/**
 * From here on SIGINT, SIGTERM and SIGHUP end the run that is under way, and not this program before
 * it has tidied up.
 */
void heaplens__run_guard(void);

/** As before heaplens__run_guard(): a signal ends this program. */
void heaplens__run_unguard(void);

/** The signal that came since heaplens__run_guard(); 0: none. */
int heaplens__run_stopped_by(void);

#endif

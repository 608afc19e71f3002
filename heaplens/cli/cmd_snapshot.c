// SPDX-License-Identifier: MIT
// heaplens snapshot: writes what a running process has recorded so far as a profile.
#define _GNU_SOURCE

#include "cli/cli.h"

#include <stdio.h>

#include "cli/live_store.h"
#include "cli/symbol_folder.h"
#include "cli/verb_options.h"
#include "export/figure_text.h"
#include "export/frame_text.h"
#include "profile/finished.h"

static const char usage[] =
    "usage: heaplens snapshot [-o FILE] PID\n"
    "\n"
    "Write a profile of a process that runs under `heaplens run`, or records by itself. It is\n"
    "neither stopped nor traced.\n"
    "\n"
    "  -o FILE   the profile (default: heaplens.NAME.PID.heaplens)\n"
    "  --help\n"
    "\n"
    "Exit codes: 0; 2 usage; 66 no such process, or it does not record; 74 it may not be read, or\n"
    "the profile cannot be written.\n";

enum { OUTPUT_BYTES = 320 };

typedef struct snapshot_command {
    const char *output;  // NULL: named after the program
    uint64_t pid;
} snapshot_command;

static const char *take_option(void *self, int option, const char *value)
{
    snapshot_command *const command = self;
    if (option != 'o') {
        return "";
    }
    command->output = value;
    return NULL;
}

// The exit code, or -1 to go on.
static int parse_arguments(snapshot_command *command, int argc, char **argv)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
                                            {0}};
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "o:", .names = options, .take = take_option};
    const int stop = heaplens__parse_options(&verb, command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    if (optind + 1 != argc || !heaplens__parse_number(argv[optind], 1, INT32_MAX, &command->pid)) {
        heaplens__complain("which process? See heaplens snapshot --help");
        return EXIT_CODE_USAGE;
    }
    return -1;
}

// The profile's name, and a line that says what is in it.
static heaplens_status write_profile(const snapshot_command *command, heaplens_session *session,
                                     heaplens_failure *failure)
{
    const heaplens_facts *const facts = &session->processes[0].facts;
    char output[OUTPUT_BYTES];
    const char *const program =
        heaplens__path_base(heaplens__names_text(&session->names, facts->executable));
    (void)snprintf(output, sizeof(output), "heaplens.%.255s.%llu.heaplens", program,
                   (unsigned long long)command->pid);
    const char *const path = command->output != NULL ? command->output : output;
    heaplens_status status = heaplens__symbolise(session);
    if (status == HEAPLENS_OK) {
        status = heaplens_session_write(session, path, failure);
    }
    if (status == HEAPLENS_OK) {
        heaplens__complain("live %s, peak %s, %s; see: heaplens report %s",
                           heaplens__figure_bytes(facts->bytes_end).text,
                           heaplens__figure_bytes(facts->bytes_peak).text,
                           heaplens__figure_counted(facts->blocks_total, "block", "blocks").text,
                           path);
    }
    return status;
}

int heaplens__cmd_snapshot(int argc, char **argv)
{
    snapshot_command command = {0};
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    heaplens_session *session = NULL;
    heaplens_failure failure = {0};
    bool is_settled = false;
    heaplens_status status =
        heaplens__live_store_read(&session, (pid_t)command.pid, &is_settled, &failure);
    if (status == HEAPLENS_OK) {
        status = write_profile(&command, session, &failure);
    }
    if (status == HEAPLENS_OK && !is_settled) {
        heaplens__complain("its heap grew all the while: the figures of call sites at the peak are "
                           "of slightly different moments");
    }
    heaplens_session_destroy(session);
    char name[32];
    (void)snprintf(name, sizeof(name), "process %llu", (unsigned long long)command.pid);
    return status == HEAPLENS_OK ? EXIT_CODE_OK : heaplens__complain_status(status, name, &failure);
}

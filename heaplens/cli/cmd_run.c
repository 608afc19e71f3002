// SPDX-License-Identifier: MIT
// heaplens run: runs a program under the recorder and writes one self-contained profile.
#define _GNU_SOURCE

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/launch.h"
#include "cli/output.h"
#include "cli/session_folder.h"
#include "cli/symbol_folder.h"
#include "cli/target.h"
#include "cli/verb_options.h"
#include "export/figure_text.h"
#include "export/frame_text.h"
#include "profile/finished.h"
#include "profile/open.h"

static const char usage[] =
    "usage: heaplens run [options] -- PROGRAM [ARGUMENT...]\n"
    "\n"
    "Run a program, and every program that it starts, and write one profile of their heaps.\n"
    "\n"
    "  -o FILE             the profile (default: heaplens.NAME.PID.heaplens)\n"
    "  --mode MODE         full: every block with its call stack (the default); count: totals "
    "only;\n"
    "                      sample, sample=BYTES: blocks drawn at random, one in 512K bytes or in\n"
    "                      BYTES, and estimates; off: start without recording\n"
    "  --depth N           frames kept of a call stack (default 128, most 1024)\n"
    "  --no-follow-fork    record PROGRAM only, not what it starts\n"
    "  --store-max BYTES   bound of what is kept of a process, e.g. 512M (default 1G)\n"
    "  --help\n"
    "\n"
    "The profile is finished when PROGRAM ends; what then still runs is in it as it is.\n"
    "The environment variable HEAPLENS_LIBRARY names another recorder than the one that was\n"
    "installed with this program.\n"
    "\n"
    "Exits as PROGRAM: its exit code, or 128 + the signal that killed it. 126 if it cannot be\n"
    "executed, 127 if it is not found, 2 usage, 74 if the profile cannot be written.\n";

enum {
    DEPTH_MAX = 1024,
    STORE_BYTES_MIN = 1 << 20,
    OPTION_MODE = 256,
    OPTION_DEPTH,
    OPTION_STORE_MAX,
    OPTION_FOLLOW,
    OPTION_NO_FOLLOW,
};

typedef struct run_command {
    const char *output;  // NULL: named after the program
    char mode[32];       // "": full
    char depth[24];      // "": the recorder's default
    char store_max[24];
    bool is_alone;  // --no-follow-fork
    char **arguments;
} run_command;

static bool take_number(const char *text, uint64_t low, uint64_t high, char *out, size_t cap)
{
    uint64_t number = 0;
    if (!heaplens__parse_number(text, low, high, &number)) {
        return false;
    }
    (void)snprintf(out, cap, "%llu", (unsigned long long)number);
    return true;
}

static bool take_mode(run_command *command, const char *value)
{
    static const char *const names[] = {"off", "count", "full", "sample"};
    static const char with_bytes[] = "sample=";
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(value, names[i]) == 0) {
            (void)snprintf(command->mode, sizeof(command->mode), "%s", value);
            return true;
        }
    }
    if (strncmp(value, with_bytes, sizeof(with_bytes) - 1) == 0) {
        char bytes[24];
        const bool is_number =
            take_number(value + sizeof(with_bytes) - 1, 1, UINT64_C(1) << 40, bytes, sizeof(bytes));
        (void)snprintf(command->mode, sizeof(command->mode), "sample=%.23s", bytes);
        return is_number;
    }
    return false;
}

_Static_assert((int)DEPTH_MAX == 1024 && (int)STORE_BYTES_MIN == 1 << 20,
               "what take_option() says of them");

static const char *take_option(void *self, int option, const char *value)
{
    run_command *const command = self;
    switch (option) {
    case 'o': command->output = value; return NULL;
    case OPTION_DEPTH:
        return heaplens__unless(
            take_number(value, 1, DEPTH_MAX, command->depth, sizeof(command->depth)),
            "a number from 1 to 1024");
    case OPTION_STORE_MAX:
        return heaplens__unless(take_number(value, STORE_BYTES_MIN, UINT64_C(1) << 40,
                                            command->store_max, sizeof(command->store_max)),
                                "bytes from 1M to 1024G");
    case OPTION_FOLLOW: command->is_alone = false; return NULL;
    case OPTION_NO_FOLLOW: command->is_alone = true; return NULL;
    case OPTION_MODE:
        return heaplens__unless(
            take_mode(command, value),
            "full, count, sample, sample=BYTES with bytes from 1 to 1024G, or off");
    default: return "";
    }
}

// The exit code, or -1 to go on.
static int parse_arguments(run_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"mode", required_argument, NULL, OPTION_MODE},
        {"depth", required_argument, NULL, OPTION_DEPTH},
        {"store-max", required_argument, NULL, OPTION_STORE_MAX},
        {"follow-fork", no_argument, NULL, OPTION_FOLLOW},
        {"no-follow-fork", no_argument, NULL, OPTION_NO_FOLLOW},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
        {0},
    };
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "+o:", .names = options, .take = take_option};
    return heaplens__parse_program(&verb, command, argc, argv, &command->arguments);
}

static heaplens_status write_profile(const char *folder, const char *output,
                                     heaplens_session **session, heaplens_failure *failure)
{
    bool is_raw = false;
    heaplens_status status = heaplens_session_open(session, folder, &is_raw, failure);
    if (status == HEAPLENS_OK && failure->text[0] != '\0') {
        heaplens__complain("%s", failure->text);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__symbolise(*session);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens_session_write(*session, output, failure);
    }
    return status;
}

static void say_what_was_written(const heaplens_session *session, const char *output)
{
    const heaplens_facts *const facts = &heaplens_session_largest(session)->facts;
    char processes[64] = "";
    if (session->process_count > 1) {
        (void)snprintf(processes, sizeof(processes), " (largest of %zu processes)",
                       session->process_count);
    }
    heaplens__complain(
        "peak %s, %s%s; see: heaplens report %s", heaplens__figure_bytes(facts->bytes_peak).text,
        heaplens__figure_counted(facts->blocks_total, "block", "blocks").text, processes, output);
}

// The exit code, given that of the program.
static int finish(const run_command *command, const char *folder, pid_t pid, int code)
{
    char named[HEAPLENS_PATH_BYTES];
    const char *output = command->output;
    if (output == NULL) {
        (void)snprintf(named, sizeof(named), "heaplens.%s.%ld.heaplens",
                       heaplens__path_base(command->arguments[0]), (long)pid);
        output = named;
    }
    heaplens_session *session = NULL;
    heaplens_failure failure = {0};
    const bool is_off = strcmp(command->mode, "off") == 0;
    const heaplens_status status = write_profile(folder, output, &session, &failure);
    if (status == HEAPLENS_OK) {
        say_what_was_written(session, output);
    } else if (status == HEAPLENS_ENOINPUT) {
        heaplens__complain("%s was not recorded: %s", command->arguments[0],
                           is_off ? "the mode is off, and it started no recording itself"
                                  : heaplens__target_obstacle(command->arguments[0]));
    } else {
        (void)heaplens__complain_status(status, output, &failure);
    }
    heaplens_session_destroy(session);
    const bool is_lost = status != HEAPLENS_OK && !(status == HEAPLENS_ENOINPUT && is_off);
    // The program's own failure matters more than the profile's.
    return is_lost && code == EXIT_CODE_OK ? EXIT_CODE_IO : code;
}

int heaplens__cmd_run(int argc, char **argv)
{
    run_command command = {0};
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    char library[HEAPLENS_PATH_BYTES];
    char folder[HEAPLENS_PATH_BYTES];
    // Before the program runs, which may take hours. Without a name the profile is written here.
    if (!heaplens__can_write_output(command.output == NULL ? "heaplens.NAME.PID.heaplens"
                                                           : command.output)) {
        return EXIT_CODE_IO;
    }
    if (!heaplens__launch_prepare(library, folder)) {
        return EXIT_CODE_IO;
    }
    const heaplens_launch launch = {
        .folder = folder,
        .library = heaplens__target_refuses_preload(command.arguments[0]) ? NULL : library,
        .is_alone = command.is_alone,
        .mode = command.mode[0] == '\0' ? NULL : command.mode,
        .depth = command.depth[0] == '\0' ? NULL : command.depth,
        .store_max = command.store_max[0] == '\0' ? NULL : command.store_max,
        .arguments = command.arguments,
    };
    pid_t pid = 0;
    int code = heaplens__launch(&launch, &pid);
    if (pid != 0) {
        code = finish(&command, folder, pid, code);
    }
    heaplens__session_folder_remove(folder);
    return code;
}

// SPDX-License-Identifier: MIT
// heaplens top: shows the largest call sites of a running process, again and again.
#define _GNU_SOURCE

#include "cli/cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "cli/live_store.h"
#include "cli/symbol_folder.h"
#include "cli/top_view.h"
#include "cli/verb_options.h"
#include "profile/excerpt.h"
#include "profile/query.h"

static const char usage[] =
    "usage: heaplens top [options] PID\n"
    "\n"
    "Show what a process that is recorded has on its heap, again and again until it ends. It is\n"
    "neither stopped nor traced.\n"
    "\n"
    "  --once          show it once\n"
    "  --json          one line of JSON instead of a screen, each time\n"
    "  --interval SEC  between two looks, e.g. 0.5 (default 1)\n"
    "  --top N         call sites shown (default: as many as fit, or 20)\n"
    "  --sort METRIC   live (default), peak, total, blocks, temporary or lifetime\n"
    "  --help\n"
    "\n"
    "Exit codes: 0, also when the process ends; 2 usage; 66 no such process, or it does not\n"
    "record; 74 it may not be read, or nothing can be written.\n";

enum {
    OPTION_ONCE = 256,
    OPTION_JSON,
    OPTION_INTERVAL,
    OPTION_TOP,
    OPTION_SORT,
    SITES_DEFAULT = 20,
    LINES_OF_HEAD = 5,
};

typedef struct top_command {
    uint64_t pid;
    double interval_s;
    uint64_t top;  // 0: as many as fit
    heaplens_metric metric;
    bool is_once;
    bool is_json;
} top_command;

// One look, and the one before it.
typedef struct top_look {
    uint64_t time_ns;
    uint64_t bytes_total;
    uint64_t blocks_total;
} top_look;

static const char *take_option(void *self, int option, const char *value)
{
    top_command *const command = self;
    switch (option) {
    case OPTION_ONCE: command->is_once = true; return NULL;
    case OPTION_JSON: command->is_json = true; return NULL;
    case OPTION_INTERVAL:
        return heaplens__unless(heaplens__parse_real(value, 0.01, 86400, &command->interval_s),
                                "seconds from 0.01 to 86400");
    case OPTION_TOP:
        return heaplens__unless(heaplens__parse_number(value, 1, 100000, &command->top),
                                "a number from 1 to 100000");
    case OPTION_SORT:
        // What is live is what would never be freed if the program ended here.
        return heaplens__unless(strcmp(value, "live") == 0 ||
                                    heaplens_metric_parse(value, &command->metric),
                                "live, peak, total, blocks, temporary or lifetime");
    default: return "";
    }
}

// The exit code, or -1 to go on.
static int parse_arguments(top_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"once", no_argument, NULL, OPTION_ONCE},
        {"json", no_argument, NULL, OPTION_JSON},
        {"interval", required_argument, NULL, OPTION_INTERVAL},
        {"top", required_argument, NULL, OPTION_TOP},
        {"sort", required_argument, NULL, OPTION_SORT},
        {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
        {0},
    };
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "", .names = options, .take = take_option};
    const int stop = heaplens__parse_options(&verb, command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    if (optind + 1 != argc || !heaplens__parse_number(argv[optind], 1, INT32_MAX, &command->pid)) {
        heaplens__complain("which process? See heaplens top --help");
        return EXIT_CODE_USAGE;
    }
    return -1;
}

static top_look look_at(const heaplens_process *process)
{
    struct timespec now = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (top_look){
        .time_ns = (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec,
        .bytes_total = process->facts.bytes_total,
        .blocks_total = process->facts.blocks_total,
    };
}

static void compare_looks(heaplens_top_view *view, const top_look *before, const top_look *now)
{
    const double seconds = (double)(now->time_ns - before->time_ns) / 1e9;
    // A process that has called exec begins again at nothing.
    view->has_rates = before->time_ns != 0 && seconds > 0 &&
                      now->bytes_total >= before->bytes_total &&
                      now->blocks_total >= before->blocks_total;
    if (view->has_rates) {
        view->bytes_a_second = (double)(now->bytes_total - before->bytes_total) / seconds;
        view->blocks_a_second = (double)(now->blocks_total - before->blocks_total) / seconds;
    }
}

static heaplens_status write_view(const top_command *command, heaplens_top_view *view,
                                  bool is_screen)
{
    int fd = STDOUT_FILENO;
    heaplens_sink sink = {.write = heaplens__write_fd, .self = &fd};
    if (is_screen) {
        heaplens__sink_puts(&sink, "\033[H\033[2J");  // to the top left, and clear
    }
    return command->is_json ? heaplens__top_write_json(&sink, view)
                            : heaplens__top_write_text(&sink, view);
}

// Rank, name and write what was read.
static heaplens_status show(const top_command *command, heaplens_session *session, top_look *before)
{
    heaplens_process *const process = &session->processes[0];
    const top_look now = look_at(process);
    struct winsize window = {0};
    const bool is_screen =
        !command->is_once && !command->is_json && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0;
    uint32_t *sites = NULL;
    size_t count = 0;
    heaplens_status status = heaplens_sites_rank(process, command->metric, &sites, &count);
    size_t most = window.ws_row > LINES_OF_HEAD ? window.ws_row - LINES_OF_HEAD : SITES_DEFAULT;
    most = command->top > 0 ? command->top : most;
    count = count < most ? count : most;
    if (status == HEAPLENS_OK) {
        status = heaplens__process_keep_stacks(process, sites, count);
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__symbolise(session);
    }
    if (status == HEAPLENS_OK) {
        heaplens_top_view view = {.session = session,
                                  .process = process,
                                  .sites = sites,
                                  .site_count = count,
                                  .width = window.ws_col};
        compare_looks(&view, before, &now);
        status = write_view(command, &view, is_screen);
    }
    free(sites);
    *before = now;
    return status;
}

static heaplens_status look_and_show(const top_command *command, top_look *before,
                                     heaplens_failure *failure)
{
    heaplens_session *session = NULL;
    bool is_settled = false;
    heaplens_status status =
        heaplens__live_store_read(&session, (pid_t)command->pid, &is_settled, failure);
    if (status == HEAPLENS_OK) {
        status = show(command, session, before);
    }
    heaplens_session_destroy(session);
    return status;
}

int heaplens__cmd_top(int argc, char **argv)
{
    top_command command = {.interval_s = 1, .metric = HEAPLENS_METRIC_LEAKED};
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    heaplens_failure failure = {0};
    top_look before = {0};
    heaplens_status status = look_and_show(&command, &before, &failure);
    while (status == HEAPLENS_OK && !command.is_once) {
        const time_t seconds = (time_t)command.interval_s;
        const struct timespec pause = {
            .tv_sec = seconds, .tv_nsec = (long)((command.interval_s - (double)seconds) * 1e9)};
        (void)nanosleep(&pause, NULL);
        status = look_and_show(&command, &before, &failure);
        if (status == HEAPLENS_ENOINPUT) {
            heaplens__complain("process %llu has ended", (unsigned long long)command.pid);
            return EXIT_CODE_OK;
        }
    }
    char name[32];
    (void)snprintf(name, sizeof(name), "process %llu", (unsigned long long)command.pid);
    return status == HEAPLENS_OK ? EXIT_CODE_OK : heaplens__complain_status(status, name, &failure);
}

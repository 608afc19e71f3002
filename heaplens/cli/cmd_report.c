// SPDX-License-Identifier: MIT
// heaplens report: shows a profile as text, or writes it in a format of other tools.
#define _GNU_SOURCE

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/profile_input.h"
#include "cli/verb_options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "export/dhat.h"
#include "export/folded.h"
#include "export/html.h"
#include "export/json.h"
#include "export/markdown.h"
#include "export/pprof.h"
#include "export/report_text.h"
#include "export/speedscope.h"
#include "profile/select.h"

static const char usage[] =
    "usage: heaplens report [options] FILE\n"
    "\n"
    "Show a profile. FILE is what `heaplens run` wrote, a raw store, or a folder of raw stores;\n"
    "stores of processes that run, or were killed, can be read.\n"
    "\n"
    "  --sort METRIC    one ranking of call sites instead of the usual four: peak, total, blocks,\n"
    "                   leaked, temporary or lifetime\n"
    "  --at WHEN        the same for a moment: peak, end (never freed) or total\n"
    "  --filter PATTERN only call sites with a function or a module like this in their stack:\n"
    "                   'parse_*', 'libxml2.so*', or a regular expression '/^xml.*New/'\n"
    "  --scope LABEL    only what scopes of this label allocated\n"
    "  --thread TID     only what this thread allocated\n"
    "  --invert         the tree of calls from what allocated to its callers\n"
    "  --top N          call sites in a ranking (5 of each, or 10 with --sort)\n"
    "  --process PID    the process to show (default: the one with the largest peak)\n"
    "  --format FORMAT  text\n"
    "                   html        one page for any browser\n"
    "                   markdown    tables for a pull request\n"
    "                   json        everything, for programs; see docs/format/json.md\n"
    "                   dhat        for dh_view.html and profiler.firefox.com\n"
    "                   pprof       for pprof and what reads its profile.proto\n"
    "                   folded      stacks for flamegraph.pl and the like, by one metric\n"
    "                   speedscope  for www.speedscope.app\n"
    "  --metric METRIC  the same as --sort: what the folded stacks count (default: peak)\n"
    "  -o FILE          write there instead of to standard output\n"
    "  --help\n"
    "\n"
    "NO_COLOR turns colours off; they are on only on a terminal.\n"
    "Exit codes: 0; 2 usage; 65 malformed profile; 66 no such file or process; 69 built without\n"
    "HTML reports; 74 input/output error.\n";

typedef enum report_format {
    FORMAT_TEXT,
    FORMAT_HTML,
    FORMAT_DHAT,
    FORMAT_PPROF,
    FORMAT_FOLDED,
    FORMAT_SPEEDSCOPE,
    FORMAT_JSON,
    FORMAT_MARKDOWN,
} report_format;

static const char *const format_names[] = {
    [FORMAT_TEXT] = "text",   [FORMAT_HTML] = "html",         [FORMAT_DHAT] = "dhat",
    [FORMAT_PPROF] = "pprof", [FORMAT_FOLDED] = "folded",     [FORMAT_SPEEDSCOPE] = "speedscope",
    [FORMAT_JSON] = "json",   [FORMAT_MARKDOWN] = "markdown",
};

typedef struct report_command {
    heaplens_report_options options;
    report_format format;
    heaplens_selection selection;
    bool has_pid;
    uint32_t pid;
    const char *input;
    const char *output;  // NULL: standard output
} report_command;

enum {
    OPTION_SORT = 256,
    OPTION_AT,
    OPTION_TOP,
    OPTION_FILTER,
    OPTION_SCOPE,
    OPTION_THREAD,
    OPTION_INVERT,
    OPTION_PROCESS,
    OPTION_FORMAT,
};

// --at says when, --sort says what: "end" is what was never freed.
static bool parse_moment(const char *name, heaplens_metric *out)
{
    return heaplens_metric_parse(strcmp(name, "end") == 0 ? "leaked" : name, out) &&
           (*out == HEAPLENS_METRIC_PEAK || *out == HEAPLENS_METRIC_TOTAL ||
            *out == HEAPLENS_METRIC_LEAKED);
}

static bool parse_format(const char *name, report_format *out)
{
    for (size_t i = 0; i < sizeof(format_names) / sizeof(format_names[0]); i++) {
        if (strcmp(name, format_names[i]) == 0) {
            *out = (report_format)i;
            return true;
        }
    }
    return false;
}

static const char *take_option(void *self, int option, const char *value)
{
    report_command *const command = self;
    uint64_t number = 0;
    switch (option) {
    case OPTION_SORT:
        command->options.has_metric = true;
        return heaplens__unless(heaplens_metric_parse(value, &command->options.metric),
                                "peak, total, blocks, leaked, temporary or lifetime");
    case OPTION_AT:
        command->options.has_metric = true;
        return heaplens__unless(parse_moment(value, &command->options.metric),
                                "peak, end or total");
    case OPTION_FILTER: command->selection.pattern = value; return NULL;
    case OPTION_SCOPE: command->selection.scope = value; return NULL;
    case OPTION_THREAD:
        command->selection.tid =
            heaplens__parse_number(value, 1, UINT32_MAX, &number) ? (uint32_t)number : 0;
        return heaplens__unless(command->selection.tid > 0, "the number of a thread");
    case OPTION_INVERT: command->options.is_inverted = true; return NULL;
    case OPTION_TOP:
        command->options.top = heaplens__parse_number(value, 1, SIZE_MAX, &number) ? number : 0;
        return heaplens__unless(command->options.top > 0, "a number, 1 or more");
    case OPTION_PROCESS:
        command->has_pid = heaplens__parse_number(value, 1, UINT32_MAX, &number);
        command->pid = (uint32_t)number;
        return heaplens__unless(command->has_pid, "the number of a process");
    case OPTION_FORMAT:
        return heaplens__unless(parse_format(value, &command->format),
                                "text, html, markdown, json, dhat, pprof, folded or speedscope");
    case 'o': command->output = value; return NULL;
    default: return "";
    }
}

// The exit code, or -1 to go on.
static int parse_arguments(report_command *command, int argc, char **argv)
{
    static const struct option options[] = {
        {"sort", required_argument, NULL, OPTION_SORT},
        {"metric", required_argument, NULL, OPTION_SORT},
        {"at", required_argument, NULL, OPTION_AT},
        {"filter", required_argument, NULL, OPTION_FILTER},
        {"scope", required_argument, NULL, OPTION_SCOPE},
        {"thread", required_argument, NULL, OPTION_THREAD},
        {"invert", no_argument, NULL, OPTION_INVERT},
        {"top", required_argument, NULL, OPTION_TOP},
        {"process", required_argument, NULL, OPTION_PROCESS},
        {"format", required_argument, NULL, OPTION_FORMAT},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
        {0},
    };
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "o:", .names = options, .take = take_option};
    const int stop = heaplens__parse_options(&verb, command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    if (command->format == FORMAT_HTML && !heaplens_has_viewer()) {
        heaplens__complain("this heaplens was built without HTML reports, which need node and npm");
        return EXIT_CODE_UNAVAILABLE;
    }
    if (optind + 1 != argc) {
        heaplens__complain(optind == argc ? "which profile? See heaplens report --help"
                                          : "more than one profile; see heaplens report --help");
        return EXIT_CODE_USAGE;
    }
    if (command->format == FORMAT_FOLDED && command->options.metric == HEAPLENS_METRIC_LIFETIME) {
        heaplens__complain("folded stacks cannot count lifetimes: means do not add up");
        return EXIT_CODE_USAGE;
    }
    command->input = argv[optind];
    return -1;
}

static void fit_terminal(heaplens_report_options *options)
{
    struct winsize window;
    options->has_color = heaplens__output_has_color();
    if (isatty(STDOUT_FILENO) != 0 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) == 0) {
        options->width = window.ws_col;
    }
}

// What is written: the command says how.
typedef struct shown {
    const report_command *command;
    const heaplens_session *session;
    const heaplens_process *process;
} shown;

static heaplens_status write_report(heaplens_sink *sink, const void *what)
{
    const shown *const all = what;
    const report_command *const command = all->command;
    const heaplens_session *const session = all->session;
    const heaplens_process *const process = all->process;
    switch (command->format) {
    case FORMAT_TEXT: return heaplens_write_text(sink, session, process, &command->options);
    case FORMAT_DHAT: return heaplens_write_dhat(sink, session, process);
    case FORMAT_HTML: return heaplens_write_html(sink, session, process);
    case FORMAT_PPROF: return heaplens_write_pprof(sink, session, process);
    case FORMAT_FOLDED:
        // Without --metric this is HEAPLENS_METRIC_PEAK.
        return heaplens_write_folded(sink, session, process, command->options.metric);
    case FORMAT_SPEEDSCOPE: return heaplens_write_speedscope(sink, session, process);
    case FORMAT_JSON: return heaplens_write_json(sink, session, process);
    case FORMAT_MARKDOWN: return heaplens_write_markdown(sink, session, process, &command->options);
    }
    return HEAPLENS_EINVAL;
}

static int write_out(report_command *command, const heaplens_session *session,
                     const heaplens_process *process)
{
    command->options.has_utf8 = heaplens__output_has_utf8();
    if (command->output == NULL) {
        fit_terminal(&command->options);
    }
    const shown all = {.command = command, .session = session, .process = process};
    return heaplens__write_output(command->output, write_report, &all);
}

static int show_selection(report_command *command, const heaplens_session *session,
                          const heaplens_process *process)
{
    heaplens_process selected = {0};
    heaplens_failure failure = {0};
    const heaplens_status status =
        heaplens_process_select(session, process, &command->selection, &selected, &failure);
    if (status != HEAPLENS_OK) {
        return heaplens__complain_status(status, command->input, &failure);
    }
    if (selected.site_count == 0) {
        heaplens__complain("%s: no call site matches", command->input);
    }
    const int code = write_out(command, session, &selected);
    heaplens_selection_release(&selected);
    return code;
}

static int show(report_command *command, const heaplens_session *session)
{
    const heaplens_selection *const selection = &command->selection;
    const heaplens_process *const process = command->has_pid
                                                ? heaplens_session_process(session, command->pid)
                                                : heaplens_session_largest(session);
    if (process == NULL) {
        heaplens__complain("%s: no process %u", command->input, command->pid);
        return EXIT_CODE_NO_INPUT;
    }
    const bool is_part =
        selection->pattern != NULL || selection->scope != NULL || selection->tid != 0;
    return is_part ? show_selection(command, session, process)
                   : write_out(command, session, process);
}

int heaplens__cmd_report(int argc, char **argv)
{
    report_command command = {.options = {0}};
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    heaplens_session *session = NULL;
    int code = heaplens__load_profile(command.input, &session);
    if (code == EXIT_CODE_OK) {
        code = show(&command, session);
    }
    heaplens_session_destroy(session);
    return code;
}

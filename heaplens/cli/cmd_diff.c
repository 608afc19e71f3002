// SPDX-License-Identifier: MIT
// heaplens diff: what changed between two profiles.
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/output.h"
#include "cli/profile_input.h"
#include "cli/verb_options.h"
#include "export/diff_export.h"
#include "export/html.h"
#include "profile/diff_rename.h"

static const char usage[] =
    "usage: heaplens diff [options] BEFORE AFTER\n"
    "\n"
    "Show what changed between two profiles, of the same program or of two builds of it. Call "
    "sites\n"
    "are matched by the path of their functions: addresses, moved lines and inlining do not "
    "matter.\n"
    "\n"
    "  --sort METRIC        only this one, instead of peak, total and leaked: peak, total, "
    "blocks,\n"
    "                       leaked or temporary\n"
    "  --top N              call sites and functions that are shown of a metric (default 10)\n"
    "  --threshold N|N%     hide what changed by less, but count it (default 0.1% of the total;\n"
    "                       N may have a suffix K, M or G)\n"
    "  --before-process PID the process to compare (default: the one with the largest peak)\n"
    "  --after-process PID  likewise\n"
    "  --no-renames         show a function that was renamed as gone and new\n"
    "  --format FORMAT      text, markdown, json, html (one page for any browser), or folded for\n"
    "                       flame graphs in red and blue\n"
    "  -o FILE              write there instead of to standard output\n"
    "  --help\n"
    "\n"
    "NO_COLOR turns colours off; they are on only on a terminal.\n"
    "Exit codes: 0, also if something changed; 2 usage; 65 malformed profile; 66 no such file or\n"
    "process; 69 built without HTML reports; 74 input/output error.\n";

typedef heaplens_status write_diff(heaplens_sink *sink, const heaplens_diff *diff,
                                   const heaplens_diff_options *options);

static const struct {
    const char *name;
    write_diff *write;
} formats[] = {
    {"text", heaplens_write_diff_text}, {"markdown", heaplens_write_diff_markdown},
    {"json", heaplens_write_diff_json}, {"folded", heaplens_write_diff_folded},
    {"html", heaplens_write_diff_html},
};

typedef struct diff_command {
    heaplens_diff_options options;
    write_diff *write;
    uint32_t pids[2];  // 0: the largest
    const char *inputs[2];
    const char *output;
    const heaplens_diff *diff;
    bool keeps_names;  // a renamed function is another one
} diff_command;

enum {
    OPTION_SORT = 256,
    OPTION_TOP,
    OPTION_THRESHOLD,
    OPTION_BEFORE,
    OPTION_AFTER,
    OPTION_FORMAT,
    OPTION_NO_RENAMES,
};

static bool take_threshold(const char *text, heaplens_diff_noise *out)
{
    char *end = NULL;
    if (strchr(text, '%') == NULL) {
        *out = (heaplens_diff_noise){0};
        return heaplens__parse_number(text, 0, UINT64_MAX, &out->amount);
    }
    const double percent = strtod(text, &end);
    *out = (heaplens_diff_noise){.share = percent / 100};
    // Written so that NaN is no value.
    return end != text && strcmp(end, "%") == 0 && percent >= 0 && percent <= 100;
}

static bool take_format(diff_command *command, const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(name, formats[i].name) == 0) {
            command->write = formats[i].write;
            return true;
        }
    }
    return false;
}

static const char *take_option(void *self, int option, const char *value)
{
    diff_command *const command = self;
    uint64_t number = 0;
    switch (option) {
    case OPTION_SORT:
        command->options.has_metric = true;
        return heaplens__unless(heaplens_metric_parse(value, &command->options.metric) &&
                                    command->options.metric != HEAPLENS_METRIC_LIFETIME,
                                "peak, total, blocks, leaked or temporary");
    case OPTION_TOP:
        command->options.top = heaplens__parse_number(value, 1, SIZE_MAX, &number) ? number : 0;
        return heaplens__unless(command->options.top > 0, "a number, 1 or more");
    case OPTION_THRESHOLD:
        return heaplens__unless(take_threshold(value, &command->options.noise),
                                "a number, or a share such as 0.5%");
    case OPTION_BEFORE:
    case OPTION_AFTER:
        if (!heaplens__parse_number(value, 1, UINT32_MAX, &number)) {
            return "the number of a process";
        }
        command->pids[option - OPTION_BEFORE] = (uint32_t)number;
        return NULL;
    case OPTION_NO_RENAMES: command->keeps_names = true; return NULL;
    case OPTION_FORMAT:
        return heaplens__unless(take_format(command, value),
                                "text, markdown, json, html or folded");
    case 'o': command->output = value; return NULL;
    default: return "";
    }
}

// The exit code, or -1 to go on.
static int parse_arguments(diff_command *command, int argc, char **argv)
{
    // clang-format off: one option a line
    static const struct option options[] = {
        {"sort", required_argument, NULL, OPTION_SORT},
        {"top", required_argument, NULL, OPTION_TOP},
        {"threshold", required_argument, NULL, OPTION_THRESHOLD},
        {"before-process", required_argument, NULL, OPTION_BEFORE},
        {"after-process", required_argument, NULL, OPTION_AFTER},
        {"no-renames", no_argument, NULL, OPTION_NO_RENAMES},
        {"format", required_argument, NULL, OPTION_FORMAT},
        {"output", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
        {0},
    };
    // clang-format on
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "o:", .names = options, .take = take_option};
    const int stop = heaplens__parse_options(&verb, command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    if (command->write == heaplens_write_diff_html && !heaplens_has_viewer()) {
        heaplens__complain("this heaplens was built without HTML reports, which need node and npm");
        return EXIT_CODE_UNAVAILABLE;
    }
    if (optind + 2 != argc) {
        heaplens__complain("a diff is of two profiles, not of %d; see heaplens diff --help",
                           argc - optind);
        return EXIT_CODE_USAGE;
    }
    command->inputs[0] = argv[optind];
    command->inputs[1] = argv[optind + 1];
    return -1;
}

static int find_side(const char *path, const heaplens_session *session, uint32_t pid,
                     heaplens_diff_side *side)
{
    side->session = session;
    side->process =
        pid == 0 ? heaplens_session_largest(session) : heaplens_session_process(session, pid);
    if (side->process == NULL) {
        heaplens__complain("%s: no process %u", path, pid);
        return EXIT_CODE_NO_INPUT;
    }
    return EXIT_CODE_OK;
}

static heaplens_status write_command(heaplens_sink *sink, const void *what)
{
    const diff_command *const command = what;
    return command->write(sink, command->diff, &command->options);
}

static int show_diff(diff_command *command, const heaplens_diff_side sides[2])
{
    heaplens_diff *diff = NULL;
    heaplens_status status = heaplens_diff_create(&diff, &sides[0], &sides[1]);
    if (status == HEAPLENS_OK && !command->keeps_names) {
        status = heaplens_diff_find_renames(diff);
    }
    if (status != HEAPLENS_OK) {
        heaplens_diff_destroy(diff);
        return heaplens__complain_status(status, command->inputs[1], NULL);
    }
    command->diff = diff;
    const int code = heaplens__write_output(command->output, write_command, command);
    heaplens_diff_destroy(diff);
    return code;
}

int heaplens__cmd_diff(int argc, char **argv)
{
    diff_command command = {
        .options = {.noise = {.share = 0.001}},
        .write = heaplens_write_diff_text,
    };
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    command.options.has_color = command.output == NULL && heaplens__output_has_color();
    heaplens_session *sessions[2] = {NULL, NULL};
    heaplens_diff_side sides[2] = {{0}};
    int code = EXIT_CODE_OK;
    for (int i = 0; i < 2 && code == EXIT_CODE_OK; i++) {
        code = heaplens__load_profile(command.inputs[i], &sessions[i]);
        if (code == EXIT_CODE_OK) {
            code = find_side(command.inputs[i], sessions[i], command.pids[i], &sides[i]);
        }
    }
    if (code == EXIT_CODE_OK) {
        code = show_diff(&command, sides);
    }
    heaplens_session_destroy(sessions[0]);
    heaplens_session_destroy(sessions[1]);
    return code;
}

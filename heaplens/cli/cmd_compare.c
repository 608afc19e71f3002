// SPDX-License-Identifier: MIT
// heaplens compare: two builds measured side by side, in time and memory.
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/signed_rank.h"
#include "cli/cli.h"
#include "cli/command_words.h"
#include "cli/compare_run.h"
#include "cli/output.h"
#include "cli/verb_options.h"

static const char usage[] =
    "usage: heaplens compare [options] 'BASE COMMAND' 'HEAD COMMAND'\n"
    "\n"
    "Run two commands alternately, in fresh processes and an order drawn by lot, and say what\n"
    "changed in time and memory, and by how much. Output of the commands is thrown away.\n"
    "\n"
    "  --rounds N       blocks of four processes, at most (default 24; most 512)\n"
    "  --max-time SEC   stop measuring after so many seconds (default: when the rounds are done)\n"
    "  --margin PERCENT changes within it do not matter (default 1; counts that repeat have none)\n"
    "  --alpha A        the risk of a false verdict in the whole run (default 0.05)\n"
    "  --seed N         of the order of runs (default: another one every time)\n"
    "  --warm-up N      runs of each command before anything is measured (default 1)\n"
    "  --shell          run the commands with sh -c\n"
    "  --no-heap        do not run the commands under the recorder\n"
    "  --log FILE       append what the commands write to a file\n"
    "  --format FORMAT  text, markdown or json\n"
    "  -o FILE          write there instead of to standard output\n"
    "  --help\n"
    "\n"
    "A run ends as soon as every verdict is clear. NO_COLOR turns colours off; they are on only on "
    "a\n"
    "terminal.\n"
    "Exit codes: 0 no regression; 1 a command failed, or something could not be read or\n"
    "written; 2 usage; 3 a regression.\n";

enum {
    ROUNDS_DEFAULT = 24,
    WARM_UPS_MAX = 1000,
    EXIT_CODE_ERROR = 1,
    EXIT_CODE_REGRESSION = 3,
    OPTION_ROUNDS = 256,
    OPTION_MAX_TIME,
    OPTION_MARGIN,
    OPTION_ALPHA,
    OPTION_SEED,
    OPTION_WARM_UP,
    OPTION_SHELL,
    OPTION_NO_HEAP,
    OPTION_LOG,
    OPTION_FORMAT,
};

static const struct {
    const char *name;
    heaplens_write_what *write;
} formats[] = {
    {"text", heaplens__write_compare_text},
    {"markdown", heaplens__write_compare_markdown},
    {"json", heaplens__write_compare_json},
};

typedef struct compare_command {
    heaplens_compare_plan plan;
    heaplens_write_what *write;
    const char *output;
    const char *log;  // NULL: /dev/null
    bool is_in_shell;
} compare_command;

// Written so that NaN is no value.
static bool take_margin(const char *text, double *out)
{
    char number[32];
    const size_t length = strcspn(text, "%");
    if (length >= sizeof(number) || (text[length] == '%' && text[length + 1] != '\0')) {
        return false;
    }
    (void)snprintf(number, sizeof(number), "%.*s", (int)length, text);
    double percent = 0;
    if (!heaplens__parse_real(number, 0, 1000, &percent)) {
        return false;
    }
    *out = percent / 100;
    return true;
}

static bool take_format(compare_command *command, const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(name, formats[i].name) == 0) {
            command->write = formats[i].write;
            return true;
        }
    }
    return false;
}

static bool take_size(const char *text, uint64_t low, uint64_t high, size_t *out)
{
    uint64_t number = 0;
    if (!heaplens__parse_number(text, low, high, &number)) {
        return false;
    }
    *out = (size_t)number;
    return true;
}

_Static_assert((int)HEAPLENS_SIGNED_RANK_MAX == 512 && (int)WARM_UPS_MAX == 1000,
               "what take_option() says of them");

static const char *take_option(void *self, int option, const char *value)
{
    compare_command *const command = self;
    heaplens_compare_plan *const plan = &command->plan;
    switch (option) {
    case OPTION_ROUNDS:
        return heaplens__unless(take_size(value, 1, HEAPLENS_SIGNED_RANK_MAX, &plan->blocks_max),
                                "a number from 1 to 512");
    case OPTION_MAX_TIME:
        return heaplens__unless(heaplens__parse_real(value, 1e-3, 1e9, &plan->seconds_max),
                                "seconds from 0.001 to 1e9");
    case OPTION_MARGIN:
        return heaplens__unless(take_margin(value, &plan->margin), "per cent from 0 to 1000");
    case OPTION_ALPHA:
        return heaplens__unless(heaplens__parse_real(value, 1e-9, 0.5, &plan->alpha),
                                "a number from 1e-9 to 0.5");
    case OPTION_SEED:
        return heaplens__unless(heaplens__parse_number(value, 0, UINT64_MAX, &plan->seed),
                                "a whole number");
    case OPTION_WARM_UP:
        return heaplens__unless(take_size(value, 0, WARM_UPS_MAX, &plan->warm_ups),
                                "a number from 0 to 1000");
    case OPTION_SHELL: command->is_in_shell = true; return NULL;
    case OPTION_NO_HEAP: plan->has_heap = false; return NULL;
    case OPTION_LOG: command->log = value; return NULL;
    case OPTION_FORMAT:
        return heaplens__unless(take_format(command, value), "text, markdown or json");
    case 'o': command->output = value; return NULL;
    default: return "";
    }
}

static bool split_commands(compare_command *command)
{
    static const char *const versions[2] = {"base", "head"};
    for (size_t i = 0; i < 2; i++) {
        heaplens_failure failure = {0};
        char ***const words = &command->plan.words[i];
        const char *const text = command->plan.commands[i];
        const heaplens_status status = command->is_in_shell
                                           ? heaplens__command_in_shell(words, text)
                                           : heaplens__command_split(words, text, &failure);
        if (status != HEAPLENS_OK) {
            heaplens__complain("%s, \"%s\": %s", versions[i], text,
                               failure.text[0] == '\0' ? heaplens_status_text(status)
                                                       : failure.text);
            return false;
        }
    }
    return true;
}

// The exit code, or -1 to go on.
static int parse_arguments(compare_command *command, int argc, char **argv)
{
    // clang-format off: one option a line
    static const struct option options[] = {
        {"rounds", required_argument, NULL, OPTION_ROUNDS},
        {"max-time", required_argument, NULL, OPTION_MAX_TIME},
        {"margin", required_argument, NULL, OPTION_MARGIN},
        {"alpha", required_argument, NULL, OPTION_ALPHA},
        {"seed", required_argument, NULL, OPTION_SEED},
        {"warm-up", required_argument, NULL, OPTION_WARM_UP},
        {"shell", no_argument, NULL, OPTION_SHELL},
        {"no-heap", no_argument, NULL, OPTION_NO_HEAP},
        {"log", required_argument, NULL, OPTION_LOG},
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
        return stop == EXIT_CODE_IO ? EXIT_CODE_ERROR : stop;
    }
    if (optind + 2 != argc) {
        heaplens__complain("a comparison is of two commands, each one word of the line, not of %d; "
                           "see heaplens compare --help",
                           argc - optind);
        return EXIT_CODE_USAGE;
    }
    command->plan.commands[0] = argv[optind];
    command->plan.commands[1] = argv[optind + 1];
    if (command->output != NULL && !heaplens__can_write_output(command->output)) {
        return EXIT_CODE_ERROR;
    }
    return split_commands(command) ? -1 : EXIT_CODE_USAGE;
}

static int write_report(const heaplens_compare_report *report, void *context)
{
    const compare_command *const command = context;
    heaplens_compare_report shown = *report;
    shown.has_color = command->output == NULL && heaplens__output_has_color();
    if (heaplens__write_output(command->output, command->write, &shown) != EXIT_CODE_OK) {
        return EXIT_CODE_ERROR;
    }
    for (size_t i = 0; i < report->figure_count; i++) {
        if (report->figures[i].item.outcome == HEAPLENS_OUTCOME_REGRESSED) {
            return EXIT_CODE_REGRESSION;
        }
    }
    return EXIT_CODE_OK;
}

static int open_log(compare_command *command)
{
    const char *const path = command->log == NULL ? "/dev/null" : command->log;
    command->plan.output = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (command->plan.output < 0) {
        heaplens__complain("cannot open %s: %s", path, strerrordesc_np(errno));
        return EXIT_CODE_ERROR;
    }
    return EXIT_CODE_OK;
}

static uint64_t any_seed(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    // Short enough to be typed again.
    return ((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000) % 1000000000;
}

int heaplens__cmd_compare(int argc, char **argv)
{
    compare_command command = {
        .plan = {.alpha = 0.05,
                 .margin = 0.01,
                 .seed = any_seed(),
                 .blocks_max = ROUNDS_DEFAULT,
                 .warm_ups = 1,
                 .has_heap = true,
                 .output = -1,
                 .has_progress = isatty(STDERR_FILENO) != 0},
        .write = heaplens__write_compare_text,
    };
    int code = parse_arguments(&command, argc, argv);
    if (code < 0) {
        code = open_log(&command);
        if (code == EXIT_CODE_OK) {
            code = heaplens__compare_run(&command.plan, write_report, &command);
        }
    }
    if (command.plan.output >= 0) {
        (void)close(command.plan.output);
    }
    free(command.plan.words[0]);
    free(command.plan.words[1]);
    return code;
}

// SPDX-License-Identifier: MIT
// heaplens check: holds a profile to a budget file.
#define _GNU_SOURCE

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/baseline.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/profile_input.h"
#include "cli/verb_options.h"
#include "export/check_export.h"

static const char usage[] =
    "usage: heaplens check [options] --budget BUDGETS FILE\n"
    "\n"
    "Hold the profile FILE to the limits in the file BUDGETS, for example:\n"
    "\n"
    "  [profile]\n"
    "  peak   <= 4 MiB\n"
    "  leaked == 0\n"
    "  total  <= baseline + 2 %\n"
    "\n"
    "  [embedding]              # any name\n"
    "  function = \"embed_*\"     # of any frame of the stack; or module, process, label\n"
    "  blocks <= 500\n"
    "\n"
    "Figures: peak, total, leaked (bytes), blocks, leaked_blocks, temporary, mean_lifetime,\n"
    "max_lifetime (bytes allocated meanwhile), max_lifetime_time.\n"
    "A section that matches nothing is an error, unless it says \"absent = allowed\".\n"
    "\n"
    "  --budget BUDGETS   the budget file\n"
    "  --baseline NAME    what \"baseline\" is: a name of `heaplens baseline save`, or a profile's "
    "path\n"
    "                     (with a / or ending in .heaplens)\n"
    "  --baselines FOLDER where named ones are kept (default " HEAPLENS_BASELINE_FOLDER ")\n"
    "  --top N            call sites that are shown of a broken limit (default 5)\n"
    "  --format FORMAT    text, markdown, junit or json\n"
    "  -o FILE            write there instead of to standard output\n"
    "  --help\n"
    "\n"
    "Exit codes: 0 every limit is kept; 1 one is broken; 2 usage; 65 malformed profile or budget\n"
    "file, or a section that matches nothing; 66 no such file or baseline; 74 input/output "
    "error.\n";

typedef heaplens_status write_check(heaplens_sink *sink, const heaplens_check *check,
                                    const heaplens_check_names *names);

static const struct {
    const char *name;
    write_check *write;
} formats[] = {
    {"text", heaplens_write_check_text},
    {"markdown", heaplens_write_check_markdown},
    {"junit", heaplens_write_check_junit},
    {"json", heaplens_write_check_json},
};

enum { PLACES_SHOWN = 5, PATH_BYTES = 4096 };

typedef struct check_command {
    heaplens_check_names names;
    write_check *write;
    const char *baselines;
    const char *output;
    size_t top;
    const heaplens_check *check;
} check_command;

enum {
    OPTION_BUDGET = 256,
    OPTION_BASELINE,
    OPTION_BASELINES,
    OPTION_TOP,
    OPTION_FORMAT,
};

static const char *take_option(void *self, int option, const char *value)
{
    check_command *const command = self;
    uint64_t number = 0;
    switch (option) {
    case OPTION_BUDGET: command->names.budget = value; return NULL;
    case OPTION_BASELINE: command->names.baseline = value; return NULL;
    case OPTION_BASELINES: command->baselines = value; return NULL;
    case OPTION_TOP:
        command->top = heaplens__parse_number(value, 1, SIZE_MAX, &number) ? number : 0;
        return heaplens__unless(command->top > 0, "a number, 1 or more");
    case OPTION_FORMAT:
        for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
            if (strcmp(value, formats[i].name) == 0) {
                command->write = formats[i].write;
                return NULL;
            }
        }
        return "text, markdown, junit or json";
    case 'o': command->output = value; return NULL;
    default: return "";
    }
}

// The exit code, or -1 to go on.
static int parse_arguments(check_command *command, int argc, char **argv)
{
    // clang-format off: one option a line
    static const struct option options[] = {
        {"budget", required_argument, NULL, OPTION_BUDGET},
        {"baseline", required_argument, NULL, OPTION_BASELINE},
        {"baselines", required_argument, NULL, OPTION_BASELINES},
        {"top", required_argument, NULL, OPTION_TOP},
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
    if (optind + 1 != argc || command->names.budget == NULL) {
        heaplens__complain("one profile and --budget are wanted; see heaplens check --help");
        return EXIT_CODE_USAGE;
    }
    command->names.profile = argv[optind];
    return -1;
}

// NULL after a complaint; *code is then the exit code.
static heaplens_budget_file *read_budget(const char *path, int *code)
{
    heaplens_failure failure = {0};
    heaplens_budget_file *budget = NULL;
    FILE *const file = fopen(path, "rbe");
    if (file == NULL) {
        *code = errno == ENOENT ? EXIT_CODE_NO_INPUT : EXIT_CODE_IO;
        heaplens__complain("%s: %s", path, strerrordesc_np(errno));
        return NULL;
    }
    char *const text = malloc(HEAPLENS_BUDGET_BYTES_MAX + 1);
    const size_t size = text == NULL ? 0 : fread(text, 1, HEAPLENS_BUDGET_BYTES_MAX + 1, file);
    const bool is_read = text != NULL && ferror(file) == 0;
    const int reason = errno;
    (void)fclose(file);
    heaplens_status status = text == NULL ? HEAPLENS_ENOMEM : HEAPLENS_EIO;
    if (is_read) {
        status = heaplens_budget_file_parse(&budget, text, size, &failure);
    } else if (text != NULL) {
        status = heaplens__fail(&failure, HEAPLENS_EIO, "%s", strerrordesc_np(reason));
    }
    free(text);
    if (status != HEAPLENS_OK) {
        *code = heaplens__complain_status(status, path, &failure);
    }
    return budget;
}

static bool is_path(const char *name)
{
    const size_t length = strlen(name);
    return strchr(name, '/') != NULL || (length > 9 && strcmp(name + length - 9, ".heaplens") == 0);
}

static int load_baseline(const check_command *command, const heaplens_budget_file *budget,
                         heaplens_session **out)
{
    char path[PATH_BYTES];
    const char *const name = command->names.baseline;
    if (name == NULL && budget->is_relative) {
        heaplens__complain("%s has limits relative to a baseline: --baseline names it",
                           command->names.budget);
        return EXIT_CODE_USAGE;
    }
    if (name == NULL || is_path(name)) {
        return name == NULL ? EXIT_CODE_OK : heaplens__load_profile(name, out);
    }
    if (!heaplens__baseline_is_name(name) ||
        !heaplens__baseline_path(command->baselines, name, path, sizeof(path))) {
        heaplens__complain("\"%s\" is no name of a baseline", name);
        return EXIT_CODE_USAGE;
    }
    return heaplens__baseline_is_there(command->baselines, name) ? heaplens__load_profile(path, out)
                                                                 : EXIT_CODE_NO_INPUT;
}

static heaplens_status write_command(heaplens_sink *sink, const void *what)
{
    const check_command *const command = what;
    return command->write(sink, command->check, &command->names);
}

static int exit_code_of(heaplens_verdict verdict)
{
    switch (verdict) {
    case HEAPLENS_VERDICT_WITHIN: return EXIT_CODE_OK;
    case HEAPLENS_VERDICT_UNSURE:
    case HEAPLENS_VERDICT_NO_MATCH: return EXIT_CODE_BAD_DATA;
    case HEAPLENS_VERDICT_BROKEN: return EXIT_CODE_BROKEN;
    }
    return EXIT_CODE_BAD_DATA;
}

static int run_check(check_command *command, const heaplens_budget_file *budget,
                     const heaplens_session *session, const heaplens_session *baseline)
{
    heaplens_check *check = NULL;
    const heaplens_status status =
        heaplens_check_create(&check, budget, session, baseline, command->top);
    if (status != HEAPLENS_OK) {
        return heaplens__complain_status(status, command->names.profile, NULL);
    }
    command->check = check;
    int code = heaplens__write_output(command->output, write_command, command);
    if (code == EXIT_CODE_OK) {
        code = exit_code_of(heaplens_check_verdict(check));
        if (code != EXIT_CODE_OK && command->output != NULL) {
            heaplens__complain("%s: %zu of %zu budgets kept; see %s", command->names.profile,
                               check->verdicts[HEAPLENS_VERDICT_WITHIN], budget->limit_count,
                               command->output);
        }
    }
    heaplens_check_destroy(check);
    return code;
}

int heaplens__cmd_check(int argc, char **argv)
{
    check_command command = {
        .write = heaplens_write_check_text,
        .baselines = HEAPLENS_BASELINE_FOLDER,
        .top = PLACES_SHOWN,
    };
    const int stop = parse_arguments(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    command.names.has_color = command.output == NULL && heaplens__output_has_color();
    int code = EXIT_CODE_OK;
    heaplens_budget_file *const budget = read_budget(command.names.budget, &code);
    if (budget == NULL) {
        return code;
    }
    heaplens_session *session = NULL;
    heaplens_session *baseline = NULL;
    code = load_baseline(&command, budget, &baseline);
    if (code == EXIT_CODE_OK) {
        code = heaplens__load_profile(command.names.profile, &session);
    }
    if (code == EXIT_CODE_OK) {
        code = run_check(&command, budget, session, baseline);
    }
    heaplens_session_destroy(session);
    heaplens_session_destroy(baseline);
    heaplens_budget_file_destroy(budget);
    return code;
}

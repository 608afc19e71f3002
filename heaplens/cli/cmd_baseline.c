// SPDX-License-Identifier: MIT
// heaplens baseline: keeps profiles by a name.
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/baseline.h"
#include "cli/cli.h"
#include "cli/output.h"
#include "cli/profile_input.h"
#include "cli/verb_options.h"
#include "export/diff_tables.h"
#include "export/path_text.h"
#include "profile/finished.h"
#include "profile/folders.h"

static const char usage[] =
    "usage: heaplens baseline save [options] NAME FILE\n"
    "       heaplens baseline update [options] NAME FILE\n"
    "       heaplens baseline show [options] [NAME]\n"
    "\n"
    "Keep a profile by a name, for `heaplens check --baseline NAME`. A profile says itself which\n"
    "build was recorded, where and when; `show` tells.\n"
    "\n"
    "  save     keep FILE as NAME, which must be new\n"
    "  update   replace NAME, which must be there, and say what changed\n"
    "  show     the facts of NAME, or a line about each baseline\n"
    "\n"
    "  --baselines FOLDER  where they are kept (default " HEAPLENS_BASELINE_FOLDER ")\n"
    "  --help\n"
    "\n"
    "A name has up to 64 letters, digits, '.', '_' and '-'.\n"
    "Exit codes: 0; 2 usage, or a name that is taken; 65 malformed profile; 66 no such file or\n"
    "baseline; 74 input/output error.\n";

enum { PATH_BYTES = 4096, NS_PER_S = 1000000000, OPTION_BASELINES = 256 };

typedef struct baseline_command {
    const char *folder;
    const char *name;  // NULL: all
    const char *input;
    char path[PATH_BYTES];  // of the name
} baseline_command;

// ---------------------------------------------------------------------------------- save, update

static int store_baseline(const baseline_command *command, const heaplens_session *session)
{
    heaplens_failure failure = {0};
    if (!heaplens__make_folders(command->path, 0777)) {
        heaplens__complain("cannot make %s: %s", command->folder, strerrordesc_np(errno));
        return EXIT_CODE_IO;
    }
    const heaplens_status status = heaplens_session_write(session, command->path, &failure);
    return status == HEAPLENS_OK ? EXIT_CODE_OK
                                 : heaplens__complain_status(status, command->path, &failure);
}

static int save_baseline(const baseline_command *command)
{
    if (access(command->path, F_OK) == 0) {
        heaplens__complain(
            "there is a baseline \"%s\" already; `heaplens baseline update` replaces "
            "it",
            command->name);
        return EXIT_CODE_USAGE;
    }
    heaplens_session *session = NULL;
    int code = heaplens__load_profile(command->input, &session);
    if (code == EXIT_CODE_OK) {
        code = store_baseline(command, session);
    }
    heaplens_session_destroy(session);
    return code;
}

static heaplens_status write_update(heaplens_sink *sink, const void *what)
{
    const heaplens_diff *const diff = what;
    for (size_t i = 0; i < HEAPLENS_DIFF_TOTALS; i++) {
        const heaplens_diff_total total = heaplens__diff_total(diff, i);
        heaplens__sink_printf(sink, "  %-20s %18s -> %18s  %s\n", total.label,
                              heaplens__figure_count(total.before).text,
                              heaplens__figure_count(total.after).text,
                              heaplens__figure_change_share(total.before, total.after).text);
    }
    return heaplens__sink_flush(sink);
}

static int replace_baseline(const baseline_command *command, const heaplens_session *old,
                            const heaplens_session *new)
{
    const heaplens_diff_side sides[2] = {{old, heaplens_session_largest(old)},
                                         {new, heaplens_session_largest(new)}};
    heaplens_diff *diff = NULL;
    const heaplens_status status = heaplens_diff_create(&diff, &sides[0], &sides[1]);
    if (status != HEAPLENS_OK) {
        return heaplens__complain_status(status, command->path, NULL);
    }
    int code = store_baseline(command, new);
    if (code == EXIT_CODE_OK) {
        code = heaplens__write_output(NULL, write_update, diff);
    }
    heaplens_diff_destroy(diff);
    return code;
}

static int update_baseline(const baseline_command *command)
{
    heaplens_session *old = NULL;
    heaplens_session *new = NULL;
    int code = heaplens__load_profile(command->path, &old);
    if (code == EXIT_CODE_OK) {
        code = heaplens__load_profile(command->input, &new);
    }
    if (code == EXIT_CODE_OK) {
        code = replace_baseline(command, old, new);
    }
    heaplens_session_destroy(old);
    heaplens_session_destroy(new);
    return code;
}

// ------------------------------------------------------------------------------------------ show

typedef struct shown_baseline {
    const char *name;
    const heaplens_session *session;
} shown_baseline;

static void write_when(heaplens_sink *sink, const heaplens_facts *facts)
{
    char when[64];
    struct tm parts;
    const time_t seconds = (time_t)(facts->start_unix_ns / NS_PER_S);
    if (gmtime_r(&seconds, &parts) == NULL ||
        strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S UTC", &parts) == 0) {
        (void)snprintf(when, sizeof(when), "%lld s", (long long)seconds);
    }
    heaplens__sink_printf(sink, "  recorded   %s, for %s\n", when,
                          heaplens__figure_time(facts->duration_ns).text);
}

static void write_builds(heaplens_sink *sink, const heaplens_session *session,
                         const heaplens_process *process)
{
    for (size_t i = 0; i < process->module_count; i++) {
        const heaplens_module *const module = &process->modules[i];
        if (module->build_id == HEAPLENS_NAME_NONE) {
            continue;
        }
        heaplens__sink_puts(sink, "  build      ");
        heaplens__sink_safe(sink, heaplens__names_text(&session->names, module->build_id));
        heaplens__sink_puts(sink, "  ");
        heaplens__sink_safe(sink, heaplens__names_text(&session->names, module->path));
        heaplens__sink_puts(sink, "\n");
    }
}

static void write_fact(heaplens_sink *sink, const heaplens_session *session, const char *label,
                       heaplens_name fact)
{
    heaplens__sink_printf(sink, "  %-10s ", label);
    heaplens__sink_safe(sink, heaplens__names_text(&session->names, fact));
    heaplens__sink_puts(sink, "\n");
}

static heaplens_status write_facts(heaplens_sink *sink, const void *what)
{
    const shown_baseline *const shown = what;
    const heaplens_process *const process = heaplens_session_largest(shown->session);
    const heaplens_facts *const facts = &process->facts;
    heaplens__sink_printf(sink, "%s\n", shown->name);
    write_fact(sink, shown->session, "command", facts->command);
    write_fact(sink, shown->session, "program", facts->executable);
    write_fact(sink, shown->session, "machine", facts->host);
    write_when(sink, facts);
    heaplens__sink_printf(sink, "  processes  %zu\n", shown->session->process_count);
    heaplens__sink_printf(sink, "  peak       %s in %s\n",
                          heaplens__figure_counted(facts->bytes_peak, "byte", "bytes").text,
                          heaplens__figure_counted(facts->blocks_peak, "block", "blocks").text);
    heaplens__sink_printf(sink, "  allocated  %s in %s\n",
                          heaplens__figure_counted(facts->bytes_total, "byte", "bytes").text,
                          heaplens__figure_counted(facts->blocks_total, "block", "blocks").text);
    heaplens__sink_printf(sink, "  not freed  %s in %s\n",
                          heaplens__figure_counted(facts->bytes_end, "byte", "bytes").text,
                          heaplens__figure_counted(facts->blocks_end, "block", "blocks").text);
    write_builds(sink, shown->session, process);
    return heaplens__sink_flush(sink);
}

static heaplens_status write_line(heaplens_sink *sink, const void *what)
{
    const shown_baseline *const shown = what;
    const heaplens_facts *const facts = &heaplens_session_largest(shown->session)->facts;
    heaplens__sink_printf(sink, "%-24s peak %10s  ", shown->name,
                          heaplens__figure_bytes(facts->bytes_peak).text);
    heaplens__sink_safe(sink, heaplens__names_text(&shown->session->names, facts->command));
    heaplens__sink_puts(sink, "\n");
    return heaplens__sink_flush(sink);
}

static int show_one(const char *name, const char *path, heaplens_write_what *write_what)
{
    heaplens_session *session = NULL;
    int code = heaplens__load_profile(path, &session);
    if (code == EXIT_CODE_OK) {
        const shown_baseline shown = {name, session};
        code = heaplens__write_output(NULL, write_what, &shown);
    }
    heaplens_session_destroy(session);
    return code;
}

// The name of a baseline from that of its file; "" if it is none.
static bool name_of_file(const char *file, char *name, size_t cap)
{
    static const char ending[] = ".heaplens";
    const size_t length = strlen(file);
    const size_t tail = sizeof(ending) - 1;
    if (length <= tail || length - tail >= cap || strcmp(file + length - tail, ending) != 0) {
        return false;
    }
    memcpy(name, file, length - tail);
    name[length - tail] = '\0';
    return heaplens__baseline_is_name(name);
}

static int show_all(baseline_command *command)
{
    struct dirent **files = NULL;
    const int count = scandir(command->folder, &files, NULL, alphasort);
    int code = EXIT_CODE_OK;
    if (count < 0) {
        heaplens__complain("no baselines in %s: %s", command->folder, strerrordesc_np(errno));
        return EXIT_CODE_NO_INPUT;
    }
    for (int i = 0; i < count; i++) {
        char name[HEAPLENS_BASELINE_NAME_MAX + 1];
        if (name_of_file(files[i]->d_name, name, sizeof(name)) &&
            heaplens__baseline_path(command->folder, name, command->path, sizeof(command->path))) {
            const int shown = show_one(name, command->path, write_line);
            code = shown == EXIT_CODE_OK ? code : shown;
        }
        free(files[i]);
    }
    free(files);
    return code;
}

// ------------------------------------------------------------------------------------- arguments

static const char *take_option(void *self, int option, const char *value)
{
    baseline_command *const command = self;
    if (option != OPTION_BASELINES) {
        return "";
    }
    command->folder = value;
    return NULL;
}

// The exit code, or -1 to go on.
static int parse_options(baseline_command *command, int argc, char **argv)
{
    // clang-format off: one option a line
    static const struct option options[] = {
        {"baselines", required_argument, NULL, OPTION_BASELINES},
        {"help", no_argument, NULL, HEAPLENS_OPTION_HELP},
        {0},
    };
    // clang-format on
    const heaplens_verb_options verb = {
        .usage = usage, .letters = "", .names = options, .take = take_option};
    return heaplens__parse_options(&verb, command, argc, argv);
}

static int fail_usage(void)
{
    heaplens__complain("save and update want a name and a profile, show at most a name; see "
                       "heaplens baseline --help");
    return EXIT_CODE_USAGE;
}

int heaplens__cmd_baseline(int argc, char **argv)
{
    baseline_command command = {.folder = HEAPLENS_BASELINE_FOLDER};
    const int stop = parse_options(&command, argc, argv);
    if (stop >= 0) {
        return stop;
    }
    const char *const verb = optind < argc ? argv[optind] : "";
    const int given = argc - optind - 1;
    const bool is_show = strcmp(verb, "show") == 0;
    const bool is_save = strcmp(verb, "save") == 0;
    if ((is_show && given == 0)) {
        return show_all(&command);
    }
    if (!is_show && !is_save && strcmp(verb, "update") != 0 && verb[0] != '\0') {
        heaplens__complain("\"%s\" is none of save, update and show; see heaplens baseline --help",
                           verb);
        return EXIT_CODE_USAGE;
    }
    if (!(is_show && given == 1) && !((is_save || strcmp(verb, "update") == 0) && given == 2)) {
        return fail_usage();
    }
    command.name = argv[optind + 1];
    if (!heaplens__baseline_is_name(command.name) ||
        !heaplens__baseline_path(command.folder, command.name, command.path,
                                 sizeof(command.path))) {
        heaplens__complain("\"%s\" is no name of a baseline; see heaplens baseline --help",
                           command.name);
        return EXIT_CODE_USAGE;
    }
    if (!is_save && !heaplens__baseline_is_there(command.folder, command.name)) {
        return EXIT_CODE_NO_INPUT;
    }
    if (is_show) {
        return show_one(command.name, command.path, write_facts);
    }
    command.input = argv[optind + 2];
    return is_save ? save_baseline(&command) : update_baseline(&command);
}

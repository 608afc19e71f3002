// SPDX-License-Identifier: MIT
// The heaplens program: finds the verb, and has what the verbs share.
#define _GNU_SOURCE

#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: heaplens run [options] -- PROGRAM [ARGUMENT...]\n"
    "       heaplens report [options] FILE\n"
    "       heaplens stat [options] -- PROGRAM [ARGUMENT...]\n"
    "       heaplens diff [options] BEFORE AFTER\n"
    "       heaplens compare [options] 'BASE COMMAND' 'HEAD COMMAND'\n"
    "       heaplens check [options] --budget BUDGETS FILE\n"
    "       heaplens baseline save|update|show [options] [NAME [FILE]]\n"
    "       heaplens snapshot [options] PID\n"
    "       heaplens top [options] PID\n"
    "       heaplens --help | --version\n"
    "\n"
    "Records where a program allocates memory, and shows it.\n"
    "\n"
    "  run       run a program and write a profile of its heap\n"
    "  report    show a profile: what is live at the peak, never freed, or only churned\n"
    "  stat      run a program and print the totals of its heap\n"
    "  diff      what changed between two profiles, call site by call site\n"
    "  compare   run two builds side by side: what changed in time and memory\n"
    "  check     hold a profile to the limits of a budget file\n"
    "  baseline  keep profiles by a name, for limits that are relative to them\n"
    "  snapshot  write a profile of a process that runs\n"
    "  top       watch the heap of a process that runs\n"
    "\n"
    "`heaplens VERB --help` lists the options of a verb.\n"
    "Exit codes: 0; 1 a budget is broken, or a command that is compared failed; 2 usage; 3 a\n"
    "regression; 65 malformed profile; 66 no such input; 74 input/output error.\n";

void heaplens__complain(const char *format, ...)
{
    va_list values;
    va_start(values, format);
    (void)fputs("heaplens: ", stderr);
    (void)vfprintf(stderr, format, values);  // NOLINT(clang-analyzer-valist.Uninitialized)
    (void)fputc('\n', stderr);
    va_end(values);
}

static int exit_code_of(heaplens_status status)
{
    switch (status) {
    case HEAPLENS_OK: return EXIT_CODE_OK;
    case HEAPLENS_EINVAL: return EXIT_CODE_USAGE;
    case HEAPLENS_EFORMAT: return EXIT_CODE_BAD_DATA;
    case HEAPLENS_ENOINPUT: return EXIT_CODE_NO_INPUT;
    case HEAPLENS_ENOMEM:
    case HEAPLENS_EIO:
    case HEAPLENS_ECAPACITY:
    case HEAPLENS_EINACTIVE:
    case HEAPLENS_EACTIVE:
    case HEAPLENS_EBYPASSED: return EXIT_CODE_IO;
    }
    return EXIT_CODE_IO;
}

int heaplens__complain_status(heaplens_status status, const char *what,
                              const heaplens_failure *failure)
{
    const char *const detail = failure == NULL ? "" : failure->text;
    const size_t length = strlen(what);
    // A detail says what is wrong better than its status does, but for a file that is not sound.
    const bool is_of_form = status == HEAPLENS_EFORMAT && detail[0] != '\0';
    const bool names_it = strncmp(detail, what, length) == 0 && detail[length] == ':';
    if (names_it) {
        heaplens__complain("%s", detail);
    } else {
        heaplens__complain("%s: %s%s", what, is_of_form ? "malformed input: " : "",
                           detail[0] == '\0' ? heaplens_status_text(status) : detail);
    }
    return exit_code_of(status);
}

bool heaplens__parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *out)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    const unsigned long long digits = strtoull(text, &end, 10);
    const char *const suffixes = "KMG";
    unsigned shift = 0;
    if (end[0] != '\0') {
        const char *const suffix = strchr(suffixes, end[0]);
        if (suffix == NULL || end[1] != '\0') {
            return false;
        }
        shift = 10 * ((unsigned)(suffix - suffixes) + 1);
    }
    if (errno != 0 || digits > (UINT64_MAX >> shift)) {
        return false;
    }
    const uint64_t value = (uint64_t)digits << shift;
    if (value < low || value > high) {
        return false;
    }
    *out = value;
    return true;
}

bool heaplens__parse_real(const char *text, double low, double high, double *out)
{
    char *end = NULL;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= low) || !(value <= high)) {
        return false;
    }
    *out = value;
    return true;
}

heaplens_status heaplens__write_fd(void *fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t wrote = write(*(const int *)fd, data, size);
        if (wrote < 0 && errno == EINTR) {
            continue;
        }
        if (wrote < 0) {
            return HEAPLENS_EIO;
        }
        data += wrote;
        size -= (size_t)wrote;
    }
    return HEAPLENS_OK;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"run", heaplens__cmd_run},           {"report", heaplens__cmd_report},
    {"stat", heaplens__cmd_stat},         {"diff", heaplens__cmd_diff},
    {"compare", heaplens__cmd_compare},   {"check", heaplens__cmd_check},
    {"baseline", heaplens__cmd_baseline}, {"snapshot", heaplens__cmd_snapshot},
    {"top", heaplens__cmd_top},
};

// getopt begins its complaints with the first argument: "heaplens report: unrecognized option".
static int run_verb(size_t verb, int argc, char **argv)
{
    char name[32];
    (void)snprintf(name, sizeof(name), "heaplens %s", verbs[verb].name);
    argv[0] = name;
    return verbs[verb].run(argc, argv);
}

int main(int argc, char **argv)
{
    const char *const verb = argc < 2 ? "" : argv[1];
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(verb, verbs[i].name) == 0) {
            return run_verb(i, argc - 1, argv + 1);
        }
    }
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "help") == 0) {
        return fputs(usage, stdout) < 0 || fflush(stdout) != 0 ? EXIT_CODE_IO : EXIT_CODE_OK;
    }
    if (strcmp(verb, "--version") == 0) {
        return puts("heaplens " HEAPLENS_VERSION) < 0 || fflush(stdout) != 0 ? EXIT_CODE_IO
                                                                             : EXIT_CODE_OK;
    }
    if (verb[0] != '\0') {
        heaplens__complain("no verb \"%s\"; see heaplens --help", verb);
        return EXIT_CODE_USAGE;
    }
    (void)fputs(usage, stderr);
    return EXIT_CODE_USAGE;
}

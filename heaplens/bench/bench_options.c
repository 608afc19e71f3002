// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/bench_options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char heaplens__bench_help[] =
    "usage: PROGRAM [options] [FILTER...]\n"
    "\n"
    "Measures the benchmarks whose names have a FILTER in them: a text, a pattern of the\n"
    "shell, or /REGEX/. Without one, all.\n"
    "\n"
    "  --list                  print the names, measure nothing\n"
    "  --quick                 20 samples in half a second, 100 ms of warm-up: wider intervals\n"
    "  --sample-size N         samples of a benchmark, 10 to 100000 (default 100)\n"
    "  --warm-up TIME          e.g. 500ms, 2s (default 1s)\n"
    "  --measurement-time TIME of all samples of a benchmark (default 3s)\n"
    "  --confidence SHARE      of intervals (default 0.95)\n"
    "  --resamples N           of the bootstrap, 100 to 1000000 (default 10000)\n"
    "  --seed N                of everything that is drawn (default 1)\n"
    "  --no-memory             measure no memory\n"
    "  --no-hardware           read no hardware counters\n"
    "  --in-process            no case has a process of its own: for debuggers\n"
    "\n"
    "  --save-baseline NAME    keep the results by a name\n"
    "  --baseline NAME|FILE    compare with what was kept; FILE has a slash in its name\n"
    "  --baseline-folder DIR   where baselines are kept (default .heaplens/bench)\n"
    "  --accept-foreign        take a baseline that another machine measured\n"
    "  --noise SHARE           changes of time within it do not matter (default 0.02)\n"
    "  --alpha SHARE           of false verdicts among the changes found (default 0.05)\n"
    "  --fail-on-regression    exit with 3 if a benchmark regressed\n"
    "\n"
    "  --json FILE             all figures and samples; - is standard output\n"
    "  --markdown FILE         a table for a pull request\n"
    "  --html FILE             one offline page\n"
    "  --verbose               more about each benchmark\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0; 1 a benchmark failed, or a file could not be read or written; 2 a wrong\n"
    "command line; 3 a regression, with --fail-on-regression.\n";

// Options without a letter.
enum {
    LIST = 256,
    QUICK,
    SAMPLE_SIZE,
    WARM_UP,
    MEASUREMENT_TIME,
    CONFIDENCE,
    RESAMPLES,
    SEED,
    NO_MEMORY,
    NO_HARDWARE,
    IN_PROCESS,
    SAVE_BASELINE,
    BASELINE,
    BASELINE_FOLDER,
    ACCEPT_FOREIGN,
    NOISE,
    ALPHA,
    FAIL_ON_REGRESSION,
    JSON,
    MARKDOWN,
    HTML,
    VERBOSE,
    HELP,
    VERSION,
};

static const struct option names[] = {
    {"list", no_argument, NULL, LIST},
    {"quick", no_argument, NULL, QUICK},
    {"sample-size", required_argument, NULL, SAMPLE_SIZE},
    {"warm-up", required_argument, NULL, WARM_UP},
    {"measurement-time", required_argument, NULL, MEASUREMENT_TIME},
    {"confidence", required_argument, NULL, CONFIDENCE},
    {"resamples", required_argument, NULL, RESAMPLES},
    {"seed", required_argument, NULL, SEED},
    {"no-memory", no_argument, NULL, NO_MEMORY},
    {"no-hardware", no_argument, NULL, NO_HARDWARE},
    {"in-process", no_argument, NULL, IN_PROCESS},
    {"save-baseline", required_argument, NULL, SAVE_BASELINE},
    {"baseline", required_argument, NULL, BASELINE},
    {"baseline-folder", required_argument, NULL, BASELINE_FOLDER},
    {"accept-foreign", no_argument, NULL, ACCEPT_FOREIGN},
    {"noise", required_argument, NULL, NOISE},
    {"alpha", required_argument, NULL, ALPHA},
    {"fail-on-regression", no_argument, NULL, FAIL_ON_REGRESSION},
    {"json", required_argument, NULL, JSON},
    {"markdown", required_argument, NULL, MARKDOWN},
    {"html", required_argument, NULL, HTML},
    {"verbose", no_argument, NULL, VERBOSE},
    {"help", no_argument, NULL, HELP},
    {"version", no_argument, NULL, VERSION},
    {NULL, 0, NULL, 0},
};

__attribute__((format(printf, 2, 3))) static void refuse(heaplens_bench_options *options,
                                                         const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(options->fault, sizeof options->fault, format, arguments);
    va_end(arguments);
    options->action = HEAPLENS_BENCH_WRONG;
}

static double take_share(heaplens_bench_options *options, const char *name, const char *text,
                         double least, double most)
{
    char *end = NULL;
    const double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most)) {
        refuse(options, "%s: %.40s is no number from %g to %g", name, text, least, most);
        return least;
    }
    return value;
}

static uint64_t take_whole(heaplens_bench_options *options, const char *name, const char *text,
                           uint64_t least, uint64_t most)
{
    char *end = NULL;
    errno = 0;
    const uint64_t value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || text[0] == '-' || value < least ||
        value > most) {
        refuse(options, "%s: %.40s is no whole number from %llu to %llu", name, text,
               (unsigned long long)least, (unsigned long long)most);
        return least;
    }
    return value;
}

// "500ms", "2s", "1.5"; seconds without a unit.
static uint64_t take_time(heaplens_bench_options *options, const char *name, const char *text)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {
        {"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"m", 6e10},
    };
    char *end = NULL;
    const double value = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        const double ns = value * units[i].ns;
        if (end != text && strcmp(end, units[i].unit) == 0 && ns >= 1e3 && ns <= 3600e9) {
            return (uint64_t)llround(ns);
        }
    }
    refuse(options, "%s: %.40s is no time from 1us to 60m", name, text);
    return 1;
}

static void set_quick(heaplens_bench_settings *settings)
{
    settings->is_quick = true;
    settings->sample_size = 20;
    settings->warm_up_ns = 100000000;
    settings->measurement_ns = 500000000;
}

static void take_setting(heaplens_bench_options *options, int option, const char *value)
{
    heaplens_bench_settings *const settings = &options->settings;
    switch (option) {
    case SAMPLE_SIZE:
        settings->sample_size = (uint32_t)take_whole(options, "--sample-size", value,
                                                     HEAPLENS_SAMPLES_MIN, HEAPLENS_SAMPLES_MAX);
        break;
    case WARM_UP: settings->warm_up_ns = take_time(options, "--warm-up", value); break;
    case MEASUREMENT_TIME:
        settings->measurement_ns = take_time(options, "--measurement-time", value);
        break;
    case CONFIDENCE:
        settings->confidence = take_share(options, "--confidence", value, 0.6, 0.999);
        break;
    case RESAMPLES:
        settings->resamples = (uint32_t)take_whole(options, "--resamples", value, 100, 1000000);
        break;
    case SEED: settings->seed = take_whole(options, "--seed", value, 0, UINT64_MAX); break;
    case NOISE: settings->noise = take_share(options, "--noise", value, 0, 1); break;
    case ALPHA: settings->alpha = take_share(options, "--alpha", value, 0.0001, 0.5); break;
    default: break;
    }
}

static void take(heaplens_bench_options *options, int option, const char *value)
{
    switch (option) {
    case LIST: options->action = HEAPLENS_BENCH_LIST; break;
    case NO_MEMORY: options->no_memory = true; break;
    case NO_HARDWARE: options->no_hardware = true; break;
    case IN_PROCESS: options->is_in_process = true; break;
    case VERBOSE: options->is_verbose = true; break;
    case ACCEPT_FOREIGN: options->may_be_foreign = true; break;
    case FAIL_ON_REGRESSION: options->fails_on_regression = true; break;
    case SAVE_BASELINE: options->save_baseline = value; break;
    case BASELINE: options->baseline = value; break;
    case BASELINE_FOLDER: options->folder = value; break;
    case JSON: options->json = value; break;
    case MARKDOWN: options->markdown = value; break;
    case HTML: options->html = value; break;
    case HELP: options->action = HEAPLENS_BENCH_HELP; break;
    case VERSION: options->action = HEAPLENS_BENCH_VERSION; break;
    default: take_setting(options, option, value); break;
    }
}

static bool has_quick(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            return false;
        }
        if (strcmp(argv[i], "--quick") == 0) {
            return true;
        }
    }
    return false;
}

// Options of how to measure only: others keep their texts, which `words` is too short-lived for.
static void read_defaults(heaplens_bench_options *options, int count, char **words)
{
    int option = 0;
    optind = 0;  // which makes glibc begin anew
    opterr = 0;
    while (options->action != HEAPLENS_BENCH_WRONG &&
           (option = getopt_long(count, words, "", names, NULL)) != -1) {  // NOLINT: one thread
        const bool is_flag = option == NO_MEMORY || option == NO_HARDWARE;
        if (is_flag || (option >= SAMPLE_SIZE && option <= SEED)) {
            take(options, option, optarg);
        } else {
            refuse(options, "HEAPLENS_BENCH_OPTIONS: %.60s is no option of measuring",
                   words[optind - 1]);
        }
    }
}

enum { DEFAULTS_BYTES = 512, DEFAULTS_WORDS = 32 };

static void split_defaults(heaplens_bench_options *options, const char *text)
{
    char copy[DEFAULTS_BYTES];
    char *words[DEFAULTS_WORDS + 1] = {copy};
    int count = 1;
    if (snprintf(copy, sizeof copy, " %s", text) >= DEFAULTS_BYTES) {
        refuse(options, "HEAPLENS_BENCH_OPTIONS: more than %d characters", DEFAULTS_BYTES);
        return;
    }
    for (char *at = copy; *at != '\0'; at++) {
        if (*at == ' ') {
            *at = '\0';
            if (at[1] != ' ' && at[1] != '\0' && count < DEFAULTS_WORDS) {
                words[count++] = at + 1;
            }
        }
    }
    read_defaults(options, count, words);
}

heaplens_bench_options heaplens__bench_options_read(int argc, char **argv, const char *defaults)
{
    heaplens_bench_options options = {
        .settings = {.warm_up_ns = 1000000000,
                     .measurement_ns = 3000000000,
                     .sample_size = 100,
                     .resamples = 10000,
                     .confidence = 0.95,
                     .noise = 0.02,
                     .alpha = 0.05,
                     .seed = 1},
        .folder = HEAPLENS_BENCH_FOLDER,
    };
    if (defaults != NULL) {
        split_defaults(&options, defaults);
    }
    if (has_quick(argc, argv)) {  // first, so that other options win wherever they stand
        set_quick(&options.settings);
    }
    optind = 0;
    opterr = 0;
    int option = 0;
    while (options.action != HEAPLENS_BENCH_WRONG &&
           (option = getopt_long(argc, argv, "", names, NULL)) != -1) {  // NOLINT: one thread
        if (option == '?' || option == ':') {
            refuse(&options, "%.60s: no such option, or its value is missing", argv[optind - 1]);
        } else {
            take(&options, option, optarg);
        }
    }
    options.filters = (const char *const *)(argv + optind);
    options.filter_count = (size_t)(argc - optind);
    if (options.fails_on_regression && options.baseline == NULL &&
        options.action == HEAPLENS_BENCH_MEASURE) {
        refuse(&options, "--fail-on-regression needs --baseline");
    }
    return options;
}

// SPDX-License-Identifier: MIT
// Compares two commands: warms up, records their heaps, then runs them in blocks until the verdicts
// are clear.
#define _GNU_SOURCE

#include "cli/compare_run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/trial.h"
#include "cli/cli.h"
#include "cli/compare_heap.h"
#include "cli/measured_run.h"

enum {
    USAGE_FIGURES = 3,  // wall time, processor time, resident memory
    RSS_FIGURE = 2,
    STREAM_OF_RECORDINGS = 11,
    STREAM_OF_PADDING,
    PADDING_MAX = 4096,  // the stack moves by up to a page
    BLOCKS_FOR_VERDICTS = 8,
};

// The kernel maps a file's pages sixteen at a time, from wherever the first fault was: of two equal
// programs one holds some such groups more.
static const double rss_margin_bytes = 128 << 10;

static const struct {
    const char *name;
    const char *key;
    heaplens_unit unit;
} usage_figures[USAGE_FIGURES] = {
    {"wall time",          "wall_time",      HEAPLENS_UNIT_SECONDS},
    {"processor time",     "processor_time", HEAPLENS_UNIT_SECONDS},
    {"resident set, peak", "rss_peak",       HEAPLENS_UNIT_BYTES  },
};

static const char *const versions[2] = {"base", "head"};

typedef struct comparing {
    const heaplens_compare_plan *plan;
    double started_s;
    double run_s[2];  // of a run, as last measured
    double rss_bytes;
    heaplens_random padding;
    heaplens_heap_runs heap;
    heaplens_trial_figure kinds[USAGE_FIGURES];
    heaplens_trial *trial;
    heaplens_compared figures[USAGE_FIGURES + HEAPLENS_HEAP_FIGURES];
    size_t figure_count;
    bool is_time_up;
} comparing;

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// The exit code of a run that is not as it should be; EXIT_CODE_OK if it is.
static int check_run(const comparing *c, size_t version, heaplens_run_end end,
                     const heaplens_run_usage *usage)
{
    switch (end) {
    case HEAPLENS_RUN_FAILED: return EXIT_CODE_BROKEN;
    case HEAPLENS_RUN_STOPPED: return EXIT_CODE_SIGNAL + heaplens__run_stopped_by();
    case HEAPLENS_RUN_DONE: break;
    }
    if (usage->code > EXIT_CODE_SIGNAL) {
        heaplens__complain("%s was killed by signal %d (%s): %s", versions[version],
                           usage->code - EXIT_CODE_SIGNAL,
                           sigdescr_np(usage->code - EXIT_CODE_SIGNAL) != NULL
                               ? sigdescr_np(usage->code - EXIT_CODE_SIGNAL)
                               : "unknown",
                           c->plan->commands[version]);
        return EXIT_CODE_BROKEN;
    }
    if (usage->code != 0) {
        heaplens__complain("%s failed with exit status %d: %s", versions[version], usage->code,
                           c->plan->commands[version]);
        return EXIT_CODE_BROKEN;
    }
    return EXIT_CODE_OK;
}

static int run_once(comparing *c, size_t version, heaplens_run_usage *usage)
{
    const heaplens_run_request request = {
        .words = c->plan->words[version],
        .padding = heaplens__random_below(&c->padding, PADDING_MAX),
        .output = c->plan->output,
    };
    const heaplens_run_end end = heaplens__run_measured(&request, usage);
    c->run_s[version] = usage->wall_s;
    c->rss_bytes = usage->rss_bytes;
    return check_run(c, version, end, usage);
}

static void say_progress(const comparing *c, const char *what)
{
    if (c->plan->has_progress) {
        (void)fprintf(stderr, "\r\033[K%s", what);
    }
}

static int warm_up(comparing *c)
{
    int code = EXIT_CODE_OK;
    say_progress(c, "warming up");
    for (size_t i = 0; i < 2 * c->plan->warm_ups && code == EXIT_CODE_OK; i++) {
        heaplens_run_usage usage;
        code = run_once(c, i % 2, &usage);
    }
    return code;
}

static int measure_heap(comparing *c)
{
    heaplens_random lots = heaplens__random_stream(c->plan->seed, STREAM_OF_RECORDINGS);
    heaplens_run_usage usage = {0};
    size_t version = 0;
    say_progress(c, "recording the heap");
    const heaplens_run_end end = heaplens__heap_runs_measure(
        &c->heap, c->plan->words, c->plan->output, &lots, &usage, &version);
    return check_run(c, version, end, &usage);
}

// As many blocks as fit into the time that is left, by the last runs.
static size_t plan_blocks(const comparing *c)
{
    const heaplens_compare_plan *const plan = c->plan;
    if (plan->seconds_max == 0) {
        return plan->blocks_max;
    }
    const double left_s = plan->seconds_max - (now_s() - c->started_s);
    const double block_s = 2 * (c->run_s[0] + c->run_s[1]);
    const double fit = block_s > 0 ? left_s / block_s : (double)plan->blocks_max;
    const size_t blocks = fit < 1                          ? 1
                          : fit < (double)plan->blocks_max ? (size_t)fit
                                                           : plan->blocks_max;
    if (blocks < BLOCKS_FOR_VERDICTS && blocks < plan->blocks_max) {
        heaplens__complain("%.3g s leave time for %zu blocks; a verdict on time takes %d",
                           plan->seconds_max, blocks, BLOCKS_FOR_VERDICTS);
    }
    return blocks;
}

static int measure_block(comparing *c)
{
    double values[2][USAGE_FIGURES * HEAPLENS_TRIAL_RUNS];
    size_t runs[2] = {0, 0};
    const heaplens_trial_order order = heaplens__trial_order(c->trial);
    for (size_t i = 0; i < (size_t)2 * HEAPLENS_TRIAL_RUNS; i++) {
        const size_t version = order.is_head[i] ? 1 : 0;
        heaplens_run_usage usage;
        const int code = run_once(c, version, &usage);
        if (code != EXIT_CODE_OK) {
            return code;
        }
        const double measured[USAGE_FIGURES] = {usage.wall_s, usage.cpu_s, usage.rss_bytes};
        for (size_t f = 0; f < USAGE_FIGURES; f++) {
            values[version][f * HEAPLENS_TRIAL_RUNS + runs[version]] = measured[f];
        }
        runs[version]++;
    }
    heaplens__trial_add(c->trial, values[0], values[1]);
    return EXIT_CODE_OK;
}

static void say_blocks(const comparing *c, double started_s)
{
    const size_t left = heaplens__trial_blocks_left(c->trial);
    const size_t done = c->trial->blocks;
    char text[120];
    const double each_s =
        done == 0 ? 2 * (c->run_s[0] + c->run_s[1]) : (now_s() - started_s) / (double)done;
    (void)snprintf(text, sizeof(text), "block %zu of at most %zu, at most %.0f s left", done + 1,
                   done + left, each_s * (double)left);
    say_progress(c, text);
}

static int measure_blocks(comparing *c)
{
    const double started_s = now_s();
    heaplens_status status = HEAPLENS_OK;
    while (status == HEAPLENS_OK && !heaplens__trial_is_over(c->trial)) {
        say_blocks(c, started_s);
        const int code = measure_block(c);
        if (code != EXIT_CODE_OK) {
            return code;
        }
        c->is_time_up = c->plan->seconds_max > 0 && now_s() - c->started_s >= c->plan->seconds_max;
        status = heaplens__trial_look(c->trial, c->is_time_up);
    }
    say_progress(c, "");
    return status == HEAPLENS_OK ? EXIT_CODE_OK
                                 : heaplens__complain_status(status, "comparison", NULL);
}

// The figures of the trial, then those that it adopted.
static void collect_figures(comparing *c)
{
    const heaplens_trial *const trial = c->trial;
    const size_t stride = trial->looks.blocks[trial->looks.count - 1] * HEAPLENS_TRIAL_RUNS;
    for (size_t i = 0; i < USAGE_FIGURES; i++) {
        const size_t count = trial->blocks * HEAPLENS_TRIAL_RUNS;
        c->figures[i] = (heaplens_compared){
            .name = usage_figures[i].name,
            .key = usage_figures[i].key,
            .unit = usage_figures[i].unit,
            .item = trial->items[i],
            .has_control = trial->blocks >= 2,
            .control = trial->controls[i],
            .values = {trial->values[0] + i * stride, trial->values[1] + i * stride},
            .value_counts = {count,                         count                        },
        };
    }
    for (size_t i = USAGE_FIGURES; i < c->figure_count; i++) {
        c->figures[i].item = trial->items[i];
    }
}

static bool has_randomised_addresses(void)
{
    char text[8] = "";
    const int fd = open("/proc/sys/kernel/randomize_va_space", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return true;  // unknown, and the rule
    }
    const ssize_t got = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    return got <= 0 || text[0] != '0';
}

static heaplens_status find_growth(comparing *c, heaplens_compare_report *report)
{
    for (size_t i = 0; i < c->figure_count; i++) {
        heaplens_compared *const figure = &c->figures[i];
        if (!figure->has_metric || figure->item.outcome != HEAPLENS_OUTCOME_REGRESSED) {
            continue;
        }
        heaplens_status status =
            c->heap.diff == NULL ? heaplens__heap_runs_diff(&c->heap) : HEAPLENS_OK;
        report->diff = c->heap.diff;
        if (status == HEAPLENS_OK) {
            status = heaplens__compare_growth(&figure->growth, report, figure);
        }
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    return HEAPLENS_OK;
}

static int use_results(comparing *c, heaplens_use_report *use, void *context)
{
    const heaplens_compare_plan *const plan = c->plan;
    collect_figures(c);
    heaplens_compare_report report = {
        .commands = {plan->commands[0], plan->commands[1]},
        .alpha = plan->alpha,
        .margin = plan->margin,
        .seed = plan->seed,
        .blocks = c->trial->blocks,
        .blocks_max = c->trial->looks.blocks[c->trial->looks.count - 1],
        .recordings = c->heap.count,
        .seconds = now_s() - c->started_s,
        .end = c->is_time_up                        ? HEAPLENS_COMPARE_TIME
               : heaplens__trial_is_clear(c->trial) ? HEAPLENS_COMPARE_CLEAR
                                                    : HEAPLENS_COMPARE_PLAN,
        .has_random_addresses = has_randomised_addresses(),
        .heap_reason = c->heap.reason[0] == '\0' ? NULL : c->heap.reason,
        .figures = c->figures,
        .figure_count = c->figure_count,
    };
    const heaplens_status status = find_growth(c, &report);
    if (status != HEAPLENS_OK) {
        (void)heaplens__complain_status(status, "comparison", NULL);
        return EXIT_CODE_BROKEN;
    }
    return use(&report, context);
}

// The trial, with the figures of the heap in it.
static heaplens_status plan_trial(comparing *c)
{
    heaplens_comparison items[HEAPLENS_HEAP_FIGURES];
    const heaplens_compare_plan *const plan = c->plan;
    const size_t recorded =
        c->heap.count > 0 && c->heap.reason[0] == '\0' ? (size_t)HEAPLENS_HEAP_FIGURES : 0;
    for (size_t i = 0; i < USAGE_FIGURES; i++) {
        c->kinds[i].margin = plan->margin;
    }
    if (c->rss_bytes > 0 && rss_margin_bytes / c->rss_bytes > plan->margin) {
        c->kinds[RSS_FIGURE].margin = rss_margin_bytes / c->rss_bytes;
    }
    heaplens_status status = heaplens__trial_create(&c->trial, c->kinds, USAGE_FIGURES,
                                                    plan_blocks(c), plan->alpha, plan->seed);
    if (status == HEAPLENS_OK && recorded > 0) {
        status = heaplens__heap_runs_compare(&c->heap, plan->margin, plan->alpha,
                                             c->figures + USAGE_FIGURES);
    }
    for (size_t i = 0; i < recorded; i++) {
        items[i] = c->figures[USAGE_FIGURES + i].item;
    }
    if (status == HEAPLENS_OK) {
        status = heaplens__trial_adopt(c->trial, items, recorded);
    }
    c->figure_count = USAGE_FIGURES + recorded;
    return status;
}

static int compare(comparing *c, heaplens_use_report *use, void *context)
{
    int code = warm_up(c);
    if (code == EXIT_CODE_OK && c->plan->has_heap) {
        code = measure_heap(c);
    }
    if (code != EXIT_CODE_OK) {
        return code;
    }
    if (plan_trial(c) != HEAPLENS_OK || c->trial == NULL) {
        (void)heaplens__complain_status(HEAPLENS_ENOMEM, "comparison", NULL);
        return EXIT_CODE_BROKEN;
    }
    code = measure_blocks(c);
    heaplens__run_unguard();
    return code == EXIT_CODE_OK ? use_results(c, use, context) : code;
}

int heaplens__compare_run(const heaplens_compare_plan *plan, heaplens_use_report *use,
                          void *context)
{
    comparing c = {
        .plan = plan,
        .started_s = now_s(),
        .padding = heaplens__random_stream(plan->seed, STREAM_OF_PADDING),
    };
    heaplens__run_guard();
    const int code = compare(&c, use, context);
    say_progress(&c, "");
    heaplens__trial_destroy(c.trial);
    heaplens__heap_runs_deinit(&c.heap);
    return code;
}

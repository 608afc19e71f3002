// SPDX-License-Identifier: MIT
// Compares two commands: runs them in blocks until the verdicts are clear, and makes figures of what
// the runs measured.
#define _GNU_SOURCE

#include "cli/compare_run.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/comparing.h"
#include "cli/measured_run.h"
#include "export/figure_text.h"

enum {
    STREAM_OF_PADDING = 12,
    BLOCKS_FOR_VERDICTS = 8,
};

// The kernel maps a file's pages sixteen at a time, from wherever the first fault was: of two equal
// programs one holds some such groups more.
static const double rss_margin_bytes = 128 << 10;

static const struct {
    const char *name;
    const char *key;
    heaplens_unit unit;
} usage_figures[HEAPLENS_USAGE_FIGURES] = {
    {"wall time", "wall_time", HEAPLENS_UNIT_SECONDS},
    {"processor time", "processor_time", HEAPLENS_UNIT_SECONDS},
    {"resident set, peak", "rss_peak", HEAPLENS_UNIT_BYTES},
};

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

// As many blocks as fit into the time that is left, by the last runs.
static size_t plan_blocks(const heaplens_comparing *c)
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
        heaplens__complain(
            "%.3g s leave time for %s; a verdict on time takes %d", plan->seconds_max,
            heaplens__figure_counted(blocks, "block", "blocks").text, BLOCKS_FOR_VERDICTS);
    }
    return blocks;
}

static void say_blocks(const heaplens_comparing *c, double started_s)
{
    const size_t left = heaplens__trial_blocks_left(c->trial);
    const size_t done = c->trial->blocks;
    char text[120];
    const double each_s =
        done == 0 ? 2 * (c->run_s[0] + c->run_s[1]) : (now_s() - started_s) / (double)done;
    (void)snprintf(text, sizeof(text), "block %zu of at most %zu, at most %.0f s left", done + 1,
                   done + left, each_s * (double)left);
    heaplens__comparing_say(c, text);
}

static int measure_blocks(heaplens_comparing *c)
{
    const double started_s = now_s();
    heaplens_status status = HEAPLENS_OK;
    while (status == HEAPLENS_OK && !heaplens__trial_is_over(c->trial)) {
        say_blocks(c, started_s);
        const int code = heaplens__comparing_run_block(c);
        if (code != EXIT_CODE_OK) {
            return code;
        }
        c->is_time_up = c->plan->seconds_max > 0 && now_s() - c->started_s >= c->plan->seconds_max;
        status = heaplens__trial_look(c->trial, c->is_time_up);
    }
    heaplens__comparing_say(c, "");
    return status == HEAPLENS_OK ? EXIT_CODE_OK
                                 : heaplens__complain_status(status, "comparison", NULL);
}

// The figures of the trial, then those that it adopted.
static void collect_figures(heaplens_comparing *c)
{
    const heaplens_trial *const trial = c->trial;
    const size_t stride = trial->looks.blocks[trial->looks.count - 1] * HEAPLENS_TRIAL_RUNS;
    const bool is_bench = c->bench.count > 0;
    for (size_t i = 0; i < c->timed_count; i++) {
        const size_t count = trial->blocks * HEAPLENS_TRIAL_RUNS;
        c->figures[i] = (heaplens_compared){
            .benchmark = is_bench ? c->bench.ids[i] : NULL,
            .name = is_bench ? "time" : usage_figures[i].name,
            .key = is_bench ? "time" : usage_figures[i].key,
            .unit = is_bench ? HEAPLENS_UNIT_SECONDS : usage_figures[i].unit,
            .has_control = trial->blocks >= 2,
            .control = trial->controls[i],
            .values = {trial->values[0] + i * stride, trial->values[1] + i * stride},
            .value_counts = {count, count},
        };
    }
    for (size_t i = 0; i < c->figure_count; i++) {
        c->figures[i].item = trial->items[i];
    }
}

// Benchmark by benchmark: the time, then the memory.
static heaplens_status order_figures(heaplens_comparing *c)
{
    const size_t count = c->bench.count;
    if (count == 0 || c->figure_count == c->timed_count) {
        return HEAPLENS_OK;
    }
    heaplens_compared *const ordered = calloc(c->figure_count, sizeof(*ordered));
    if (ordered == NULL) {
        return HEAPLENS_ENOMEM;
    }
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        ordered[at++] = c->figures[i];
        for (size_t f = 0; f < HEAPLENS_BENCH_MEMORY_FIGURES; f++) {
            ordered[at++] = c->figures[count + i * HEAPLENS_BENCH_MEMORY_FIGURES + f];
        }
    }
    free(c->figures);
    c->figures = ordered;
    return HEAPLENS_OK;
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

static heaplens_status explain(heaplens_comparing *c, heaplens_compare_report *report,
                               heaplens_compared *figure)
{
    if (figure->benchmark != NULL) {
        return heaplens__bench_growth(&figure->growth, &c->bench, figure);
    }
    const heaplens_status status =
        c->heap.diff == NULL ? heaplens__heap_runs_diff(&c->heap) : HEAPLENS_OK;
    report->diff = c->heap.diff;
    return status == HEAPLENS_OK ? heaplens__compare_growth(&figure->growth, report, figure)
                                 : status;
}

static heaplens_status find_growth(heaplens_comparing *c, heaplens_compare_report *report)
{
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < c->figure_count && status == HEAPLENS_OK; i++) {
        heaplens_compared *const figure = &c->figures[i];
        if (figure->has_metric && figure->item.outcome == HEAPLENS_OUTCOME_REGRESSED) {
            status = explain(c, report, figure);
        }
    }
    return status;
}

static int use_results(heaplens_comparing *c, heaplens_use_report *use, void *context)
{
    const heaplens_compare_plan *const plan = c->plan;
    collect_figures(c);
    heaplens_status status = order_figures(c);
    heaplens_compare_report report = {
        .commands = {plan->commands[0], plan->commands[1]},
        .alpha = plan->alpha,
        .margin = plan->margin,
        .seed = plan->seed,
        .blocks = c->trial->blocks,
        .blocks_max = c->trial->looks.blocks[c->trial->looks.count - 1],
        .recordings = c->bench.count > 0 ? c->bench.recordings : c->heap.count,
        .seconds = now_s() - c->started_s,
        .end = c->is_time_up                        ? HEAPLENS_COMPARE_TIME
               : heaplens__trial_is_clear(c->trial) ? HEAPLENS_COMPARE_CLEAR
                                                    : HEAPLENS_COMPARE_PLAN,
        .has_random_addresses = has_randomised_addresses(),
        .heap_reason = c->heap.reason[0] == '\0' ? NULL : c->heap.reason,
        .only = {c->bench.only[0], c->bench.only[1]},
        .figures = c->figures,
        .figure_count = c->figure_count,
    };
    if (status == HEAPLENS_OK) {
        status = find_growth(c, &report);
    }
    if (status != HEAPLENS_OK) {
        (void)heaplens__complain_status(status, "comparison", NULL);
        return EXIT_CODE_BROKEN;
    }
    return use(&report, context);
}

static heaplens_status allocate_figures(heaplens_comparing *c)
{
    const bool is_bench = c->bench.count > 0;
    const bool has_heap =
        c->heap.reason[0] == '\0' && (is_bench ? c->bench.recordings : c->heap.count) > 0;
    c->timed_count = is_bench ? c->bench.count : HEAPLENS_USAGE_FIGURES;
    c->figure_count = c->timed_count;
    if (has_heap) {
        c->figure_count += is_bench ? c->bench.count * HEAPLENS_BENCH_MEMORY_FIGURES
                                    : (size_t)HEAPLENS_HEAP_FIGURES;
    }
    c->kinds = calloc(c->timed_count, sizeof(*c->kinds));
    c->measured = calloc(c->timed_count, sizeof(*c->measured));
    c->blocks[0] = calloc(c->timed_count * HEAPLENS_TRIAL_RUNS, sizeof(double));
    c->blocks[1] = calloc(c->timed_count * HEAPLENS_TRIAL_RUNS, sizeof(double));
    c->figures = calloc(c->figure_count, sizeof(*c->figures));
    return c->kinds != NULL && c->measured != NULL && c->blocks[0] != NULL &&
                   c->blocks[1] != NULL && c->figures != NULL
               ? HEAPLENS_OK
               : HEAPLENS_ENOMEM;
}

static void choose_margins(heaplens_comparing *c)
{
    for (size_t i = 0; i < c->timed_count; i++) {
        c->kinds[i].margin = c->plan->margin;
    }
    if (c->bench.count == 0 && c->rss_bytes > 0) {
        c->kinds[HEAPLENS_USAGE_RSS].margin =
            fmax(c->plan->margin, rss_margin_bytes / c->rss_bytes);
    }
}

// Compares the figures of the heap, which are known by now.
static heaplens_status compare_heap(heaplens_comparing *c)
{
    const heaplens_compare_plan *const plan = c->plan;
    heaplens_compared *const out = c->figures + c->timed_count;
    if (c->figure_count == c->timed_count) {
        return HEAPLENS_OK;
    }
    if (c->bench.count == 0) {
        return heaplens__heap_runs_compare(&c->heap, plan->margin, plan->alpha, out);
    }
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < c->bench.count && status == HEAPLENS_OK; i++) {
        status = heaplens__bench_compare_memory(&c->bench, i, plan->margin, plan->alpha,
                                                out + i * HEAPLENS_BENCH_MEMORY_FIGURES);
    }
    return status;
}

// Lets the trial settle the figures of the heap with its own.
static heaplens_status adopt_heap(heaplens_comparing *c)
{
    const size_t count = c->figure_count - c->timed_count;
    heaplens_comparison *const items = calloc(count + 1, sizeof(*items));
    if (items == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < count; i++) {
        items[i] = c->figures[c->timed_count + i].item;
    }
    const heaplens_status status = heaplens__trial_adopt(c->trial, items, count);
    free(items);
    return status;
}

static heaplens_status plan_trial(heaplens_comparing *c)
{
    heaplens_status status = allocate_figures(c);
    if (status != HEAPLENS_OK) {
        return status;
    }
    choose_margins(c);
    // NOLINTNEXTLINE(clang-analyzer-unix.Malloc): release() frees what allocate_figures() keeps in c
    status = heaplens__trial_create(&c->trial, c->kinds, c->timed_count, plan_blocks(c),
                                    c->plan->alpha, c->plan->seed);
    if (status == HEAPLENS_OK) {
        status = compare_heap(c);
    }
    return status == HEAPLENS_OK ? adopt_heap(c) : status;
}

static int compare(heaplens_comparing *c, heaplens_use_report *use, void *context)
{
    int code = heaplens__comparing_warm_up(c);
    if (code == EXIT_CODE_OK && c->plan->has_heap) {
        code = heaplens__comparing_record(c);
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

static void release(heaplens_comparing *c)
{
    heaplens__trial_destroy(c->trial);
    heaplens__heap_runs_deinit(&c->heap);
    heaplens__bench_runs_deinit(&c->bench);
    heaplens__bench_report_deinit(&c->reports[0]);
    heaplens__bench_report_deinit(&c->reports[1]);
    free(c->kinds);
    free(c->measured);
    free(c->blocks[0]);
    free(c->blocks[1]);
    free(c->figures);
    if (c->folder[0] != '\0') {
        heaplens__session_folder_remove(c->folder);
    }
}

int heaplens__compare_run(const heaplens_compare_plan *plan, heaplens_use_report *use,
                          void *context)
{
    heaplens_comparing c = {
        .plan = plan,
        .started_s = now_s(),
        .padding = heaplens__random_stream(plan->seed, STREAM_OF_PADDING),
    };
    if (heaplens__session_folder_make(c.folder)) {
        (void)snprintf(c.report, sizeof(c.report), "%s/bench.json", c.folder);
    } else {
        c.folder[0] = '\0';
    }
    heaplens__run_guard();
    const int code = compare(&c, use, context);
    heaplens__comparing_say(&c, "");
    release(&c);
    return code;
}

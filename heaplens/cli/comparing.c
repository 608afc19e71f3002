// SPDX-License-Identifier: MIT
// The runs of a comparison of two commands.
#define _GNU_SOURCE

#include "cli/comparing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/report_read.h"
#include "cli/cli.h"
#include "cli/measured_run.h"

enum {
    STREAM_OF_RECORDINGS = 11,
    PADDING_MAX = 4096,  // the stack moves by up to a page
};

static const char *const versions[2] = {"base", "head"};

// What a program of benchmarks is told, unless its own command line says otherwise: many processes
// that are short tell more than few long ones.
static const char timing_options[] = "--no-memory --no-hardware --warm-up 10ms --measurement-time "
                                     "50ms --sample-size 25 --resamples 100";
static const char memory_options[] = "--no-hardware --warm-up 1ms --measurement-time 1ms "
                                     "--sample-size 10 --resamples 100";

// The exit code of a run that is not as it should be; EXIT_CODE_OK if it is.
static int check_run(const heaplens_comparing *c, size_t version, heaplens_run_end end,
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

static int run_once(heaplens_comparing *c, size_t version, const char *bench_options,
                    heaplens_run_usage *usage)
{
    const heaplens_run_request request = {
        .words = c->plan->words[version],
        .padding = heaplens__random_below(&c->padding, PADDING_MAX),
        .output = c->plan->output,
        .bench_file = c->folder[0] == '\0' ? NULL : c->report,
        .bench_options = bench_options,
    };
    if (request.bench_file != NULL) {
        (void)unlink(c->report);  // what is there afterwards is of this run
    }
    const heaplens_run_end end = heaplens__run_measured(&request, usage);
    c->run_s[version] = usage->wall_s;
    c->rss_bytes = usage->rss_bytes;
    return check_run(c, version, end, usage);
}

// The report that a run wrote; the exit code. A command that is no program of benchmarks wrote none:
// the report is empty then.
static int read_report(const heaplens_comparing *c, size_t version, heaplens_bench_report *report)
{
    heaplens_bench_failure failure = {{0}};
    *report = (heaplens_bench_report){0};
    if (c->folder[0] == '\0' || access(c->report, F_OK) != 0) {
        return EXIT_CODE_OK;
    }
    const heaplens_status status = heaplens__report_read(report, c->report, &failure);
    if (status == HEAPLENS_OK) {
        return EXIT_CODE_OK;
    }
    heaplens__complain("the report of %s's benchmarks: %s: %s", versions[version],
                       heaplens_status_text(status), failure.text);
    return EXIT_CODE_BROKEN;
}

void heaplens__comparing_say(const heaplens_comparing *c, const char *what)
{
    if (c->plan->has_progress) {
        (void)fprintf(stderr, "\r\033[K%s", what);
    }
}

int heaplens__comparing_warm_up(heaplens_comparing *c)
{
    int code = EXIT_CODE_OK;
    heaplens__comparing_say(c, "warming up");
    for (size_t i = 0; i < 2 * c->plan->warm_ups && code == EXIT_CODE_OK; i++) {
        heaplens_run_usage usage;
        code = run_once(c, i % 2, timing_options, &usage);
        heaplens__bench_report_deinit(&c->reports[i % 2]);
        if (code == EXIT_CODE_OK) {
            code = read_report(c, i % 2, &c->reports[i % 2]);
        }
    }
    if (code != EXIT_CODE_OK || c->reports[0].case_count == 0 || c->reports[1].case_count == 0) {
        return code;
    }
    if (heaplens__bench_runs_match(&c->bench, &c->reports[0], &c->reports[1]) != HEAPLENS_OK) {
        (void)heaplens__complain_status(HEAPLENS_ENOMEM, "comparison", NULL);
        return EXIT_CODE_BROKEN;
    }
    if (c->bench.count == 0) {
        heaplens__complain("base and head have no benchmark in common");
        return EXIT_CODE_BROKEN;
    }
    return EXIT_CODE_OK;
}

// One recording of a program of benchmarks: it measures its memory itself.
static int record_benchmarks(heaplens_comparing *c, size_t version)
{
    heaplens_run_usage usage;
    heaplens_bench_report report = {0};
    int code = run_once(c, version, memory_options, &usage);
    if (code == EXIT_CODE_OK) {
        code = read_report(c, version, &report);
    }
    if (code == EXIT_CODE_OK && !heaplens__bench_keep_memory(&c->bench, version, &report)) {
        (void)snprintf(c->heap.reason, sizeof(c->heap.reason), "%s's benchmarks: %s",
                       versions[version],
                       report.memory_reason == NULL ? "not measured" : report.memory_reason);
    }
    heaplens__bench_report_deinit(&report);
    return code;
}

static int measure_memory(heaplens_comparing *c)
{
    heaplens_random lots = heaplens__random_stream(c->plan->seed, STREAM_OF_RECORDINGS);
    heaplens_bench_runs *const bench = &c->bench;
    heaplens__comparing_say(c, "recording the heap");
    while (c->heap.reason[0] == '\0' &&
           bench->recordings <
               heaplens__recordings_wanted(bench->values[0], bench->values[1],
                                           bench->count * HEAPLENS_BENCH_MEMORY_FIGURES,
                                           bench->recordings)) {
        const size_t first = heaplens__random_below(&lots, 2);
        for (size_t i = 0; i < 2 && c->heap.reason[0] == '\0'; i++) {
            const int code = record_benchmarks(c, i ^ first);
            if (code != EXIT_CODE_OK) {
                return code;
            }
        }
        bench->recordings++;
    }
    return EXIT_CODE_OK;
}

static int measure_heap(heaplens_comparing *c)
{
    heaplens_random lots = heaplens__random_stream(c->plan->seed, STREAM_OF_RECORDINGS);
    heaplens_run_usage usage = {0};
    size_t version = 0;
    heaplens__comparing_say(c, "recording the heap");
    const heaplens_run_end end = heaplens__heap_runs_measure(
        &c->heap, c->plan->words, c->plan->output, &lots, &usage, &version);
    return check_run(c, version, end, &usage);
}

int heaplens__comparing_record(heaplens_comparing *c)
{
    return c->bench.count > 0 ? measure_memory(c) : measure_heap(c);
}

// The timed figures of a run that has just ended.
static int read_figures(heaplens_comparing *c, size_t version, const heaplens_run_usage *usage)
{
    if (c->bench.count == 0) {
        c->measured[HEAPLENS_USAGE_WALL] = usage->wall_s;
        c->measured[HEAPLENS_USAGE_CPU] = usage->cpu_s;
        c->measured[HEAPLENS_USAGE_RSS] = usage->rss_bytes;
        return EXIT_CODE_OK;
    }
    heaplens_bench_report report = {0};
    int code = read_report(c, version, &report);
    if (code == EXIT_CODE_OK && !heaplens__bench_times(&c->bench, &report, c->measured)) {
        heaplens__complain("%s did not measure all of its benchmarks again", versions[version]);
        code = EXIT_CODE_BROKEN;
    }
    heaplens__bench_report_deinit(&report);
    return code;
}

int heaplens__comparing_run_block(heaplens_comparing *c)
{
    size_t runs[2] = {0, 0};
    const heaplens_trial_order order = heaplens__trial_order(c->trial);
    for (size_t i = 0; i < (size_t)2 * HEAPLENS_TRIAL_RUNS; i++) {
        const size_t version = order.is_head[i] ? 1 : 0;
        heaplens_run_usage usage;
        int code = run_once(c, version, timing_options, &usage);
        code = code == EXIT_CODE_OK ? read_figures(c, version, &usage) : code;
        if (code != EXIT_CODE_OK) {
            return code;
        }
        for (size_t f = 0; f < c->timed_count; f++) {
            c->blocks[version][f * HEAPLENS_TRIAL_RUNS + runs[version]] = c->measured[f];
        }
        runs[version]++;
    }
    heaplens__trial_add(c->trial, c->blocks[0], c->blocks[1]);
    return EXIT_CODE_OK;
}

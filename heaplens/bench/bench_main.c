// SPDX-License-Identifier: MIT
// heaplens_bench_main(): what a program of benchmarks does, in order.
#define _GNU_SOURCE
#include <heaplens/bench.h>

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/bench_change.h"
#include "bench/bench_files.h"
#include "bench/bench_options.h"
#include "bench/bench_page.h"
#include "bench/bench_table.h"
#include "bench/case_list.h"
#include "bench/machine.h"
#include "bench/memory_pass.h"
#include "bench/report_json.h"
#include "bench/report_read.h"
#include "bench/rerun.h"
#include "bench/time_pass.h"
#include "bench/timing.h"
#include "bench/weak_recorder.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_REGRESSION = 3, PATH_CAP = 4096 };

/** One run, from the command line to the exit status. */
typedef struct bench_run {
    const heaplens_bench_program *program;
    heaplens_bench_options options;
    heaplens_case_list list;
    heaplens_bench_report report;
    heaplens_bench_report base;
    bool shows_progress;
    size_t at;  // the case that is measured
    heaplens_rerun_task task;
} bench_run;

__attribute__((format(printf, 2, 3))) static int complain(const bench_run *run, const char *format,
                                                          ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fprintf(run->program->errors, "%s: ", run->report.program);
    (void)vfprintf(run->program->errors, format, arguments);
    (void)fprintf(run->program->errors, "\n");
    va_end(arguments);
    return EXIT_FAILED;
}

static void show_progress(const bench_run *run, const char *what, double share)
{
    if (run->shows_progress) {
        (void)fprintf(run->program->errors, "\r\033[K[%zu/%zu] %s: %s %.0f %%", run->at + 1,
                      run->list.count, run->list.cases[run->at].id, what, 100 * fmin(share, 1));
        (void)fflush(run->program->errors);
    }
}

static void watch_timing(void *context, const char *what, double share)
{
    show_progress(context, what, share);
}

static void clear_progress(const bench_run *run)
{
    if (run->shows_progress) {
        (void)fprintf(run->program->errors, "\r\033[K");
        (void)fflush(run->program->errors);
    }
}

static char *copy_text(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

static bool prepare_case(heaplens_case_result *result, const heaplens_case *item)
{
    *result = (heaplens_case_result){.has_size = item->has_size, .size = item->size};
    result->id = strdup(item->id);
    result->name = strdup(item->benchmark->name);
    result->group = copy_text(item->benchmark->group);
    return result->id != NULL && result->name != NULL &&
           (result->group != NULL || item->benchmark->group == NULL);
}

static heaplens_status prepare(bench_run *run)
{
    heaplens_bench_report *const report = &run->report;
    const time_t now = time(NULL);
    report->started_unix_s = now > 0 ? (uint64_t)now : 0;
    report->settings = run->options.settings;
    report->machine = heaplens__machine_read();
    report->cases = calloc(run->list.count + 1, sizeof *report->cases);
    if (report->cases == NULL) {
        return HEAPLENS_ENOMEM;
    }
    for (size_t i = 0; i < run->list.count; i++) {
        report->case_count = i + 1;
        if (!prepare_case(&report->cases[i], &run->list.cases[i])) {
            return HEAPLENS_ENOMEM;
        }
    }
    return HEAPLENS_OK;
}

static heaplens_time_options time_options(bench_run *run)
{
    return (heaplens_time_options){
        .timing = {.settings = &run->report.settings, .watch = watch_timing, .context = run},
        .no_hardware = run->options.no_hardware,
    };
}

// All times before all estimates: nothing else is done between cases.
static heaplens_status measure(bench_run *run)
{
    const heaplens_time_options options = time_options(run);
    heaplens__timing_overhead(&run->report.sample_overhead_ns, &run->report.iteration_overhead_ns);
    for (run->at = 0; run->at < run->list.count; run->at++) {
        if (run->options.is_in_process) {
            heaplens__time_pass_here(&run->list, &run->report, run->at, &options);
        } else {
            heaplens__time_pass_run(run->program, &run->list, &run->report, run->at, &options);
        }
    }
    heaplens_status status = HEAPLENS_OK;
    for (run->at = 0; run->at < run->list.count && status == HEAPLENS_OK; run->at++) {
        show_progress(run, "estimating", 1);
        status = heaplens__case_estimate(&run->report.cases[run->at], &run->report.settings);
    }
    clear_progress(run);
    return status;
}

// In a process that was started for it.
static int serve_time(bench_run *run, const heaplens_rerun_task *task)
{
    const heaplens_time_options options = time_options(run);
    if (task->number >= run->list.count) {
        return EXIT_FAILED;
    }
    run->at = task->number;
    heaplens__time_pass_here(&run->list, &run->report, task->number, &options);
    return heaplens__leave_report(&run->report, task->folder) ? EXIT_DONE : EXIT_FAILED;
}

static void measure_memory(bench_run *run)
{
    if (run->options.no_memory) {
        run->report.memory_reason = strdup("--no-memory was given");
        return;
    }
    if (run->shows_progress) {
        (void)fprintf(run->program->errors, "\r\033[Kmeasuring memory");
        (void)fflush(run->program->errors);
    }
    heaplens__memory_pass_run(run->program, &run->report);
    clear_progress(run);
}

// Before anything is measured: a baseline that cannot be used is found out about at once.
static int read_base(bench_run *run)
{
    const heaplens_bench_options *const options = &run->options;
    heaplens_bench_report *const report = &run->report;
    char path[PATH_CAP];
    heaplens_bench_failure failure = {{0}};
    if (options->baseline == NULL) {
        return EXIT_DONE;
    }
    if (!heaplens__bench_baseline_path(options->folder, options->baseline, report->program, path,
                                       sizeof path)) {
        return complain(run, "%.80s is no name of a baseline", options->baseline);
    }
    const heaplens_status status = heaplens__report_read(&run->base, path, &failure);
    if (status != HEAPLENS_OK) {
        return status == HEAPLENS_ENOINPUT
                   ? complain(run, "no baseline %s; each program keeps its own, by --save-baseline",
                              path)
                   : complain(run, "baseline %s: %s", path, failure.text);
    }
    const bool is_foreign = strcmp(run->base.machine.fingerprint, report->machine.fingerprint) != 0;
    if (is_foreign && !options->may_be_foreign) {
        return complain(run,
                        "baseline %s was measured on another machine (%s, %u processors; here %s, "
                        "%u); --accept-foreign takes it all the same",
                        path, run->base.machine.processor, run->base.machine.processors,
                        report->machine.processor, report->machine.processors);
    }
    report->has_base = true;
    report->base.name = strdup(options->baseline);
    report->base.path = strdup(path);
    report->base.is_foreign = is_foreign;
    report->base.report = &run->base;
    (void)snprintf(report->base.fingerprint, sizeof report->base.fingerprint, "%.16s",
                   run->base.machine.fingerprint);
    return EXIT_DONE;
}

static heaplens_status compare(bench_run *run)
{
    heaplens_status status = HEAPLENS_OK;
    // Its block lengths are needed.
    for (size_t i = 0; i < run->base.case_count && status == HEAPLENS_OK; i++) {
        status = heaplens__case_estimate(&run->base.cases[i], &run->base.settings);
    }
    return status == HEAPLENS_OK ? heaplens__report_compare(&run->report, &run->base) : status;
}

static int write_one(bench_run *run, const char *path, heaplens_write_report *write_report)
{
    heaplens_bench_failure failure = {{0}};
    if (path == NULL) {
        return EXIT_DONE;
    }
    const heaplens_status status =
        heaplens__bench_file_write(path, run->program->out, write_report, &run->report, &failure);
    return status == HEAPLENS_OK ? EXIT_DONE : complain(run, "%s", failure.text);
}

static bool is_for_people(const bench_run *run)
{
    const heaplens_bench_options *const options = &run->options;
    const char *const paths[] = {options->json, options->markdown, options->html};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        if (paths[i] != NULL && strcmp(paths[i], "-") == 0) {
            return false;  // standard output is somebody else's
        }
    }
    return true;
}

static bool has_color(FILE *file)
{
    const char *const no_color = getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): one thread
    return isatty(fileno(file)) != 0 && (no_color == NULL || no_color[0] == '\0');
}

static int write_reports(bench_run *run)
{
    const heaplens_bench_options *const options = &run->options;
    if (is_for_people(run)) {
        const heaplens_table_options table = {
            .has_color = has_color(run->program->out),
            .is_verbose = options->is_verbose,
            .base = run->report.has_base ? &run->base : NULL,
        };
        heaplens__bench_table_write(run->program->out, &run->report, &table);
        if (fflush(run->program->out) != 0) {
            return complain(run, "standard output: %s", strerrordesc_np(errno));
        }
    }
    // What `heaplens compare` asks for, beside all that the command line does.
    int code = write_one(run, secure_getenv("HEAPLENS_BENCH_JSON"), heaplens__report_write_json);
    code = code != EXIT_DONE ? code : write_one(run, options->json, heaplens__report_write_json);
    code = code != EXIT_DONE ? code
                             : write_one(run, options->markdown, heaplens__bench_markdown_write);
    if (code == EXIT_DONE && options->html != NULL) {
        code = write_one(run, options->html, heaplens__bench_page_write);
    }
    return code;
}

static int save_base(bench_run *run)
{
    const heaplens_bench_options *const options = &run->options;
    char path[PATH_CAP];
    heaplens_bench_failure failure = {{0}};
    if (options->save_baseline == NULL) {
        return EXIT_DONE;
    }
    if (!heaplens__bench_baseline_path(options->folder, options->save_baseline, run->report.program,
                                       path, sizeof path)) {
        return complain(run, "%.80s is no name of a baseline", options->save_baseline);
    }
    const heaplens_status status = heaplens__bench_baseline_save(path, &run->report, &failure);
    return status == HEAPLENS_OK ? EXIT_DONE : complain(run, "baseline %s", failure.text);
}

static bool has_failure(const heaplens_bench_report *report)
{
    for (size_t i = 0; i < report->case_count; i++) {
        if (report->cases[i].status == HEAPLENS_CASE_FAILED) {
            return true;
        }
    }
    return false;
}

static int measure_and_report(bench_run *run)
{
    measure_memory(run);
    heaplens_status status = measure(run);
    if (status == HEAPLENS_OK && run->report.has_base) {
        status = compare(run);
    }
    if (status != HEAPLENS_OK) {
        return complain(run, "%s", heaplens_status_text(status));
    }
    int code = write_reports(run);
    code = code != EXIT_DONE ? code : save_base(run);
    if (code != EXIT_DONE || has_failure(&run->report)) {
        return EXIT_FAILED;
    }
    const bool is_regression =
        run->options.fails_on_regression && heaplens__report_has_regressed(&run->report);
    return is_regression ? EXIT_REGRESSION : EXIT_DONE;
}

static int measure_all(bench_run *run)
{
    const heaplens_status status = prepare(run);
    if (status != HEAPLENS_OK) {
        return complain(run, "%s", heaplens_status_text(status));
    }
    if (run->task.is_child && run->task.is_memory) {
        return heaplens__memory_pass_serve(&run->list, &run->report, run->task.folder);
    }
    heaplens__weak_recorder_stand_by();  // where somebody records this process: time is taken
    if (run->task.is_child) {
        return serve_time(run, &run->task);
    }
    if (run->list.count == 0) {
        return complain(run, "no benchmark has such a name; --list prints them");
    }
    const int code = read_base(run);
    return code == EXIT_DONE ? measure_and_report(run) : code;
}

static int act(bench_run *run)
{
    const heaplens_bench_options *const options = &run->options;
    switch (options->action) {
    case HEAPLENS_BENCH_WRONG:
        (void)complain(run, "%s; --help prints the options", options->fault);
        return EXIT_USAGE;
    case HEAPLENS_BENCH_HELP:
        (void)fprintf(run->program->out, "%s", heaplens__bench_help);
        return EXIT_DONE;
    case HEAPLENS_BENCH_VERSION:
        (void)fprintf(run->program->out, "heaplens-bench %s\n", HEAPLENS_VERSION);
        return EXIT_DONE;
    case HEAPLENS_BENCH_LIST:
        for (size_t i = 0; i < run->list.count; i++) {
            (void)fprintf(run->program->out, "%s\n", run->list.cases[i].id);
        }
        return EXIT_DONE;
    case HEAPLENS_BENCH_MEASURE: return measure_all(run);
    }
    return EXIT_USAGE;
}

static char *program_name(const heaplens_bench_program *program)
{
    const char *const path = program->argc > 0 ? program->argv[0] : "benchmarks";
    const char *const slash = strrchr(path, '/');
    return strdup(slash == NULL ? path : slash + 1);
}

int heaplens_bench_main(const heaplens_bench_program *program)
{
    bench_run run = {.program = program, .task = heaplens__rerun_task()};
    run.report.program = program_name(program);
    // getopt_long() sorts argv, and the memory pass is to have it as it was: as it is sorted, it
    // means the same.
    run.options = heaplens__bench_options_read(program->argc, program->argv,
                                               secure_getenv("HEAPLENS_BENCH_OPTIONS"));
    run.shows_progress = isatty(fileno(program->errors)) != 0;
    const heaplens_status status =
        heaplens__case_list_make(&run.list, program->benchmarks, program->count,
                                 run.options.filters, run.options.filter_count);
    int code = EXIT_FAILED;
    if (run.report.program == NULL || status == HEAPLENS_ENOMEM) {
        (void)fprintf(program->errors, "%s\n", heaplens_status_text(HEAPLENS_ENOMEM));
    } else if (status != HEAPLENS_OK && run.options.action != HEAPLENS_BENCH_WRONG) {
        (void)complain(&run, "%s", run.list.fault);
        code = EXIT_USAGE;
    } else {
        code = act(&run);
    }
    heaplens__bench_report_deinit(&run.report);
    heaplens__bench_report_deinit(&run.base);
    heaplens__case_list_deinit(&run.list);
    return code;
}

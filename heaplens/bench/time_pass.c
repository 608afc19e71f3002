// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/time_pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "bench/hardware.h"
#include "bench/report_read.h"
#include "bench/rerun.h"

// About 50 ms of iterations, after the time is known.
static uint64_t hardware_iterations(const heaplens_case_result *result)
{
    const double each = (double)result->warm_up_ns / (double)result->warm_up_iterations;
    const double wanted = 50e6 / fmax(each, 1e-3);
    return wanted < 1 ? 1 : (uint64_t)fmin(wanted, 1e9);
}

void heaplens__time_pass_here(const heaplens_case_list *list, heaplens_bench_report *report,
                              size_t number, const heaplens_time_options *options)
{
    heaplens_case_result *const result = &report->cases[number];
    heaplens__timing_measure(&list->cases[number], result, &options->timing);
    if (options->no_hardware || result->status != HEAPLENS_CASE_MEASURED) {
        return;
    }
    const int error =
        heaplens__hardware_measure(&list->cases[number], result, heaplens__hardware_events,
                                   heaplens__hardware_event_count, hardware_iterations(result));
    if (error != 0 && report->hardware_reason == NULL) {
        report->hardware_reason = strdup(heaplens__hardware_reason(error));
    }
}

// What was measured moves; what the case is called, and its memory, stay.
static void take_time(heaplens_case_result *into, heaplens_case_result *from)
{
    const heaplens_case_result named = *into;
    *into = *from;
    *from = (heaplens_case_result){.id = into->id, .name = into->name, .group = into->group};
    into->id = named.id;
    into->name = named.name;
    into->group = named.group;
    into->has_size = named.has_size;
    into->size = named.size;
    into->memory = named.memory;
}

static void take_report(heaplens_bench_report *report, size_t number, const char *folder,
                        int status)
{
    heaplens_case_result *const result = &report->cases[number];
    heaplens_bench_report found;
    heaplens_bench_failure failure = {{0}};
    char path[HEAPLENS_RERUN_PATH];
    heaplens__rerun_file(folder, HEAPLENS_RERUN_FIGURES, path);
    const heaplens_status read = heaplens__report_read(&found, path, &failure);
    if (WIFSIGNALED(status)) {
        heaplens__running_fail(result, "its process ended with signal %d", WTERMSIG(status));
    } else if (read != HEAPLENS_OK || number >= found.case_count ||
               strcmp(found.cases[number].id, result->id) != 0) {
        heaplens__running_fail(result, "its process gave no figures (exit status %d) %s",
                               WIFEXITED(status) ? WEXITSTATUS(status) : -1, failure.text);
    } else {
        take_time(result, &found.cases[number]);
        if (found.hardware_reason != NULL && report->hardware_reason == NULL) {
            report->hardware_reason = strdup(found.hardware_reason);
        }
    }
    if (read == HEAPLENS_OK) {
        heaplens__bench_report_deinit(&found);
    }
}

void heaplens__time_pass_run(const heaplens_bench_program *program, const heaplens_case_list *list,
                             heaplens_bench_report *report, size_t number,
                             const heaplens_time_options *options)
{
    heaplens_rerun_task task = {.number = number};
    if (!heaplens__rerun_folder_make(task.folder)) {
        heaplens__time_pass_here(list, report, number, options);
        return;
    }
    const int status = heaplens__rerun(program->argv, &task, NULL);
    if (status == -1) {
        heaplens__time_pass_here(list, report, number, options);
    } else {
        take_report(report, number, task.folder, status);
    }
    heaplens__rerun_folder_remove(task.folder);
}

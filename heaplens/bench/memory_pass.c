// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/memory_pass.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/memory_meter.h"
#include "bench/memory_sites.h"
#include "bench/report_json.h"
#include "bench/report_read.h"
#include "bench/rerun.h"
#include "bench/weak_recorder.h"

__attribute__((format(printf, 2, 3))) static void give_reason(heaplens_bench_report *report,
                                                              const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    free(report->memory_reason);
    if (vasprintf(&report->memory_reason, format, arguments) < 0) {
        report->memory_reason = NULL;
    }
    va_end(arguments);
}

bool heaplens__leave_report(const heaplens_bench_report *report, const char *folder)
{
    char path[HEAPLENS_RERUN_PATH];
    char beside[HEAPLENS_RERUN_PATH];
    heaplens__rerun_file(folder, HEAPLENS_RERUN_FIGURES, path);
    heaplens__rerun_file(folder, HEAPLENS_RERUN_FIGURES ".part", beside);
    FILE *const file = fopen(beside, "we");
    if (file == NULL) {
        return false;
    }
    heaplens__report_write_json(file, report);
    const bool is_written = ferror(file) == 0;
    return fclose(file) == 0 && is_written && rename(beside, path) == 0;
}

int heaplens__memory_pass_serve(const heaplens_case_list *list, heaplens_bench_report *report,
                                const char *folder)
{
    char store[HEAPLENS_RERUN_PATH];
    heaplens__rerun_file(folder, HEAPLENS_RERUN_STORE, store);
    const char *const reason = heaplens__weak_recorder_start(store);
    if (reason != NULL) {
        give_reason(report, "%s", reason);
        return heaplens__leave_report(report, folder) ? 0 : 1;
    }
    const uint64_t budget_ns = report->settings.measurement_ns / 10;
    const size_t count = report->case_count;
    for (size_t i = 0; i < count; i++) {
        heaplens__memory_meter_measure(&list->cases[i], &report->cases[i], i, budget_ns);
        report->case_count = i + 1;
        if (!heaplens__leave_report(report, folder)) {  // every time: a crash loses one case
            return 1;
        }
    }
    return heaplens__weak_recorder_finish(store) == NULL ? 0 : 1;
}

// An address in this library.
static const char anchor;

// The recorder lies beside this library, installed and in the build tree alike.
static bool find_recorder(char *path)
{
    const char *const named = secure_getenv("HEAPLENS_LIBRARY");
    if (named != NULL && named[0] != '\0') {
        (void)snprintf(path, HEAPLENS_RERUN_PATH, "%s", named);
        return access(path, R_OK) == 0;
    }
    Dl_info info;
    if (dladdr(&anchor, &info) == 0 || info.dli_fname == NULL) {
        return false;
    }
    char *const real = realpath(info.dli_fname, NULL);
    char *const slash = real == NULL ? NULL : strrchr(real, '/');
    const int length = slash == NULL ? -1
                                     : snprintf(path, HEAPLENS_RERUN_PATH, "%.*s/libheaplens.so",
                                                (int)(slash - real), real);
    free(real);
    return length > 0 && length < HEAPLENS_RERUN_PATH && access(path, R_OK) == 0;
}

static bool has_sanitizer(void)
{
    return dlsym(RTLD_DEFAULT, "__asan_init") != NULL || dlsym(RTLD_DEFAULT, "__tsan_init") != NULL;
}

// The child lists the same cases in the same order; it may have got through some of them only.
static void take_cases(heaplens_bench_report *report, heaplens_bench_report *found)
{
    for (size_t i = 0; i < found->case_count && i < report->case_count; i++) {
        if (strcmp(found->cases[i].id, report->cases[i].id) != 0) {
            break;
        }
        if (found->cases[i].status == HEAPLENS_CASE_FAILED && report->memory_reason == NULL) {
            give_reason(report, "%s: %s", found->cases[i].id,
                        found->cases[i].message != NULL ? found->cases[i].message : "failed");
        }
        report->cases[i].memory = found->cases[i].memory;
        found->cases[i].memory = (heaplens_memory){0};
    }
}

static void take_figures(heaplens_bench_report *report, const char *folder, int status)
{
    char path[HEAPLENS_RERUN_PATH];
    heaplens_bench_report found;
    heaplens_bench_failure failure = {{0}};
    heaplens__rerun_file(folder, HEAPLENS_RERUN_FIGURES, path);
    const heaplens_status read = heaplens__report_read(&found, path, &failure);
    if (WIFSIGNALED(status)) {
        give_reason(report, "the process that measures it ended with signal %d", WTERMSIG(status));
    } else if (read != HEAPLENS_OK) {
        give_reason(report, "the process that measures it gave no figures (exit status %d)",
                    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    if (read != HEAPLENS_OK) {
        return;
    }
    if (found.memory_reason != NULL) {
        give_reason(report, "%s", found.memory_reason);
    }
    heaplens__rerun_file(folder, HEAPLENS_RERUN_STORE, path);
    (void)!heaplens__memory_sites_read(path, &found);  // figures without sites are figures
    take_cases(report, &found);
    heaplens__bench_report_deinit(&found);
}

void heaplens__memory_pass_run(const heaplens_bench_program *program, heaplens_bench_report *report)
{
    char recorder[HEAPLENS_RERUN_PATH];
    heaplens_rerun_task task = {.is_memory = true};
    if (has_sanitizer()) {
        give_reason(report, "the program has a sanitizer, which is an allocator of its own");
    } else if (!find_recorder(recorder)) {
        give_reason(report, "no libheaplens.so beside libheaplens-bench.so; HEAPLENS_LIBRARY can "
                            "name it");
    } else if (!heaplens__rerun_folder_make(task.folder)) {
        give_reason(report, "no temporary folder for it: %s", strerrordesc_np(errno));
    } else {
        const int status = heaplens__rerun(program->argv, &task, recorder);
        if (status == -1) {
            give_reason(report, "the program cannot be started again: %s", strerrordesc_np(errno));
        } else {
            take_figures(report, task.folder, status);
        }
        heaplens__rerun_folder_remove(task.folder);
    }
}

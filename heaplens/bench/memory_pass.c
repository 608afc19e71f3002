// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/memory_pass.h"

#include <dlfcn.h>
#include <errno.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/memory_meter.h"
#include "bench/memory_sites.h"
#include "bench/report_json.h"
#include "bench/report_read.h"
#include "bench/weak_recorder.h"

enum { PATH_CAP = 4096 };

#define FOLDER_VARIABLE "HEAPLENS_BENCH_MEMORY"

const char *heaplens__memory_pass_folder(void)
{
    return secure_getenv(FOLDER_VARIABLE);
}

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

static void file_in(const char *folder, const char *name, char *path)
{
    const int length = snprintf(path, PATH_CAP, "%s/%s", folder, name);
    if (length < 0 || length >= PATH_CAP) {
        path[0] = '\0';  // which no file is called
    }
}

// After every case, so that a crash loses one.
static bool write_figures(const heaplens_bench_report *report, const char *folder)
{
    char path[PATH_CAP];
    char beside[PATH_CAP];
    file_in(folder, "figures.json", path);
    file_in(folder, "figures.part", beside);
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
    char store[PATH_CAP];
    file_in(folder, "memory.store", store);
    const char *const reason = heaplens__weak_recorder_start(store);
    if (reason != NULL) {
        give_reason(report, "%s", reason);
        return write_figures(report, folder) ? 0 : 1;
    }
    const uint64_t budget_ns = report->settings.measurement_ns / 10;
    const size_t count = report->case_count;
    for (size_t i = 0; i < count; i++) {
        heaplens__memory_meter_measure(&list->cases[i], &report->cases[i], i, budget_ns);
        report->case_count = i + 1;
        if (!write_figures(report, folder)) {
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
        (void)snprintf(path, PATH_CAP, "%s", named);
        return access(path, R_OK) == 0;
    }
    Dl_info info;
    if (dladdr(&anchor, &info) == 0 || info.dli_fname == NULL) {
        return false;
    }
    char *const real = realpath(info.dli_fname, NULL);
    char *const slash = real == NULL ? NULL : strrchr(real, '/');
    const int length =
        slash == NULL ? -1
                      : snprintf(path, PATH_CAP, "%.*s/libheaplens.so", (int)(slash - real), real);
    free(real);
    return length > 0 && length < PATH_CAP && access(path, R_OK) == 0;
}

static bool has_sanitizer(void)
{
    return dlsym(RTLD_DEFAULT, "__asan_init") != NULL || dlsym(RTLD_DEFAULT, "__tsan_init") != NULL;
}

// The environment of the child: this one's, with the recorder and the folder. Owned with its new
// entries, which are the first two.
static char **make_environment(const char *recorder, const char *folder)
{
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    char **const made = calloc(count + 3, sizeof *made);
    const char *const others = getenv("LD_PRELOAD");  // NOLINT(concurrency-mt-unsafe): one thread
    const bool has_others = others != NULL && others[0] != '\0';
    if (made == NULL ||
        asprintf(&made[0], "LD_PRELOAD=%s%s%s", recorder, has_others ? ":" : "",
                 has_others ? others : "") < 0 ||
        asprintf(&made[1], FOLDER_VARIABLE "=%s", folder) < 0) {
        free(made);
        return NULL;
    }
    size_t at = 2;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(environ[i], "LD_PRELOAD=", 11) != 0) {
            made[at] = environ[i];
            at++;
        }
    }
    return made;
}

// Runs the program again; its exit status as waitpid() has it, or -1 with errno.
static int run_again(char **argv, char **environment)
{
    char self[PATH_CAP];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0) {
        return -1;
    }
    self[length] = '\0';
    posix_spawn_file_actions_t actions;
    errno = posix_spawn_file_actions_init(&actions);
    if (errno != 0) {
        return -1;
    }
    // What the benchmarks print, they print in the measurement of time.
    (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
    (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
    pid_t pid = 0;
    errno = posix_spawn(&pid, self, &actions, NULL, argv, environment);
    const int error = errno;
    (void)posix_spawn_file_actions_destroy(&actions);
    errno = error;
    int status = -1;
    while (error == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return error == 0 ? status : -1;
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
    char path[PATH_CAP];
    heaplens_bench_report found;
    heaplens_bench_failure failure = {{0}};
    file_in(folder, "figures.json", path);
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
    file_in(folder, "memory.store", path);
    (void)!heaplens__memory_sites_read(path, &found);  // figures without sites are figures
    take_cases(report, &found);
    heaplens__bench_report_deinit(&found);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"figures.json", "figures.part", "memory.store"};
    char path[PATH_CAP];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        file_in(folder, names[i], path);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void run_in(const heaplens_bench_program *program, heaplens_bench_report *report,
                   const char *recorder, const char *folder)
{
    char **const environment = make_environment(recorder, folder);
    if (environment == NULL) {
        give_reason(report, "%s", heaplens_status_text(HEAPLENS_ENOMEM));
        return;
    }
    const int status = run_again(program->argv, environment);
    if (status == -1) {
        give_reason(report, "the program cannot be started again: %s", strerrordesc_np(errno));
    } else {
        take_figures(report, folder, status);
    }
    free(environment[0]);
    free(environment[1]);
    free(environment);
}

heaplens_status heaplens__memory_pass_run(const heaplens_bench_program *program,
                                          heaplens_bench_report *report)
{
    char recorder[PATH_CAP];
    if (has_sanitizer()) {
        give_reason(report, "the program has a sanitizer, which is an allocator of its own");
        return HEAPLENS_OK;
    }
    if (!find_recorder(recorder)) {
        give_reason(report, "no libheaplens.so beside libheaplens-bench.so; HEAPLENS_LIBRARY can "
                            "name it");
        return HEAPLENS_OK;
    }
    const char *const temporary = secure_getenv("TMPDIR");
    char folder[PATH_CAP];
    const int length = snprintf(folder, sizeof folder, "%s/heaplens-bench.XXXXXX",
                                temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
    if (length < 0 || (size_t)length >= sizeof folder - 32 || mkdtemp(folder) == NULL) {
        give_reason(report, "no folder for it in %.200s: %s",
                    temporary != NULL ? temporary : "/tmp", strerrordesc_np(errno));
        return HEAPLENS_OK;
    }
    run_in(program, report, recorder, folder);
    remove_folder(folder);
    return HEAPLENS_OK;
}

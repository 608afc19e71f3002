// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/rerun.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// "memory:FOLDER" or "NUMBER:FOLDER".
#define VARIABLE "HEAPLENS_BENCH_TASK"

heaplens_rerun_task heaplens__rerun_task(void)
{
    heaplens_rerun_task task = {.is_child = false};
    const char *const text = secure_getenv(VARIABLE);
    const char *const colon = text == NULL ? NULL : strchr(text, ':');
    if (colon == NULL) {
        return task;
    }
    task.is_child = true;
    task.is_memory = strncmp(text, "memory:", 7) == 0;
    task.number = task.is_memory ? 0 : strtoul(text, NULL, 10);
    (void)snprintf(task.folder, sizeof task.folder, "%s", colon + 1);
    (void)unsetenv(VARIABLE);  // NOLINT(concurrency-mt-unsafe): one thread
    return task;
}

bool heaplens__rerun_folder_make(char *folder)
{
    const char *const temporary = secure_getenv("TMPDIR");
    const int length = snprintf(folder, HEAPLENS_RERUN_PATH, "%s/heaplens-bench.XXXXXX",
                                temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
    if (length < 0 || length >= HEAPLENS_RERUN_PATH - 32) {
        errno = ENAMETOOLONG;
        return false;
    }
    return mkdtemp(folder) != NULL;
}

void heaplens__rerun_file(const char *folder, const char *name, char *path)
{
    const int length = snprintf(path, HEAPLENS_RERUN_PATH, "%s/%s", folder, name);
    if (length < 0 || length >= HEAPLENS_RERUN_PATH) {
        path[0] = '\0';  // which no file is called
    }
}

void heaplens__rerun_folder_remove(const char *folder)
{
    static const char *const names[] = {HEAPLENS_RERUN_FIGURES, HEAPLENS_RERUN_FIGURES ".part",
                                        HEAPLENS_RERUN_STORE};
    char path[HEAPLENS_RERUN_PATH];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        heaplens__rerun_file(folder, names[i], path);
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static char *make_task(const heaplens_rerun_task *task)
{
    char *text = NULL;
    const int length = task->is_memory
                           ? asprintf(&text, VARIABLE "=memory:%s", task->folder)
                           : asprintf(&text, VARIABLE "=%zu:%s", task->number, task->folder);
    return length < 0 ? NULL : text;
}

// LD_PRELOAD with the recorder before what is there: a second preloaded library keeps working.
static char *make_preload(const char *recorder)
{
    char *text = NULL;
    const char *const others = getenv("LD_PRELOAD");  // NOLINT(concurrency-mt-unsafe): one thread
    const bool has_others = others != NULL && others[0] != '\0';
    const int length = asprintf(&text, "LD_PRELOAD=%s%s%s", recorder, has_others ? ":" : "",
                                has_others ? others : "");
    return length < 0 ? NULL : text;
}

// This environment with what is new, which comes first and is owned. NULL when memory is out.
static char **make_environment(char *task, char *preload)
{
    size_t count = 0;
    while (environ[count] != NULL) {
        count++;
    }
    char **const made = calloc(count + 3, sizeof *made);
    if (made == NULL) {
        return NULL;
    }
    size_t at = 0;
    made[at++] = task;
    if (preload != NULL) {
        made[at++] = preload;
    }
    for (size_t i = 0; i < count; i++) {
        if (preload == NULL || strncmp(environ[i], "LD_PRELOAD=", 11) != 0) {
            made[at++] = environ[i];
        }
    }
    return made;
}

static int spawn_and_wait(char **argv, char **environment, bool is_silent)
{
    char self[HEAPLENS_RERUN_PATH];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    posix_spawn_file_actions_t actions;
    if (length <= 0 || posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    self[length] = '\0';
    if (is_silent) {
        (void)posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", 1, 0);
        (void)posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
    }
    pid_t pid = 0;
    const int error = posix_spawn(&pid, self, &actions, NULL, argv, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    int status = -1;
    while (error == 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    errno = error != 0 ? error : errno;
    return error == 0 ? status : -1;
}

int heaplens__rerun(char **argv, const heaplens_rerun_task *task, const char *recorder)
{
    char *const text = make_task(task);
    char *const preload = recorder == NULL ? NULL : make_preload(recorder);
    char **const environment = text == NULL || (preload == NULL && recorder != NULL)
                                   ? NULL
                                   : make_environment(text, preload);
    // What the benchmarks print, they print in the measurement of time.
    const int status =
        environment == NULL ? -1 : spawn_and_wait(argv, environment, task->is_memory);
    const int error = environment == NULL ? ENOMEM : errno;
    free(environment);
    free(preload);
    free(text);
    errno = error;
    return status;
}

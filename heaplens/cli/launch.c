// SPDX-License-Identifier: MIT
// Starts the program that is profiled, and waits for it.
#define _GNU_SOURCE

#include "cli/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"

// Written before the handler is installed.
static volatile sig_atomic_t child_pid;

static void pass_on(int number)
{
    const int saved = errno;
    (void)kill((pid_t)child_pid, number);
    errno = saved;
}

// LD_PRELOAD with the recorder before what is there: a second preloaded library keeps working.
static bool set_preload(const char *library)
{
    char *value = NULL;
    const char *const others = getenv("LD_PRELOAD");  // NOLINT(concurrency-mt-unsafe): one thread
    if (others == NULL || others[0] == '\0') {
        return setenv("LD_PRELOAD", library, 1) == 0;  // NOLINT(concurrency-mt-unsafe)
    }
    if (asprintf(&value, "%s:%s", library, others) < 0) {
        return false;
    }
    const bool is_set = setenv("LD_PRELOAD", value, 1) == 0;  // NOLINT(concurrency-mt-unsafe)
    free(value);
    return is_set;
}

static bool set_or_clear(const char *name, const char *value)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    return value == NULL ? unsetenv(name) == 0 : setenv(name, value, 1) == 0;
}

static bool set_environment(const heaplens_launch *launch)
{
    char self[24];
    (void)snprintf(self, sizeof(self), "%ld", (long)getpid());
    return set_preload(launch->library) && set_or_clear("HEAPLENS_SESSION", launch->folder) &&
           set_or_clear("HEAPLENS_MODE", launch->mode != NULL ? launch->mode : "full") &&
           set_or_clear("HEAPLENS_DEPTH", launch->depth) &&
           set_or_clear("HEAPLENS_STORE_BYTES", launch->store_max) &&
           set_or_clear("HEAPLENS_ONLY_PID", launch->is_alone ? self : NULL);
}

// In the child. Only an error of exec comes back, through `report`.
static void become_program(const heaplens_launch *launch, int report)
{
    if (launch->library == NULL || set_environment(launch)) {
        (void)execvp(launch->arguments[0], launch->arguments);
    }
    const int reason = errno;
    (void)!write(report, &reason, sizeof(reason));
    _exit(EXIT_CODE_NOT_FOUND);
}

static void leave_signals_to_child(pid_t pid)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction forward = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    child_pid = pid;
    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGQUIT, &ignore, NULL);
    (void)sigaction(SIGTERM, &forward, NULL);
    (void)sigaction(SIGHUP, &forward, NULL);
}

static int wait_for(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            return EXIT_CODE_IO;
        }
    }
    return WIFSIGNALED(status) ? EXIT_CODE_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

int heaplens__launch(const heaplens_launch *launch, pid_t *pid)
{
    int report[2];
    *pid = 0;
    if (pipe2(report, O_CLOEXEC) != 0) {
        heaplens__complain("no pipe: %s", strerrordesc_np(errno));
        return EXIT_CODE_IO;
    }
    const pid_t child = fork();
    if (child == 0) {
        become_program(launch, report[1]);
    }
    (void)close(report[1]);
    if (child < 0) {
        heaplens__complain("no process: %s", strerrordesc_np(errno));
        (void)close(report[0]);
        return EXIT_CODE_IO;
    }
    leave_signals_to_child(child);

    // The pipe closes when exec succeeds.
    int reason = 0;
    ssize_t got = 0;
    do {
        got = read(report[0], &reason, sizeof(reason));
    } while (got < 0 && errno == EINTR);
    (void)close(report[0]);
    const int code = wait_for(child);
    if (got != (ssize_t)sizeof(reason)) {
        *pid = child;
        return code;
    }
    heaplens__complain("%s: %s", launch->arguments[0], strerrordesc_np(reason));
    return reason == ENOENT || reason == ENOTDIR ? EXIT_CODE_NOT_FOUND : EXIT_CODE_CANNOT_EXECUTE;
}

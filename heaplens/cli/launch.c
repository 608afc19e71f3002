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
#include "cli/library.h"
#include "cli/session_folder.h"

// Signals as this process was started with them, which is how the program is to find them.
typedef struct inherited_signals {
    sigset_t mask;
    struct sigaction child_ended;
} inherited_signals;

// SIGCHLD, and what is passed on: they are blocked and waited for, so that no handler is needed.
static sigset_t awaited_signals(void)
{
    sigset_t awaited;
    (void)sigemptyset(&awaited);
    (void)sigaddset(&awaited, SIGCHLD);
    (void)sigaddset(&awaited, SIGTERM);
    (void)sigaddset(&awaited, SIGHUP);
    return awaited;
}

static void block_signals(inherited_signals *inherited)
{
    // Ignored, it would take the exit status of the program with it.
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    const sigset_t awaited = awaited_signals();
    (void)sigaction(SIGCHLD, &by_default, &inherited->child_ended);
    (void)sigprocmask(SIG_BLOCK, &awaited, &inherited->mask);  // NOLINT(concurrency-mt-unsafe)
}

static void restore_signals(const inherited_signals *inherited)
{
    (void)sigaction(SIGCHLD, &inherited->child_ended, NULL);
    (void)sigprocmask(SIG_SETMASK, &inherited->mask, NULL);  // NOLINT(concurrency-mt-unsafe)
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

bool heaplens__launch_set_environment(const heaplens_launch *launch)
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
    if (launch->library == NULL || heaplens__launch_set_environment(launch)) {
        (void)execvp(launch->arguments[0], launch->arguments);
    }
    const int reason = errno;
    (void)!write(report, &reason, sizeof(reason));
    _exit(EXIT_CODE_NOT_FOUND);
}

// The terminal sends these to the program too, and this process lives on to finish the profile.
static void ignore_terminal_signals(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGINT, &ignore, NULL);
    (void)sigaction(SIGQUIT, &ignore, NULL);
}

// Waits for the program to end, and passes signals on to it meanwhile.
static int wait_for(pid_t pid)
{
    const sigset_t awaited = awaited_signals();
    int status = 0;
    pid_t ended = 0;
    while ((ended = waitpid(pid, &status, WNOHANG)) == 0) {
        const int number = sigwaitinfo(&awaited, NULL);
        if (number == SIGTERM || number == SIGHUP) {
            (void)kill(pid, number);
        }
    }
    if (ended < 0) {
        return EXIT_CODE_IO;
    }
    return WIFSIGNALED(status) ? EXIT_CODE_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

bool heaplens__launch_prepare(char *library, char *folder)
{
    if (!heaplens__find_library(library)) {
        heaplens__complain("no libheaplens.so beside this program; HEAPLENS_LIBRARY can name it");
        return false;
    }
    if (!heaplens__session_folder_make(folder)) {
        heaplens__complain("no folder for the recording: $XDG_RUNTIME_DIR, /dev/shm, $TMPDIR and "
                           "/tmp are not writable");
        return false;
    }
    return true;
}

int heaplens__launch(const heaplens_launch *launch, pid_t *pid)
{
    int report[2];
    *pid = 0;
    if (pipe2(report, O_CLOEXEC) != 0) {
        heaplens__complain("no pipe: %s", strerrordesc_np(errno));
        return EXIT_CODE_IO;
    }
    inherited_signals inherited;
    block_signals(&inherited);
    const pid_t child = fork();
    if (child == 0) {
        restore_signals(&inherited);
        become_program(launch, report[1]);
    }
    (void)close(report[1]);
    if (child < 0) {
        heaplens__complain("no process: %s", strerrordesc_np(errno));
        (void)close(report[0]);
        return EXIT_CODE_IO;
    }
    ignore_terminal_signals();

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

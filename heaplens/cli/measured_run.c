// SPDX-License-Identifier: MIT
// Runs a command in a fresh process and says what it took.
#define _GNU_SOURCE

#include "cli/measured_run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"

// Signals are blocked and waited for, as in launch.c, so that none is missed between two calls.
static sigset_t inherited;  // the mask that this program was started with, and its commands are
static int stopped_by;

static sigset_t awaited_signals(void)
{
    sigset_t awaited;
    (void)sigemptyset(&awaited);
    (void)sigaddset(&awaited, SIGCHLD);
    (void)sigaddset(&awaited, SIGINT);
    (void)sigaddset(&awaited, SIGTERM);
    (void)sigaddset(&awaited, SIGHUP);
    return awaited;
}

void heaplens__run_guard(void)
{
    // Ignored, it would take the exit status of the command with it.
    const struct sigaction by_default = {.sa_handler = SIG_DFL};
    const sigset_t awaited = awaited_signals();
    (void)sigaction(SIGCHLD, &by_default, NULL);
    (void)sigprocmask(SIG_BLOCK, &awaited, &inherited);  // NOLINT(concurrency-mt-unsafe)
}

void heaplens__run_unguard(void)
{
    (void)sigprocmask(SIG_SETMASK, &inherited, NULL);  // NOLINT(concurrency-mt-unsafe)
}

int heaplens__run_stopped_by(void)
{
    return stopped_by;
}

static bool set_padding(size_t bytes)
{
    char *const padding = malloc(bytes + 1);
    if (padding == NULL) {
        return false;
    }
    memset(padding, '_', bytes);
    padding[bytes] = '\0';
    const bool is_set =
        setenv("HEAPLENS_PADDING", padding, 1) == 0;  // NOLINT(concurrency-mt-unsafe)
    free(padding);
    return is_set;
}

static bool set_variable(const char *name, const char *value)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    return value == NULL ? unsetenv(name) == 0 : setenv(name, value, 1) == 0;
}

static bool set_environment(const heaplens_run_request *request)
{
    return set_padding(request->padding) &&
           set_variable("HEAPLENS_BENCH_JSON", request->bench_file) &&
           set_variable("HEAPLENS_BENCH_OPTIONS", request->bench_options) &&
           (request->recorder == NULL || heaplens__launch_set_environment(request->recorder));
}

static bool redirect(int output)
{
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 && dup2(output, STDOUT_FILENO) >= 0 &&
           dup2(output, STDERR_FILENO) >= 0;
}

// In the child. Only an error of exec comes back, through `report`.
static void become_program(const heaplens_run_request *request, int report)
{
    (void)sigprocmask(SIG_SETMASK, &inherited, NULL);  // NOLINT(concurrency-mt-unsafe)
    if (set_environment(request) && redirect(request->output)) {
        (void)execvp(request->words[0], request->words);
    }
    const int reason = errno;
    (void)!write(report, &reason, sizeof(reason));
    _exit(EXIT_CODE_NOT_FOUND);
}

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

// Waits for the child to end. What stops this program stops the child, too.
static void wait_for(pid_t child, double started_s, heaplens_run_usage *usage)
{
    struct rusage used = {0};
    int status = 0;
    const sigset_t awaited = awaited_signals();
    while (wait4(child, &status, WNOHANG, &used) == 0) {
        const int number = sigwaitinfo(&awaited, NULL);
        if (number > 0 && number != SIGCHLD) {
            stopped_by = number;
            (void)kill(child, number);
        }
    }
    *usage = (heaplens_run_usage){
        .wall_s = now_s() - started_s,
        .cpu_s = seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
        .rss_bytes = 1024 * (double)used.ru_maxrss,
        .code = WIFSIGNALED(status) ? EXIT_CODE_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status),
    };
}

// The errno of a failed exec, from the pipe that a successful one closes; 0: it succeeded.
static int read_reason(int report)
{
    int reason = 0;
    ssize_t got = 0;
    do {
        got = read(report, &reason, sizeof(reason));
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)sizeof(reason) ? reason : 0;
}

heaplens_run_end heaplens__run_measured(const heaplens_run_request *request,
                                        heaplens_run_usage *usage)
{
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) {
        heaplens__complain("no pipe: %s", strerrordesc_np(errno));
        return HEAPLENS_RUN_FAILED;
    }
    const double started_s = now_s();
    const pid_t child = fork();
    if (child == 0) {
        become_program(request, report[1]);
    }
    (void)close(report[1]);
    if (child < 0) {
        heaplens__complain("no process: %s", strerrordesc_np(errno));
        (void)close(report[0]);
        return HEAPLENS_RUN_FAILED;
    }
    const int reason = read_reason(report[0]);
    (void)close(report[0]);
    wait_for(child, started_s, usage);
    if (stopped_by != 0) {
        return HEAPLENS_RUN_STOPPED;
    }
    if (reason != 0) {
        heaplens__complain("%s: %s", request->words[0], strerrordesc_np(reason));
        return HEAPLENS_RUN_FAILED;
    }
    return HEAPLENS_RUN_DONE;
}

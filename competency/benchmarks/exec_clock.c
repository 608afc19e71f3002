// SPDX-License-Identifier: MIT
// From exec to the first byte on standard output, in a program of its own so that nothing of an
// interpreter is timed:
//
//     build/release/competency/benchmarks/exec_clock ROUNDS COMMAND [ARGUMENT...]
//
// One line a round: microseconds until the first byte, until the end, and peak RSS in KiB.
#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_us(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec * 1e-3;
}

// Start the command with `output` as its standard output; -1 if it cannot be started.
static pid_t start(char **command, int output)
{
    posix_spawn_file_actions_t actions;
    pid_t child = -1;
    if (posix_spawn_file_actions_init(&actions) != 0) {
        return -1;
    }
    if (posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) != 0 ||
        posix_spawnp(&child, command[0], &actions, NULL, command, environ) != 0) {
        child = -1;
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return child;
}

// Read to the end; the time of the first byte.
static double drain(int input)
{
    char bytes[4096];
    double first = 0;
    ssize_t count = 0;
    do {
        count = read(input, bytes, sizeof(bytes));
        if (count > 0 && first == 0) {
            first = now_us();
        }
    } while (count > 0 || (count < 0 && errno == EINTR));
    return first;
}

static int run_round(char **command)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    const double start_us = now_us();
    const pid_t child = start(command, ends[1]);
    (void)close(ends[1]);
    const double first_us = drain(ends[0]);
    (void)close(ends[0]);
    int status = -1;
    struct rusage usage = {0};
    if (child < 0 || wait4(child, &status, 0, &usage) != child || status != 0 || first_us == 0) {
        (void)fprintf(stderr, "exec_clock: %s failed\n", command[0]);
        return -1;
    }
    printf("%.0f %.0f %ld\n", first_us - start_us, now_us() - start_us, usage.ru_maxrss);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: exec_clock ROUNDS COMMAND [ARGUMENT...]\n");
        return 2;
    }
    const unsigned long rounds = strtoul(argv[1], NULL, 10);
    for (unsigned long i = 0; i < rounds; i++) {
        if (run_round(argv + 2) != 0) {
            return 1;
        }
    }
    return 0;
}

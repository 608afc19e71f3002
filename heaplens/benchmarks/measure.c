// SPDX-License-Identifier: MIT
// Runs a command and tells what it took: user and system seconds of its whole tree, the peak of the
// resident set of the largest process in it in KiB, and the exit status.
//
//   measure REPORT COMMAND [ARGUMENT]...
//
// It is small on purpose: the kernel counts in the peak of a process what the process that forked it
// had, and a script's interpreter has more than some of the programs that are measured.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fprintf(stderr, "usage: measure REPORT COMMAND [ARGUMENT]...\n");
        return 2;
    }
    const pid_t pid = fork();
    if (pid == 0) {
        (void)execvp(argv[2], argv + 2);
        (void)fprintf(stderr, "measure: %s: %s\n", argv[2], strerror(errno));
        _exit(127);
    }
    int status = 0;
    struct rusage used;
    if (pid < 0 || wait4(pid, &status, 0, &used) != pid) {
        perror("measure");
        return 1;
    }
    FILE *const report = fopen(argv[1], "w");
    if (report == NULL) {
        perror(argv[1]);
        return 1;
    }
    (void)fprintf(report, "%.6f %ld %d\n", seconds_of(used.ru_utime) + seconds_of(used.ru_stime),
                  used.ru_maxrss, status);
    return fclose(report) == 0 ? 0 : 1;
}

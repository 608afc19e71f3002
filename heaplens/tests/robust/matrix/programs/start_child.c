// SPDX-License-Identifier: MIT
// Starts itself again in one of several ways; both generations allocate.
#include "keep.h"

#include <spawn.h>
#include <stdint.h>
#include <sys/wait.h>

NOT_INLINED static void allocate_in_first(void)
{
    (void)keep(malloc(100));
    (void)keep(malloc(100));
}

NOT_INLINED static void allocate_in_second(void)
{
    for (int i = 0; i < 4; i++) {
        (void)keep(calloc(5, 10));
    }
}

static int start(const char *how, char **argv, char **environment)
{
    char *again[] = {argv[0], argv[1], (char[]){"second"}, NULL};
    pid_t child = 0;
    int status = 0;
    if (strcmp(how, "exec") == 0) {
        return execve(argv[0], again, environment);
    }
    if (strcmp(how, "posix_spawn") == 0) {
        if (posix_spawn(&child, argv[0], NULL, NULL, again, environment) != 0) {
            return 1;
        }
    } else {
        child = vfork();
        if (child == 0) {
            (void)execve(argv[0], again, environment);
            _exit(1);
        }
    }
    allocate_in_first();
    return waitpid(child, &status, 0) == child ? WEXITSTATUS(status) : 1;
}

int main(int argc, char **argv, char **environment)
{
    if (argc == 3) {
        allocate_in_second();
        say("second\n");
        return 5;
    }
    say("first\n");
    allocate_in_first();
    return argc == 2 ? start(argv[1], argv, environment) : 1;
}

// SPDX-License-Identifier: MIT
// The parent keeps 3 blocks of 1000; the child frees one that it inherited and keeps 5 of 200.
#include "keep.h"

#include <sys/wait.h>

static void *inherited;

NOT_INLINED static void allocate_in_parent(void)
{
    for (int i = 0; i < 3; i++) {
        inherited = keep(malloc(1000));
    }
}

NOT_INLINED static void allocate_in_child(void)
{
    free(inherited);
    for (int i = 0; i < 5; i++) {
        (void)keep(malloc(200));
    }
}

// "raw" forks without the C library's fork handlers.
int main(int argc, char **argv)
{
    (void)argv;
    allocate_in_parent();
    const pid_t child = argc > 1 ? _Fork() : fork();
    if (child == 0) {
        allocate_in_child();
        say("child\n");
        return 7;
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child || WEXITSTATUS(status) != 7) {
        return 1;
    }
    allocate_in_parent();
    say("parent\n");
    return 0;
}

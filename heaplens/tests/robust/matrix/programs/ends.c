// SPDX-License-Identifier: MIT
// Keeps 3 blocks of 1000 and ends as its argument says.
#include "keep.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

NOT_INLINED static void keep_three(void)
{
    for (int i = 0; i < 3; i++) {
        (void)keep(malloc(1000));
    }
}

static void close_everything(void)
{
    for (int fd = 0; fd < 1024; fd++) {
        (void)close(fd);
    }
}

// What a daemon does: it closes what it was given, clears the environment and goes on in a child.
static int become_daemon(const char *path)
{
    static char name[4096];
    (void)snprintf(name, sizeof(name), "%s", path);
    close_everything();
    (void)clearenv();
    FILE *files[3] = {NULL};
    for (int i = 0; i < 3; i++) {
        files[i] = fopen(name, "a");  // become 0, 1 and 2
        if (files[i] == NULL || fileno(files[i]) != i) {
            return 1;
        }
    }
    const pid_t child = fork();
    if (child != 0) {
        return waitpid(child, NULL, 0) != child;
    }
    keep_three();
    (void)fprintf(files[2], "daemon\n");
    return fclose(files[2]);
}

int main(int argc, char **argv)
{
    const char *const how = argc < 2 ? "" : argv[1];
    keep_three();
    say("allocated\n");
    if (strcmp(how, "SIGKILL") == 0) {
        (void)raise(SIGKILL);
    } else if (strcmp(how, "SIGSEGV") == 0) {
        (void)raise(SIGSEGV);
    } else if (strcmp(how, "abort") == 0) {
        abort();
    } else if (strcmp(how, "_exit") == 0) {
        _exit(3);
    } else if (strcmp(how, "daemon") == 0) {
        return become_daemon(argv[2]);
    } else if (strcmp(how, "wait") == 0) {
        char byte = 0;
        (void)!read(STDIN_FILENO, &byte, 1);
        keep_three();
        say("went on\n");
    }
    return 0;
}

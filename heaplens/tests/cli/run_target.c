// SPDX-License-Identifier: MIT
// A program that leaks 3 blocks of 1000 bytes, and then does what its arguments say.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *volatile kept;  // or the compiler would see that nobody needs the blocks

__attribute__((noinline)) static void leak_blocks(int count)
{
    // Volatile: one call, whatever the optimiser thinks of loops.
    for (volatile int i = 0; i < count; i++) {
        kept = malloc(1000);
    }
    kept = NULL;
}

int main(int argc, char **argv)
{
    leak_blocks(3);
    const char *const verb = argc < 2 ? "" : argv[1];
    if (strcmp(verb, "exit") == 0) {
        return (int)strtol(argv[2], NULL, 10);
    }
    if (strcmp(verb, "kill") == 0) {
        (void)raise(SIGKILL);
    }
    if (strcmp(verb, "wait") == 0) {
        // Written without stdio, whose buffer would be a block of its own.
        if (write(STDOUT_FILENO, "waiting\n", 8) != 8) {
            return 1;
        }
        (void)pause();
    }
    return 0;
}

// SPDX-License-Identifier: MIT
// Allocates before main() and after it: initialisers, destructors, atexit().
#include "keep.h"

static void *first;
static void *second;

NOT_INLINED static void allocate_in_preinit(int argc, char **argv, char **environment)
{
    (void)argc;
    (void)argv;
    (void)environment;
    first = calloc(3, 100);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const preinit)(int, char **, char **) = allocate_in_preinit;

__attribute__((constructor(101))) static void allocate_in_constructor(void)
{
    second = calloc(1, 200);
}

__attribute__((destructor(101))) static void allocate_in_destructor(void)
{
    free(second);
    (void)keep(malloc(11));
    say("destructor\n");
}

static void allocate_in_atexit(void)
{
    free(first);
    (void)keep(malloc(22));
    say("atexit\n");
}

int main(void)
{
    const unsigned char *const bytes = first;
    for (int i = 0; i < 300; i++) {
        if (bytes[i] != 0) {
            return 1;
        }
    }
    return atexit(allocate_in_atexit);
}

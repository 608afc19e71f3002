// SPDX-License-Identifier: MIT
// Loads the recorder into a running program, where its thread-local storage has to fit into what
// the loader keeps free, and its malloc replaces nothing.
#include "keep.h"

#include <dlfcn.h>
#include <stdbool.h>

int main(int argc, char **argv)
{
    void *const before = keep(malloc(100));
    void *const recorder = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    if (recorder == NULL) {
        say("not loaded\n");
        return 1;
    }
    bool (*is_active)(void) = NULL;
    void *const address = dlsym(recorder, "heaplens_is_active");
    memcpy(&is_active, &address, sizeof(is_active));
    say(is_active() ? "active\n" : "not active\n");
    free(before);
    free(keep(malloc(200)));
    return 0;
}

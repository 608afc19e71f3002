// SPDX-License-Identifier: MIT
// Loads a plugin, has it allocate, and unloads it, 50 times.
#include "keep.h"

#include <dlfcn.h>

typedef struct plugin_functions {
    void *(*allocate)(size_t size);
    void (*touch)(size_t at);
} plugin_functions;

static plugin_functions find(void *plugin)
{
    plugin_functions found = {NULL, NULL};
    void *const allocate = dlsym(plugin, "plugin_allocate");
    void *const touch = dlsym(plugin, "plugin_touch");
    memcpy(&found.allocate, &allocate, sizeof(allocate));
    memcpy(&found.touch, &touch, sizeof(touch));
    return found;
}

int main(int argc, char **argv)
{
    for (int i = 0; argc == 2 && i < 50; i++) {
        void *const plugin = dlopen(argv[1], RTLD_NOW);
        if (plugin == NULL) {
            return 1;
        }
        const plugin_functions functions = find(plugin);
        if (functions.allocate == NULL || functions.touch == NULL) {
            return 2;
        }
        functions.touch((size_t)i);
        void *const first = functions.allocate(64);
        free(functions.allocate(64));
        if (dlclose(plugin) != 0) {
            return 3;
        }
        free(first);
    }
    say("done\n");
    return 0;
}

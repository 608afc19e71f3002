// SPDX-License-Identifier: MIT
// What load_plugin.c loads: code with thread-local storage that allocates.
#include "keep.h"

void *plugin_allocate(size_t size);
void plugin_touch(size_t at);

static _Thread_local char scratch[512];

// The first use of the thread's storage has the loader allocate it.
NOT_INLINED void plugin_touch(size_t at)
{
    scratch[at % sizeof(scratch)]++;
}

NOT_INLINED void *plugin_allocate(size_t size)
{
    return keep(malloc(size));
}

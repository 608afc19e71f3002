// SPDX-License-Identifier: MIT
// A C library that comes after the recorder in symbol order and, when it is told to, raises a signal
// in malloc_usable_size(): which the recorder calls while it is at work, so that the handler
// interrupts it at a place that is always the same and at which the allocator may be called.
#include "signalling_allocator.h"

#include <dlfcn.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>

static volatile sig_atomic_t signals_left;

void signal_in_recorder(int times)
{
    signals_left = times;
}

// NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
__attribute__((visibility("default"))) size_t malloc_usable_size(void *block)
{
    size_t (*next)(void *) = NULL;
    void *const found = dlsym(RTLD_NEXT, "malloc_usable_size");
    memcpy(&next, &found, sizeof next);
    if (signals_left > 0) {
        signals_left = signals_left - 1;
        (void)raise(SIGUSR1);
    }
    return next(block);
}

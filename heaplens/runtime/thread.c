// SPDX-License-Identifier: MIT
// From a thread to its shard, and back when it ends.
#include "runtime/thread.h"

#include <limits.h>

#include "runtime/counter.h"

// Initial-exec (a compile option of the library): the general model may call the loader, which
// may allocate.
static _Thread_local struct {
    heaplens__shard *shard;
    uint32_t generation;  // of the recording that the shard belongs to
    bool is_busy;
    bool is_ending;  // the shard was given back: every operation borrows one
    int rounds;      // destructor calls so far
} self;

static pthread_key_t end_key;
static bool has_end_key;

// The order of destructors is not specified, and others may allocate after ours: it asks to be
// called again, and gives the shard back in the last round only.
static void end_thread(void *value)
{
    heaplens__thread_set_busy(true);
    self.rounds++;
    const bool is_last = self.rounds >= PTHREAD_DESTRUCTOR_ITERATIONS;
    if (!is_last && pthread_setspecific(end_key, value) == 0) {
        heaplens__thread_set_busy(false);
        return;
    }
    self.is_ending = true;
    if (self.shard != NULL && self.generation == heaplens__recording.generation) {
        heaplens__shard_release(self.shard);
    }
    self.shard = NULL;
    heaplens__thread_set_busy(false);
}

bool heaplens__thread_init(void)
{
    if (!has_end_key) {
        has_end_key = pthread_key_create(&end_key, end_thread) == 0;
    }
    return has_end_key;
}

void heaplens__thread_set_busy(bool is_busy)
{
    self.is_busy = is_busy;
    // Against the compiler only: signal handlers of this thread see the flag in order.
    atomic_signal_fence(memory_order_seq_cst);
}

static heaplens__shard *attach(void)
{
    self.generation = heaplens__recording.generation;
    self.shard = heaplens__shard_acquire(&heaplens__recording);
    if (self.shard == NULL) {
        atomic_fetch_add_explicit(&heaplens__recording.store.header->shards_absent, 1,
                                  memory_order_relaxed);
        return NULL;
    }
    heaplens__unwind_forget(&self.shard->memo);  // of the shard's last thread, on another stack
    if (!self.is_ending) {
        (void)pthread_setspecific(end_key, self.shard);
    }
    return self.shard;
}

heaplens__shard *heaplens__thread_enter(void)
{
    if (self.is_busy) {
        if (self.shard != NULL) {
            heaplens__count(&self.shard->figures->allocs_nested, 1);
        }
        return NULL;
    }
    heaplens__thread_set_busy(true);
    if (self.shard != NULL && self.generation == heaplens__recording.generation) {
        return self.shard;
    }
    heaplens__shard *const shard = attach();
    if (shard == NULL) {
        heaplens__thread_set_busy(false);
    }
    return shard;
}

void heaplens__thread_leave(void)
{
    if (self.is_ending && self.shard != NULL) {
        heaplens__shard_release(self.shard);
        self.shard = NULL;
    }
    heaplens__thread_set_busy(false);
}

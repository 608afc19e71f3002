// SPDX-License-Identifier: MIT
// From a thread to its shard, and back when it ends.
#include "runtime/thread.h"

#include <errno.h>
#include <limits.h>

#include "runtime/counter.h"

_Thread_local heaplens__thread_self heaplens__self;

static pthread_key_t end_key;
static bool has_end_key;

// The order of destructors is not specified, and others may allocate after ours: it asks to be
// called again, and gives the shard back in the last round only.
static void end_thread(void *value)
{
    heaplens__thread_set_busy(true);
    heaplens__self.rounds++;
    const bool is_last = heaplens__self.rounds >= PTHREAD_DESTRUCTOR_ITERATIONS;
    if (!is_last && pthread_setspecific(end_key, value) == 0) {
        heaplens__thread_set_busy(false);
        return;
    }
    heaplens__self.is_ending = true;
    heaplens__self.leaves_slowly = true;
    if (heaplens__self.shard != NULL) {
        heaplens__shard_abandon(&heaplens__recording, heaplens__self.shard,
                                heaplens__self.generation);
    }
    heaplens__self.shard = NULL;
    heaplens__thread_set_busy(false);
}

bool heaplens__thread_init(void)
{
    if (!has_end_key) {
        has_end_key = pthread_key_create(&end_key, end_thread) == 0;
    }
    return has_end_key;
}

const heaplens__shard *heaplens__thread_shard(void)
{
    return heaplens__self.shard;
}

void heaplens__thread_settle(void)
{
    heaplens__shard *const shard = heaplens__thread_enter();
    if (shard != NULL) {
        heaplens__shard_settle(shard);
        heaplens__thread_leave();
    }
}

void heaplens__thread_forget_shard(void)
{
    heaplens__self.shard = NULL;
}

static heaplens__shard *attach(void)
{
    heaplens__self.shard = heaplens__shard_acquire(&heaplens__recording, &heaplens__self.is_busy);
    if (heaplens__self.shard == NULL) {
        atomic_fetch_add_explicit(&heaplens__recording.store.header->shards_absent, 1,
                                  memory_order_relaxed);
        return NULL;
    }
    heaplens__self.generation = heaplens__self.shard->generation;
    // Of the shard's last thread, on another stack.
    heaplens__unwind_forget(&heaplens__self.shard->memo);
    if (!heaplens__self.is_ending) {
        (void)pthread_setspecific(end_key, heaplens__self.shard);
    }
    return heaplens__self.shard;
}

heaplens__shard *heaplens__thread_enter_anew(void)
{
    if (heaplens__self.is_busy) {
        if (heaplens__self.shard != NULL &&
            heaplens__self.generation == heaplens__recording.generation) {
            heaplens__count(&heaplens__self.shard->figures->allocs_nested, 1);
        }
        return NULL;
    }
    const int saved_errno = errno;
    heaplens__thread_set_busy(true);
    heaplens__shard *const shard = attach();
    if (shard == NULL) {
        heaplens__thread_set_busy(false);
    }
    errno = saved_errno;
    return shard;
}

void heaplens__thread_defer(const heaplens__deferred *what)
{
    heaplens__shard *const shard = heaplens__self.shard;
    const bool has_shard =
        shard != NULL && heaplens__self.generation == heaplens__recording.generation;
    if (heaplens__self.is_busy && has_shard && heaplens__deferred_put(&shard->deferred, what)) {
        heaplens__self.leaves_slowly = true;
        // heaplens__thread_enter() took it for lost.
        heaplens__count(&shard->figures->allocs_nested, UINT64_MAX);
        return;
    }
    atomic_fetch_add_explicit(&heaplens__recording.store.header->shards_absent, 1,
                              memory_order_relaxed);
}

void heaplens__thread_leave_slowly(void)
{
    // Before they are counted: what comes later sets it again.
    heaplens__self.leaves_slowly = heaplens__self.is_ending;
    atomic_signal_fence(memory_order_seq_cst);
    if (heaplens__self.shard != NULL) {
        heaplens__deferred_drain(heaplens__self.shard);
    }
    if (heaplens__self.is_ending && heaplens__self.shard != NULL) {
        const int saved_errno = errno;
        heaplens__shard_release(heaplens__self.shard);
        heaplens__self.shard = NULL;
        errno = saved_errno;
    }
}

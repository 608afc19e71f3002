// SPDX-License-Identifier: MIT
// heaplens/pool.h: pools as the program tells of them.
#include <heaplens/pool.h>

#include <heaplens/heaplens.h>

#include <errno.h>

#include "runtime/capture.h"
#include "runtime/counter.h"
#include "runtime/ledger.h"
#include "runtime/pools.h"
#include "runtime/real.h"
#include "runtime/scopes.h"
#include "runtime/thread.h"

heaplens_pool *heaplens_pool_create(const char *label)
{
    heaplens__thread_set_busy(true);
    heaplens_pool *const pool = heaplens__pools_create(label == NULL ? "" : label);
    heaplens__thread_set_busy(false);
    return pool;
}

void heaplens_pool_destroy(heaplens_pool *pool)
{
    if (pool != NULL) {
        (void)heaplens_pool_clear(pool);
        heaplens__thread_set_busy(true);
        heaplens__pools_destroy(pool);
        heaplens__thread_set_busy(false);
    }
}

// One call, from entering the recorder to leaving it.
typedef struct pool_call {
    heaplens__shard *shard;  // NULL: there is nothing to count, and `status` says why
    heaplens_status status;
    int saved_errno;  // the calls are made from within allocators, which must not change it
} pool_call;

static pool_call enter(const heaplens_pool *pool, const void *block)
{
    pool_call call = {.status = HEAPLENS_EINVAL, .saved_errno = errno};
    if (pool == NULL || block == NULL) {
        return call;
    }
    call.status = HEAPLENS_EINACTIVE;
    // In other modes than full the chunk under the pool is not known either.
    if (heaplens_mode_current() == HEAPLENS_MODE_FULL) {
        call.shard = heaplens__thread_enter();
        call.status = call.shard != NULL ? HEAPLENS_OK : HEAPLENS_ENOMEM;
    }
    return call;
}

static heaplens_status leave(const pool_call *call, heaplens_status status)
{
    heaplens__thread_leave();
    errno = call->saved_errno;
    return status;
}

heaplens_status heaplens_pool_alloc(heaplens_pool *pool, const void *block, size_t size)
{
    const pool_call call = enter(pool, block);
    if (call.shard == NULL) {
        return call.status;
    }
    heaplens_store_entry *entry = NULL;  // by its site: a pool knows no more of it later
    const uint32_t site = heaplens__capture(call.shard, __builtin_frame_address(0), &entry);
    const bool is_counted = heaplens__pools_alloc(pool, call.shard, block, size, site);
    return leave(&call, is_counted ? HEAPLENS_OK : HEAPLENS_ENOMEM);
}

heaplens_status heaplens_pool_free(heaplens_pool *pool, const void *block)
{
    const pool_call call = enter(pool, block);
    if (call.shard == NULL) {
        return call.status;
    }
    const bool is_there = heaplens__pools_free(pool, call.shard, block);
    return leave(&call, is_there ? HEAPLENS_OK : HEAPLENS_EINVAL);
}

heaplens_status heaplens_pool_clear(heaplens_pool *pool)
{
    const pool_call call = enter(pool, pool);
    if (call.shard == NULL) {
        return call.status;
    }
    heaplens__pools_clear(pool, call.shard);
    return leave(&call, HEAPLENS_OK);
}

// Takes a block back from all figures. False: it is not this thread's latest allocation.
static bool take_back(heaplens__shard *shard, void *chunk)
{
    const uint64_t secret = heaplens__recording.secret;
    const size_t usable = heaplens__real_usable(chunk);
    heaplens__block was;
    if (chunk != shard->latest_block || !heaplens__tail_read(chunk, usable, secret, &was)) {
        return false;
    }
    heaplens__ledger_take_back(shard, &was);
    if (heaplens__scopes_are_open()) {
        heaplens__scopes_forget(chunk);
    }
    was.site = HEAPLENS__LEDGER_SITE_CHUNK;
    heaplens__tail_write(chunk, usable, &was, secret);
    return true;
}

heaplens_status heaplens_pool_chunk(heaplens_pool *pool, void *chunk)
{
    const pool_call call = enter(pool, chunk);
    if (call.shard == NULL) {
        return call.status;
    }
    const bool is_taken = !heaplens__real_is_pool(chunk) && take_back(call.shard, chunk);
    return leave(&call, is_taken ? HEAPLENS_OK : HEAPLENS_EINVAL);
}

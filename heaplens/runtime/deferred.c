// SPDX-License-Identifier: MIT
#include "runtime/deferred.h"

#include <errno.h>

#include "runtime/ledger.h"
#include "runtime/scopes.h"
#include "runtime/shard.h"
#include "runtime/tally.h"

bool heaplens__deferred_put(heaplens__deferred_list *list, const heaplens__deferred *what)
{
    // The place is taken before it is filled: a handler that interrupts this takes another.
    const unsigned at = atomic_fetch_add_explicit(&list->count, 1, memory_order_relaxed);
    if (at >= HEAPLENS__DEFERRED_MAX) {
        atomic_fetch_sub_explicit(&list->count, 1, memory_order_relaxed);
        return false;
    }
    list->items[at] = *what;
    return true;
}

static void count(heaplens__shard *shard, const heaplens__deferred *what)
{
    switch (what->kind) {
    case HEAPLENS__DEFERRED_END:
        heaplens__ledger_free(shard, what->old, &what->was);
        if (heaplens__scopes_are_open()) {
            heaplens__scopes_note_free(what->old, what->was.size);
        }
        break;
    case HEAPLENS__DEFERRED_RESIZE:
        heaplens__ledger_count_resize(shard, what->old, what->block, &what->was, what->size,
                                      what->usable);
        break;
    case HEAPLENS__DEFERRED_COUNTED:
        heaplens__tally_request(shard->figures, what->size, 1);
        heaplens__tally_alloc(shard, what->usable);
        break;
    case HEAPLENS__DEFERRED_RETURN: heaplens__tally_free(shard, what->usable); break;
    }
}

void heaplens__deferred_drain(heaplens__shard *shard)
{
    const int saved_errno = errno;
    heaplens__deferred_list *const list = &shard->deferred;
    unsigned done = 0;
    unsigned expected = 0;
    do {
        const unsigned end = atomic_load_explicit(&list->count, memory_order_relaxed);
        for (; done < end; done++) {
            count(shard, &list->items[done]);
        }
        expected = done;
        // Another may have come to it meanwhile.
    } while (!atomic_compare_exchange_strong_explicit(&list->count, &expected, 0,
                                                      memory_order_relaxed, memory_order_relaxed));
    errno = saved_errno;
}

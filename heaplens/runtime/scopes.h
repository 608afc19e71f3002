// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_SCOPES_H
#define HEAPLENS_RUNTIME_SCOPES_H

/**
 * @file
 * The scopes that are open, and what the hooks tell them.
 *
 * A *group* holds the open scopes of one thread; one more holds those of the process. Scopes have
 * serials that rise. A block remembers the newest scope that its group had open when it was born:
 * it is a block of every scope that is still open and not newer than that. So a block whose scopes
 * have all ended means nothing any more, and can be left where it is.
 *
 * The hooks call in while the thread is busy (heaplens__thread_enter()): a signal handler that
 * allocates meanwhile is not counted, and cannot wait for a lock that its own thread has.
 */
#include <heaplens/scope.h>

#include <stdatomic.h>

#include "runtime/block_map.h"
#include "runtime/scope_figures.h"

/** How many scopes are open, in all threads. */
extern _Atomic uint32_t heaplens__scopes_open;

/** What the hooks look at first: is any scope open? One relaxed load. */
static inline bool heaplens__scopes_are_open(void)
{
    return __builtin_expect(atomic_load_explicit(&heaplens__scopes_open, memory_order_relaxed) != 0,
                            0);
}

/** The size of a block that has no tail. */
#define HEAPLENS__SCOPES_SIZE_UNKNOWN UINT64_MAX

/** A block was allocated. Before the program has it. */
void heaplens__scopes_note_alloc(const void *block, uint64_t size, uint32_t site);

/**
 * A block is about to be freed. Before the real free: then another thread may have its address.
 *
 * @param size  HEAPLENS__SCOPES_SIZE_UNKNOWN if it is not known; then a block from before the scope
 *              makes the scope's figures inexact
 */
void heaplens__scopes_note_free(const void *block, uint64_t size);

/** Take a block out before the real realloc. entry->address is 0 if it is of no open scope. */
void heaplens__scopes_detach(const void *block, heaplens__block_entry *entry);

/** The realloc failed: the block is where it was. */
void heaplens__scopes_reattach(const heaplens__block_entry *entry);

/** The realloc succeeded. `entry` from heaplens__scopes_detach(), `old_size` as for a free. */
void heaplens__scopes_note_resize(const heaplens__block_entry *entry, uint64_t old_size,
                                  const void *block, uint64_t size, uint32_t site);

/** A block turns out to be the chunk of a pool: it was never one of the program's blocks. */
void heaplens__scopes_forget(const void *block);

/** A scope that has ended. */
typedef struct heaplens__ended_scope {
    char label[HEAPLENS_LABEL_BYTES];
    heaplens__scope_figures figures;  // finished; its sites are the caller's to release
} heaplens__ended_scope;

/** heaplens_scope_begin(), without asking whether the recorder records. */
heaplens_scope heaplens__scopes_begin(const char *label, bool is_process, uint32_t recording);

/** heaplens_scope_end(). *out is unchanged unless the result is HEAPLENS_OK. */
heaplens_status heaplens__scopes_end(const heaplens_scope *scope, uint32_t recording,
                                     heaplens__ended_scope *out);

/** Forget all scopes: a recording begins. No other thread records; locks may be held by threads
 *  that a fork has left behind. */
void heaplens__scopes_reset(void);

#endif

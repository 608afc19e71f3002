// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_SCOPE_FIGURES_H
#define HEAPLENS_RUNTIME_SCOPE_FIGURES_H

/**
 * @file
 * The figures of one scope, over all and by call site. heaplens/scope.h defines each.
 *
 * Like the ledger's, a peak costs nothing while it is climbed: it is noted when the level is about
 * to fall, and once more when the scope ends. Of equal peaks the last counts.
 *
 * Nothing here locks: the caller serialises.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What one site did in the scope. */
typedef struct heaplens__scope_site {
    uint32_t site;  // HEAPLENS_STORE_SITE_NONE: free slot
    uint32_t reserved;
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint64_t bytes_live;
    uint64_t blocks_live;
    uint64_t bytes_peak;  // noted so far: heaplens__scope_figures_finish() completes it
} heaplens__scope_site;

typedef struct heaplens__scope_figures {
    uint64_t bytes_total;
    uint64_t blocks_total;
    uint64_t bytes_freed;
    uint64_t blocks_freed;
    uint64_t bytes_live;
    uint64_t blocks_live;
    uint64_t bytes_peak;
    uint64_t blocks_peak;
    uint64_t bytes_rise;
    uint64_t reallocs;
    uint64_t blocks_temporary;
    bool is_exact;                // no operation was missed
    bool lacks_sites;             // there was no memory for one: none are kept
    heaplens__scope_site *sites;  // (capacity) open addressing by site; owned
    size_t capacity;              // 0 or a power of two
    size_t used;
} heaplens__scope_figures;

/** Begin to count. `figures` has no sites. */
void heaplens__scope_figures_init(heaplens__scope_figures *figures);

/** Release the sites. */
void heaplens__scope_figures_deinit(heaplens__scope_figures *figures);

/** A block is allocated inside the scope. */
void heaplens__scope_figures_born(heaplens__scope_figures *figures, uint64_t size, uint32_t site);

/** The thread of the scope frees a block, whoever allocated it. */
void heaplens__scope_figures_freed(heaplens__scope_figures *figures, uint64_t size);

/** A block that was allocated inside the scope ends, whoever frees it. */
void heaplens__scope_figures_died(heaplens__scope_figures *figures, uint64_t size, uint32_t site);

/** As if the block had never been allocated: it is not a block of the program's after all. */
void heaplens__scope_figures_unborn(heaplens__scope_figures *figures, uint64_t size, uint32_t site);

/** Note the peaks that are not over yet. */
void heaplens__scope_figures_finish(heaplens__scope_figures *figures);

#endif

// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_TESTS_SYNTHETIC_H
#define HEAPLENS_TESTS_SYNTHETIC_H

#include <stddef.h>
#include <stdint.h>

#include "format/store.h"
#include "profile/session.h"

/**
 * @file
 * A raw store and a session made by hand, with figures that are written out where they are made.
 */

enum {
    SYNTHETIC_MODULES = 2,
    SYNTHETIC_NODES = 6,
    SYNTHETIC_SITES = 4,
    SYNTHETIC_SHARDS = 2,
    SYNTHETIC_ENTRIES = 5,
    SYNTHETIC_SNAPSHOTS = 1,
    SYNTHETIC_HISTOGRAMS = 2,
    SYNTHETIC_ESTIMATES = 2,
    SYNTHETIC_POINTS = 3,
    SYNTHETIC_OVERFLOWS = 1,
    SYNTHETIC_SCOPES = 1,
    SYNTHETIC_SCOPE_SITES = 2,
    SYNTHETIC_TEXT = 256,
    SYNTHETIC_STORE_BYTES = 12288,
};

/** A store as a test edits it before it becomes bytes. */
typedef struct synthetic_store {
    heaplens_store_header header;
    heaplens_store_module modules[SYNTHETIC_MODULES];
    heaplens_store_node nodes[SYNTHETIC_NODES];
    heaplens_store_site sites[SYNTHETIC_SITES];
    heaplens_store_shard shards[SYNTHETIC_SHARDS];
    heaplens_store_entry entries[SYNTHETIC_ENTRIES];
    heaplens_store_snapshot snapshots[SYNTHETIC_SNAPSHOTS];
    heaplens_store_histogram histograms[SYNTHETIC_HISTOGRAMS];
    heaplens_store_estimate estimates[SYNTHETIC_ESTIMATES];
    heaplens_store_point points[SYNTHETIC_POINTS];
    heaplens_store_overflow overflows[SYNTHETIC_OVERFLOWS];
    heaplens_store_scope scopes[SYNTHETIC_SCOPES];
    heaplens_store_scope_site scope_sites[SYNTHETIC_SCOPE_SITES];
    char text[SYNTHETIC_TEXT];
} synthetic_store;

/** Two threads, two sites, past their peak: 1000 units of 2 ns long. See synthetic.c. */
void synthetic_store_init(synthetic_store *store);

/** The bytes of a store; (SYNTHETIC_STORE_BYTES). */
void synthetic_store_bytes(const synthetic_store *store, unsigned char *bytes);

/** Two processes, the second with three sites, inlined frames and hostile text. */
heaplens_session *synthetic_session(void);

#endif

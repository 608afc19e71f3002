// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_RUNTIME_SCOPE_LABELS_H
#define HEAPLENS_RUNTIME_SCOPE_LABELS_H

/**
 * @file
 * Labels in the store: what the scopes of each did, over all and by call site.
 *
 * All functions are called under the recorder's lock.
 */
#include "runtime/scope_figures.h"
#include "runtime/store_writer.h"

/** Find or add a label. NULL: the store is full. */
heaplens_store_scope *heaplens__scope_labels_find(heaplens__store *store, const char *label,
                                                  heaplens_store_scope_kind kind);

/** Add what one scope did, `figures` being finished, to its label and the label's sites. */
void heaplens__scope_labels_add(heaplens__store *store, heaplens_store_scope *label,
                                const heaplens__scope_figures *figures);

/** Count a pool of the label. */
void heaplens__scope_labels_count_pool(heaplens_store_scope *label);

/** Forget all labels: the store is a new one. */
void heaplens__scope_labels_reset(void);

#endif

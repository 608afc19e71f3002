// SPDX-License-Identifier: MIT
// Labels and their sites in the store, found by private tables.
#include "runtime/scope_labels.h"

#include <string.h>

#include "runtime/counter.h"
#include "runtime/table.h"

static heaplens__table labels;  // hash of (label, kind) -> index + 1
static heaplens__table pairs;   // (label, site) -> index + 1

// splitmix64's finaliser; never 0, which a table does not take.
static uint64_t mix(uint64_t h)
{
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9U;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBU;
    h ^= h >> 31;
    return h != 0 ? h : 1;
}

static uint64_t hash_of(const char *text, heaplens_store_scope_kind kind)
{
    uint64_t h = 0xCBF29CE484222325U ^ (uint64_t)kind;  // FNV-1a
    for (; *text != '\0'; text++) {
        h = (h ^ (unsigned char)*text) * 0x100000001B3U;
    }
    return mix(h);
}

heaplens_store_scope *heaplens__scope_labels_find(heaplens__store *store, const char *label,
                                                  heaplens_store_scope_kind kind)
{
    heaplens_store_scope *const items = heaplens__store_items(store, HEAPLENS_STORE_SCOPES);
    char text[HEAPLENS_STORE_LABEL_BYTES] = {0};
    memcpy(text, label, strnlen(label, sizeof text - 1));
    uint64_t key = hash_of(text, kind);
    for (uint32_t id = 0; (id = heaplens__table_find(&labels, key)) != 0; key = mix(key + 1)) {
        heaplens_store_scope *const item = &items[id - 1];
        if (heaplens__counted(&item->kind) == kind && memcmp(item->label, text, sizeof text) == 0) {
            return item;
        }
    }
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_SCOPES, 1);
    if (at >= UINT32_MAX || !heaplens__table_insert(&labels, key, (uint32_t)at + 1)) {
        return NULL;
    }
    memcpy(items[at].label, text, sizeof text);
    atomic_store_explicit(&items[at].kind, kind, memory_order_relaxed);
    heaplens__store_publish(store, HEAPLENS_STORE_SCOPES, at + 1);
    return &items[at];
}

static heaplens_store_scope_site *find_pair(heaplens__store *store, uint32_t label, uint32_t site)
{
    heaplens_store_scope_site *const items =
        heaplens__store_items(store, HEAPLENS_STORE_SCOPE_SITES);
    // A site has 24 bits: the pair is a key of its own, and mix() keeps different ones different.
    const uint64_t key = mix(((uint64_t)label + 1) << 24 | site);
    const uint32_t id = heaplens__table_find(&pairs, key);
    if (id != 0) {
        return &items[id - 1];
    }
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_SCOPE_SITES, 1);
    if (at >= UINT32_MAX || !heaplens__table_insert(&pairs, key, (uint32_t)at + 1)) {
        return NULL;
    }
    items[at].scope = label;
    items[at].site = site;
    heaplens__store_publish(store, HEAPLENS_STORE_SCOPE_SITES, at + 1);
    return &items[at];
}

static void raise_to(heaplens_store_u64 *maximum, uint64_t value)
{
    if (value > heaplens__counted(maximum)) {
        atomic_store_explicit(maximum, value, memory_order_relaxed);
    }
}

static void add_site(heaplens_store_scope_site *pair, const heaplens__scope_site *site)
{
    heaplens__count(&pair->bytes_total, site->bytes_total);
    heaplens__count(&pair->blocks_total, site->blocks_total);
    heaplens__count(&pair->bytes_live, site->bytes_live);
    heaplens__count(&pair->blocks_live, site->blocks_live);
    raise_to(&pair->bytes_peak, site->bytes_peak);
}

void heaplens__scope_labels_add(heaplens__store *store, heaplens_store_scope *label,
                                const heaplens__scope_figures *figures)
{
    const heaplens_store_scope *const items = heaplens__store_items(store, HEAPLENS_STORE_SCOPES);
    const uint32_t id = (uint32_t)(label - items);
    for (size_t i = 0; i < figures->capacity; i++) {
        const heaplens__scope_site *const site = &figures->sites[i];
        heaplens_store_scope_site *const pair =
            site->site == HEAPLENS_STORE_SITE_NONE ? NULL : find_pair(store, id, site->site);
        if (pair != NULL) {
            add_site(pair, site);
        }
    }
    heaplens__count(&label->scopes, 1);
    heaplens__count(&label->inexact, figures->is_exact ? 0 : 1);
    heaplens__count(&label->bytes_total, figures->bytes_total);
    heaplens__count(&label->blocks_total, figures->blocks_total);
    heaplens__count(&label->bytes_freed, figures->bytes_freed);
    heaplens__count(&label->blocks_freed, figures->blocks_freed);
    heaplens__count(&label->bytes_live, figures->bytes_live);
    heaplens__count(&label->blocks_live, figures->blocks_live);
    heaplens__count(&label->reallocs, figures->reallocs);
    heaplens__count(&label->blocks_temporary, figures->blocks_temporary);
    if (figures->bytes_peak >= heaplens__counted(&label->bytes_peak)) {
        atomic_store_explicit(&label->bytes_peak, figures->bytes_peak, memory_order_relaxed);
        atomic_store_explicit(&label->blocks_peak, figures->blocks_peak, memory_order_relaxed);
    }
}

void heaplens__scope_labels_count_pool(heaplens_store_scope *label)
{
    heaplens__count(&label->scopes, 1);
}

void heaplens__scope_labels_reset(void)
{
    heaplens__table_clear(&labels);
    heaplens__table_clear(&pairs);
}

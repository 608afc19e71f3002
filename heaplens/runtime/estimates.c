// SPDX-License-Identifier: MIT
// Variances of sampled figures. Peaks follow the ledger's rules: what was live at the process's peak
// is set aside when an epoch is over, what was live at the site's own when it is about to fall.
#include "runtime/estimates.h"

#include <errno.h>
#include <string.h>

#include "runtime/counter.h"

static double number_in(const heaplens_store_u64 *word)
{
    const uint64_t bits = heaplens__counted(word);
    double number = 0;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static void put_number(heaplens_store_u64 *word, double number)
{
    uint64_t bits = 0;
    memcpy(&bits, &number, sizeof bits);
    atomic_store_explicit(word, bits, memory_order_relaxed);
}

static void add_number(heaplens_store_u64 *word, double more)
{
    // What is taken away was added before: a sum below zero is rounding.
    const double sum = number_in(word) + more;
    put_number(word, sum > 0 ? sum : 0);
}

static void copy_word(heaplens_store_u64 *to, const heaplens_store_u64 *from)
{
    atomic_store_explicit(to, heaplens__counted(from), memory_order_relaxed);
}

// The site's item; NULL if there is no room.
static heaplens_store_estimate *item_of(heaplens__store *store, uint32_t id)
{
    heaplens_store_site *const site =
        (heaplens_store_site *)heaplens__store_items(store, HEAPLENS_STORE_SITES) + id;
    heaplens_store_estimate *const all = heaplens__store_items(store, HEAPLENS_STORE_ESTIMATES);
    const uint32_t known = atomic_load_explicit(&site->estimate, memory_order_relaxed);
    if (known != 0) {
        return &all[known - 1];
    }
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_ESTIMATES, 1);
    if (at == HEAPLENS__STORE_FULL) {
        return NULL;
    }
    all[at].site = id;
    heaplens__store_publish(store, HEAPLENS_STORE_ESTIMATES, at + 1);
    atomic_store_explicit(&site->estimate, (uint32_t)at + 1, memory_order_release);
    return &all[at];
}

// Sets the figures of the epoch aside if it is over.
static void follow_epoch(const heaplens_store_header *header, heaplens_store_estimate *item)
{
    const uint64_t epoch = heaplens__counted(&header->peak_epoch);
    if (heaplens__counted(&item->epoch) != epoch) {
        copy_word(&item->bytes_gmax, &item->bytes_live);
        copy_word(&item->blocks_gmax, &item->blocks_live);
        atomic_store_explicit(&item->epoch, epoch, memory_order_release);
    }
}

// The site is about to shrink: if it is as large as ever, its own peak is now. What other threads
// hold back is not seen: this is the spread of an estimate, not a figure.
static void follow_peak(const heaplens__store *store, heaplens_store_estimate *item, uint32_t id)
{
    const heaplens_store_site *const site =
        (const heaplens_store_site *)heaplens__store_items(store, HEAPLENS_STORE_SITES) + id;
    if (heaplens__level(&site->bytes_live) >= heaplens__level(&site->bytes_peak)) {
        copy_word(&item->bytes_peak, &item->bytes_live);
        copy_word(&item->blocks_peak, &item->blocks_live);
    }
}

void heaplens__estimates_add(heaplens__recorder *recorder, uint32_t site,
                             const heaplens__weight *weight)
{
    const int saved_errno = errno;
    pthread_mutex_lock(&recorder->lock);
    heaplens_store_estimate *const item = item_of(&recorder->store, site);
    if (item != NULL) {
        follow_epoch(recorder->store.header, item);
        heaplens__count(&item->samples, 1);
        heaplens__count(&item->samples_live, 1);
        add_number(&item->bytes_total, weight->variance_bytes);
        add_number(&item->blocks_total, weight->variance_blocks);
        add_number(&item->bytes_live, weight->variance_bytes);
        add_number(&item->blocks_live, weight->variance_blocks);
    }
    pthread_mutex_unlock(&recorder->lock);
    errno = saved_errno;
}

void heaplens__estimates_remove(heaplens__recorder *recorder, uint32_t site,
                                const heaplens__weight *weight)
{
    const int saved_errno = errno;
    pthread_mutex_lock(&recorder->lock);
    heaplens_store_estimate *const item = item_of(&recorder->store, site);
    if (item != NULL) {
        follow_epoch(recorder->store.header, item);
        follow_peak(&recorder->store, item, site);
        heaplens__count(&item->samples_live, UINT64_MAX);
        add_number(&item->bytes_live, -weight->variance_bytes);
        add_number(&item->blocks_live, -weight->variance_blocks);
    }
    pthread_mutex_unlock(&recorder->lock);
    errno = saved_errno;
}

// SPDX-License-Identifier: MIT
// Counting in one scope.
#include "runtime/scope_figures.h"

#include "format/store.h"
#include "runtime/pages.h"

enum { SITES_FIRST = 64 };  // 3 KiB: one page

static size_t sites_bytes(size_t capacity)
{
    return capacity * sizeof(heaplens__scope_site);
}

// The slot of `site`, or the free one where it belongs.
static heaplens__scope_site *slot_of(const heaplens__scope_figures *figures, uint32_t site)
{
    const size_t mask = figures->capacity - 1;
    // Ids are given out in order: they are spread well as they are.
    size_t at = site & mask;
    while (figures->sites[at].site != HEAPLENS_STORE_SITE_NONE && figures->sites[at].site != site) {
        at = (at + 1) & mask;
    }
    return &figures->sites[at];
}

static bool grow(heaplens__scope_figures *figures)
{
    heaplens__scope_site *const old = figures->sites;
    const size_t old_capacity = figures->capacity;
    const size_t capacity = old_capacity == 0 ? SITES_FIRST : 2 * old_capacity;
    heaplens__scope_site *const sites = heaplens__pages_take(sites_bytes(capacity));
    if (sites == NULL) {
        return false;
    }
    figures->sites = sites;
    figures->capacity = capacity;
    for (size_t i = 0; i < old_capacity; i++) {
        if (old[i].site != HEAPLENS_STORE_SITE_NONE) {
            *slot_of(figures, old[i].site) = old[i];
        }
    }
    heaplens__pages_release(old, sites_bytes(old_capacity));
    return true;
}

// The site's figures; NULL if it has none, or there is no memory for them.
static heaplens__scope_site *find(const heaplens__scope_figures *figures, uint32_t site)
{
    if (figures->capacity == 0 || site == HEAPLENS_STORE_SITE_NONE) {
        return NULL;
    }
    heaplens__scope_site *const slot = slot_of(figures, site);
    return slot->site == site ? slot : NULL;
}

static heaplens__scope_site *find_or_add(heaplens__scope_figures *figures, uint32_t site)
{
    heaplens__scope_site *const slot = find(figures, site);
    if (slot != NULL || site == HEAPLENS_STORE_SITE_NONE || figures->lacks_sites) {
        return slot;
    }
    if (2 * figures->used >= figures->capacity && !grow(figures)) {
        // Some sites without the others would be taken for the largest ones.
        heaplens__scope_figures_deinit(figures);
        figures->lacks_sites = true;
        return NULL;
    }
    heaplens__scope_site *const fresh = slot_of(figures, site);
    fresh->site = site;
    figures->used++;
    return fresh;
}

static void note_site_peak(heaplens__scope_site *site)
{
    if (site->bytes_live > site->bytes_peak) {
        site->bytes_peak = site->bytes_live;
    }
}

static void note_peak(heaplens__scope_figures *figures)
{
    if (figures->bytes_live >= figures->bytes_peak) {
        figures->bytes_peak = figures->bytes_live;
        figures->blocks_peak = figures->blocks_live;
    }
}

static void note_rise(heaplens__scope_figures *figures)
{
    const int64_t growth = (int64_t)(figures->bytes_total - figures->bytes_freed);
    if (growth > (int64_t)figures->bytes_rise) {
        figures->bytes_rise = (uint64_t)growth;
    }
}

void heaplens__scope_figures_init(heaplens__scope_figures *figures)
{
    *figures = (heaplens__scope_figures){.is_exact = true};
}

void heaplens__scope_figures_deinit(heaplens__scope_figures *figures)
{
    heaplens__pages_release(figures->sites, sites_bytes(figures->capacity));
    figures->sites = NULL;
    figures->capacity = 0;
    figures->used = 0;
}

void heaplens__scope_figures_born(heaplens__scope_figures *figures, uint64_t size, uint32_t site)
{
    figures->bytes_total += size;
    figures->blocks_total++;
    figures->bytes_live += size;
    figures->blocks_live++;
    heaplens__scope_site *const slot = find_or_add(figures, site);
    if (slot != NULL) {
        slot->bytes_total += size;
        slot->blocks_total++;
        slot->bytes_live += size;
        slot->blocks_live++;
    }
}

void heaplens__scope_figures_freed(heaplens__scope_figures *figures, uint64_t size)
{
    note_rise(figures);
    figures->bytes_freed += size;
    figures->blocks_freed++;
}

void heaplens__scope_figures_died(heaplens__scope_figures *figures, uint64_t size, uint32_t site)
{
    note_peak(figures);
    figures->bytes_live -= size;
    figures->blocks_live--;
    heaplens__scope_site *const slot = find(figures, site);
    if (slot != NULL) {
        note_site_peak(slot);
        slot->bytes_live -= size;
        slot->blocks_live--;
    }
}

void heaplens__scope_figures_unborn(heaplens__scope_figures *figures, uint64_t size, uint32_t site)
{
    figures->bytes_total -= size;
    figures->blocks_total--;
    figures->bytes_live -= size;
    figures->blocks_live--;
    heaplens__scope_site *const slot = find(figures, site);
    if (slot != NULL) {
        slot->bytes_total -= size;
        slot->blocks_total--;
        slot->bytes_live -= size;
        slot->blocks_live--;
    }
}

void heaplens__scope_figures_finish(heaplens__scope_figures *figures)
{
    note_peak(figures);
    note_rise(figures);
    for (size_t i = 0; i < figures->capacity; i++) {
        note_site_peak(&figures->sites[i]);
    }
}

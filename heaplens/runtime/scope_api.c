// SPDX-License-Identifier: MIT
// heaplens/scope.h: scopes as the program opens and ends them.
#include <heaplens/scope.h>

#include <string.h>

#include "runtime/counter.h"
#include "runtime/lifecycle.h"
#include "runtime/recorder.h"
#include "runtime/scope_labels.h"
#include "runtime/scopes.h"
#include "runtime/thread.h"

static heaplens_scope begin(const char *label, bool is_process)
{
    // Of other modes than full the blocks are not all known.
    if (heaplens_mode_current() != HEAPLENS_MODE_FULL) {
        return (heaplens_scope){.is_process = is_process, .status = HEAPLENS_EINACTIVE};
    }
    heaplens__thread_set_busy(true);
    const heaplens_scope scope =
        heaplens__scopes_begin(label, is_process, heaplens__recording.generation);
    heaplens__thread_set_busy(false);
    return scope;
}

heaplens_scope heaplens_scope_begin(const char *label)
{
    return begin(label, false);
}

heaplens_scope heaplens_scope_begin_process(const char *label)
{
    return begin(label, true);
}

// The order of two sites in a ranking: which has more.
typedef uint64_t measure(const heaplens__scope_site *site);

static uint64_t peak_of(const heaplens__scope_site *site)
{
    return site->bytes_peak;
}

static uint64_t blocks_of(const heaplens__scope_site *site)
{
    return site->blocks_total;
}

static uint64_t live_of(const heaplens__scope_site *site)
{
    return site->blocks_live;
}

static void copy_frames(uint32_t site, uint64_t frames[HEAPLENS_USAGE_FRAMES])
{
    const heaplens__store *const store = &heaplens__recording.store;
    const heaplens_store_site *const sites = heaplens__store_items(store, HEAPLENS_STORE_SITES);
    const heaplens_store_node *const nodes = heaplens__store_items(store, HEAPLENS_STORE_NODES);
    uint32_t node = sites[site].node;
    for (size_t i = 0; i < HEAPLENS_USAGE_FRAMES && node != HEAPLENS_STORE_NODE_ROOT; i++) {
        frames[i] = nodes[node].ip;
        node = nodes[node].parent;
    }
}

static void copy_site(heaplens_usage_site *out, const heaplens__scope_site *site)
{
    *out = (heaplens_usage_site){
        .bytes_total = site->bytes_total,
        .blocks_total = site->blocks_total,
        .bytes_peak = site->bytes_peak,
        .bytes_live = site->bytes_live,
        .blocks_live = site->blocks_live,
    };
    copy_frames(site->site, out->frames);
}

// The sites that have the most; of equal ones the first seen.
static void rank_sites(const heaplens__scope_figures *figures, measure *of,
                       heaplens_usage_site out[HEAPLENS_USAGE_SITES])
{
    const heaplens__scope_site *best[HEAPLENS_USAGE_SITES] = {NULL};
    for (size_t i = 0; i < figures->capacity; i++) {
        const heaplens__scope_site *site = &figures->sites[i];
        if (of(site) == 0) {
            continue;
        }
        for (size_t rank = 0; site != NULL && rank < HEAPLENS_USAGE_SITES; rank++) {
            const heaplens__scope_site *const other = best[rank];
            if (other == NULL || of(site) > of(other) ||
                (of(site) == of(other) && site->site < other->site)) {
                best[rank] = site;
                site = other;
            }
        }
    }
    for (size_t rank = 0; rank < HEAPLENS_USAGE_SITES && best[rank] != NULL; rank++) {
        copy_site(&out[rank], best[rank]);
    }
}

static void fill(heaplens_usage *usage, const heaplens__ended_scope *ended)
{
    const heaplens__scope_figures *const figures = &ended->figures;
    memcpy(usage->label, ended->label, sizeof usage->label);
    // Other modes do not tell scopes of every block.
    const uint64_t modes = heaplens__counted(&heaplens__recording.store.header->modes_used);
    usage->is_exact = figures->is_exact && modes == UINT64_C(1) << HEAPLENS_MODE_FULL;
    usage->bytes_total = figures->bytes_total;
    usage->blocks_total = figures->blocks_total;
    usage->bytes_freed = figures->bytes_freed;
    usage->blocks_freed = figures->blocks_freed;
    usage->bytes_live = figures->bytes_live;
    usage->blocks_live = figures->blocks_live;
    usage->bytes_peak = figures->bytes_peak;
    usage->blocks_peak = figures->blocks_peak;
    usage->bytes_growth = (int64_t)(figures->bytes_total - figures->bytes_freed);
    usage->blocks_growth = (int64_t)(figures->blocks_total - figures->blocks_freed);
    usage->bytes_rise = figures->bytes_rise;
    usage->reallocs = figures->reallocs;
    usage->blocks_temporary = figures->blocks_temporary;
    rank_sites(figures, peak_of, usage->sites_by_peak);
    rank_sites(figures, blocks_of, usage->sites_by_blocks);
    rank_sites(figures, live_of, usage->sites_by_live);
}

// Adds the scope to its label in the profile.
static void keep(const heaplens__ended_scope *ended, bool is_process)
{
    heaplens__recorder *const recorder = &heaplens__recording;
    pthread_mutex_lock(&recorder->lock);
    heaplens_store_scope *const label = heaplens__scope_labels_find(
        &recorder->store, ended->label,
        is_process ? HEAPLENS_STORE_SCOPE_PROCESS : HEAPLENS_STORE_SCOPE_THREAD);
    if (label != NULL) {
        heaplens__scope_labels_add(&recorder->store, label, &ended->figures);
    }
    pthread_mutex_unlock(&recorder->lock);
}

heaplens_usage heaplens_scope_end(heaplens_scope *scope)
{
    heaplens_usage usage = {.is_process = scope->is_process};
    const bool is_recording = heaplens__lifecycle_phase() == HEAPLENS__PHASE_RECORDING;
    const uint32_t recording = is_recording ? heaplens__recording.generation : 0;
    heaplens__ended_scope ended;
    heaplens__thread_set_busy(true);
    usage.status = heaplens__scopes_end(scope, recording, &ended);
    if (usage.status == HEAPLENS_OK) {
        fill(&usage, &ended);
        keep(&ended, usage.is_process);
        heaplens__scope_figures_deinit(&ended.figures);
    }
    heaplens__thread_set_busy(false);
    scope->status = HEAPLENS_EINVAL;
    return usage;
}

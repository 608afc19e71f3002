// SPDX-License-Identifier: MIT
// heaplens.h: what a program can ask of the recorder that is in it.
#include <heaplens/heaplens.h>

#include <string.h>

#include "runtime/clock.h"
#include "runtime/counter.h"
#include "runtime/lifecycle.h"
#include "runtime/recorder.h"
#include "runtime/thread.h"

static bool is_mode(heaplens_mode mode)
{
    switch (mode) {
    case HEAPLENS_MODE_OFF:
    case HEAPLENS_MODE_COUNT:
    case HEAPLENS_MODE_FULL:
    case HEAPLENS_MODE_SAMPLE: return true;
    }
    return false;
}

heaplens_status heaplens_start(const heaplens_options *options)
{
    const heaplens_options defaults = HEAPLENS_OPTIONS_INIT;
    const heaplens_options *const chosen = options != NULL ? options : &defaults;
    if (chosen->size != sizeof *chosen || chosen->mode == HEAPLENS_MODE_OFF ||
        !is_mode(chosen->mode) ||
        (chosen->path != NULL && strlen(chosen->path) >= HEAPLENS__STORE_PATH_BYTES)) {
        return HEAPLENS_EINVAL;
    }
    return heaplens__lifecycle_start(chosen);
}

heaplens_status heaplens_stop(void)
{
    return heaplens__lifecycle_stop();
}

bool heaplens_is_active(void)
{
    return heaplens__lifecycle_phase() == HEAPLENS__PHASE_RECORDING;
}

heaplens_status heaplens_mode_set(heaplens_mode mode, uint64_t sample_bytes)
{
    if (!is_mode(mode)) {
        return HEAPLENS_EINVAL;
    }
    if (!heaplens_is_active()) {
        return HEAPLENS_EINACTIVE;
    }
    heaplens__recorder *const recorder = &heaplens__recording;
    heaplens__thread_set_busy(true);
    pthread_mutex_lock(&recorder->lock);
    heaplens__lifecycle_set_mode(mode, sample_bytes);
    pthread_mutex_unlock(&recorder->lock);
    heaplens__thread_set_busy(false);
    heaplens__thread_settle();
    return HEAPLENS_OK;
}

static heaplens_mode recorder_mode(void)
{
    return (heaplens_mode)atomic_load_explicit(&heaplens__recording.mode, memory_order_relaxed);
}

heaplens_mode heaplens_mode_current(void)
{
    return heaplens_is_active() ? recorder_mode() : HEAPLENS_MODE_OFF;
}

static bool has_figures(void)
{
    const heaplens__phase phase = heaplens__lifecycle_phase();
    return phase == HEAPLENS__PHASE_RECORDING || phase == HEAPLENS__PHASE_STOPPED;
}

static uint64_t not_negative(int64_t value)
{
    return value > 0 ? (uint64_t)value : 0;
}

static void sum_shards(const heaplens__store *store, heaplens_totals *out)
{
    const heaplens_store_shard *const shards = heaplens__store_items(store, HEAPLENS_STORE_SHARDS);
    const uint64_t count = atomic_load_explicit(
        &store->header->sections[HEAPLENS_STORE_SHARDS].count, memory_order_acquire);
    const bool counts = recorder_mode() == HEAPLENS_MODE_COUNT;
    int64_t bytes_live = counts ? -heaplens__level(&store->header->counted_at_start) : 0;
    int64_t blocks_live = counts ? -heaplens__level(&store->header->counted_blocks_at_start) : 0;
    for (uint64_t i = 0; i < count; i++) {
        out->bytes_total += heaplens__counted(&shards[i].bytes_total);
        out->blocks_total += heaplens__counted(&shards[i].blocks_total);
        bytes_live += heaplens__level(counts ? &shards[i].counted_bytes : &shards[i].bytes_live);
        blocks_live += heaplens__level(counts ? &shards[i].counted_blocks : &shards[i].blocks_live);
    }
    out->bytes_live = not_negative(bytes_live);
    out->blocks_live = not_negative(blocks_live);
}

heaplens_status heaplens_totals_read(heaplens_totals *out)
{
    if (!has_figures()) {
        return HEAPLENS_EINACTIVE;
    }
    heaplens_totals totals = {0};
    sum_shards(&heaplens__recording.store, &totals);
    const heaplens__recorder *const recorder = &heaplens__recording;
    const bool counts = recorder_mode() == HEAPLENS_MODE_COUNT;
    totals.bytes_peak = not_negative(
        heaplens__level(counts ? &recorder->counted_api_peak : &recorder->api_bytes_peak));
    totals.blocks_peak = not_negative(
        heaplens__level(counts ? &recorder->counted_api_blocks : &recorder->api_blocks_peak));
    if (totals.bytes_live >= totals.bytes_peak) {
        totals.bytes_peak = totals.bytes_live;  // the peak is not over yet
        totals.blocks_peak = totals.blocks_live;
    }
    *out = totals;
    return HEAPLENS_OK;
}

heaplens_status heaplens_peak_reset(void)
{
    if (heaplens__lifecycle_phase() != HEAPLENS__PHASE_RECORDING) {
        return HEAPLENS_EINACTIVE;
    }
    // Only the figure of this interface: the profile keeps its peak.
    heaplens__recorder *const recorder = &heaplens__recording;
    heaplens_totals totals = {0};
    sum_shards(&recorder->store, &totals);
    if (recorder_mode() == HEAPLENS_MODE_COUNT) {
        atomic_store(&recorder->counted_api_blocks, (int64_t)totals.blocks_live);
        atomic_store(&recorder->counted_api_peak, (int64_t)totals.bytes_live);
    } else {
        atomic_store(&recorder->api_blocks_peak, (int64_t)totals.blocks_live);
        atomic_store(&recorder->api_bytes_peak, (int64_t)totals.bytes_live);
        atomic_store(&recorder->watch_bytes, (int64_t)totals.bytes_live);
    }
    heaplens__thread_settle();
    return HEAPLENS_OK;
}

static void keep_snapshot(const heaplens_snapshot *snapshot)
{
    heaplens__recorder *const recorder = &heaplens__recording;
    heaplens_store_snapshot kept = {
        .time_ns = snapshot->time_ns,
        .bytes_live = snapshot->totals.bytes_live,
        .blocks_live = snapshot->totals.blocks_live,
        .bytes_peak = snapshot->totals.bytes_peak,
        .blocks_peak = snapshot->totals.blocks_peak,
        .bytes_total = snapshot->totals.bytes_total,
        .blocks_total = snapshot->totals.blocks_total,
    };
    memcpy(kept.label, snapshot->label, sizeof kept.label);
    heaplens__thread_set_busy(true);
    pthread_mutex_lock(&recorder->lock);
    heaplens__store *const store = &recorder->store;
    const uint64_t at = heaplens__store_room(store, HEAPLENS_STORE_SNAPSHOTS, 1);
    if (at != HEAPLENS__STORE_FULL) {
        ((heaplens_store_snapshot *)heaplens__store_items(store, HEAPLENS_STORE_SNAPSHOTS))[at] =
            kept;
        heaplens__store_publish(store, HEAPLENS_STORE_SNAPSHOTS, at + 1);
    }
    pthread_mutex_unlock(&recorder->lock);
    heaplens__thread_set_busy(false);
}

heaplens_status heaplens_snapshot_take(heaplens_snapshot *out, const char *label)
{
    heaplens_snapshot snapshot = {0};
    const heaplens_status status = heaplens_totals_read(&snapshot.totals);
    if (status != HEAPLENS_OK) {
        return status;
    }
    const heaplens_store_header *const header = heaplens__recording.store.header;
    snapshot.time_ns = heaplens__clock_ns() - heaplens__counted(&header->start.ns);
    if (label != NULL) {
        const size_t length = strnlen(label, sizeof snapshot.label - 1);
        memcpy(snapshot.label, label, length);
    }
    keep_snapshot(&snapshot);
    if (out != NULL) {
        *out = snapshot;
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens_save(const char *path)
{
    if (path == NULL) {
        return HEAPLENS_EINVAL;
    }
    if (!has_figures()) {
        return HEAPLENS_EINACTIVE;
    }
    heaplens__clock_read_both(&heaplens__recording.store.header->latest);
    return heaplens__store_copy(&heaplens__recording.store, path);
}

// SPDX-License-Identifier: MIT
#include "bench/memory_meter.h"

#include "bench/nanoseconds.h"
#include "bench/weak_recorder.h"

enum { ITERATIONS_MIN = 5 };  // that a figure repeats means something from 5 on: comparison.h

typedef struct metering {
    char label[HEAPLENS_LABEL_BYTES];
    uint64_t started_ns;
    uint64_t budget_ns;
    int64_t current[HEAPLENS_MEMORY_KINDS];
    const char *reason;  // why the first scope that has no exact figures has none
    bool is_first;       // the iteration under way is the first
    bool is_begun;
} metering;

void heaplens__memory_meter_label(size_t number, char *label, size_t cap)
{
    (void)snprintf(label, cap, "benchmark case %zu", number);
}

static void begin_iteration(metering *state)
{
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        state->current[kind] = 0;
    }
}

static void keep_iteration(heaplens_case_result *result, metering *state)
{
    heaplens_memory *const memory = &result->memory;
    const size_t at = memory->iterations;
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        if (state->is_first) {
            memory->first[kind] = state->current[kind];
        } else {
            memory->values[kind][at] = state->current[kind];
        }
    }
    memory->iterations += !state->is_first;
    state->is_first = false;
}

static uint64_t advance(heaplens_bench *b)
{
    metering *const state = b->state;
    heaplens_memory *const memory = &b->result->memory;
    if (state->is_begun) {
        keep_iteration(b->result, state);
    } else {
        state->is_begun = true;
        state->started_ns = heaplens__nanoseconds();
    }
    begin_iteration(state);
    const bool is_late = heaplens__nanoseconds() - state->started_ns > state->budget_ns;
    if (state->reason != NULL || memory->iterations == HEAPLENS_MEMORY_ITERATIONS_MAX ||
        (is_late && memory->iterations >= ITERATIONS_MIN)) {
        return 0;
    }
    return 1;
}

static void resume(heaplens_bench *b)
{
    const metering *const state = b->state;
    heaplens__weak_recorder_begin(state->is_first ? "first iterations" : state->label);
}

static void pause_metering(heaplens_bench *b)
{
    const heaplens_weak_figures figures = heaplens__weak_recorder_end();
    metering *const state = b->state;
    state->reason = state->reason == NULL ? figures.reason : state->reason;
    int64_t *const now = state->current;
    now[HEAPLENS_MEMORY_BLOCKS] += (int64_t)figures.blocks;
    now[HEAPLENS_MEMORY_BYTES] += (int64_t)figures.bytes;
    now[HEAPLENS_MEMORY_GROWTH] += figures.growth_bytes;
    now[HEAPLENS_MEMORY_GROWTH_BLOCKS] += figures.growth_blocks;
    now[HEAPLENS_MEMORY_REALLOCS] += (int64_t)figures.reallocs;
    const int64_t peak = (int64_t)figures.peak_bytes;
    now[HEAPLENS_MEMORY_PEAK] = peak > now[HEAPLENS_MEMORY_PEAK] ? peak : now[HEAPLENS_MEMORY_PEAK];
}

static const heaplens_meter meter = {advance, resume, pause_metering};

void heaplens__memory_meter_measure(const heaplens_case *item, heaplens_case_result *result,
                                    size_t number, uint64_t budget_ns)
{
    metering state = {.budget_ns = budget_ns, .is_first = true};
    heaplens__memory_meter_label(number, state.label, sizeof state.label);
    heaplens__running_run(item, result, &meter, &state);
    if (state.reason != NULL) {
        heaplens__running_fail(result, "%s", state.reason);
    }
    result->memory.is_measured = result->status == HEAPLENS_CASE_MEASURED;
}

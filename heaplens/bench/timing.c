// SPDX-License-Identifier: MIT
#include "bench/timing.h"

#include <stdlib.h>

#include "bench/nanoseconds.h"
#include "bench/random.h"
#include "bench/statistics.h"

typedef struct timing {
    const heaplens_timing_options *options;
    bool is_warm;
    uint64_t asked;       // iterations under way
    uint64_t started;     // reading of the clock
    uint64_t elapsed_ns;  // of the iterations under way
    size_t taken;         // samples
    uint32_t *order;      // of the plan's samples
} timing;

static void watch(const timing *t, const char *what, double share)
{
    if (t->options->watch != NULL) {
        t->options->watch(t->options->context, what, share);
    }
}

static bool make_room(heaplens_case_result *result, timing *t)
{
    const size_t count = result->plan.samples;
    result->iterations = calloc(count, sizeof *result->iterations);
    result->ns = calloc(count, sizeof *result->ns);
    t->order = calloc(count, sizeof *t->order);
    return result->iterations != NULL && result->ns != NULL && t->order != NULL;
}

// A single iteration so slow that the samples would take more than twice the time: fewer samples.
static size_t affordable_samples(const heaplens_plan *plan, double target_ns, double each_ns)
{
    if (plan->mode != HEAPLENS_PLAN_FLAT || plan->step > 1 || plan->expected_ns <= 2 * target_ns) {
        return plan->samples;
    }
    const double fit = 2 * target_ns / each_ns;
    const size_t samples = fit < HEAPLENS_SAMPLES_MIN ? HEAPLENS_SAMPLES_MIN : (size_t)fit;
    return samples < plan->samples ? samples : plan->samples;
}

static bool make_plan(heaplens_bench *b, timing *t)
{
    heaplens_case_result *const result = b->result;
    const heaplens_bench_settings *const settings = t->options->settings;
    const double target = (double)settings->measurement_ns;
    const double each = (double)result->warm_up_ns / (double)result->warm_up_iterations;
    result->samples_wanted = settings->sample_size;
    result->plan = heaplens__plan_make(HEAPLENS_PLAN_AUTO, settings->sample_size, target, each);
    const size_t fit = affordable_samples(&result->plan, target, each);
    if (fit < result->plan.samples) {
        result->plan = heaplens__plan_make(HEAPLENS_PLAN_FLAT, fit, target, each);
    }
    if (!make_room(result, t)) {
        heaplens_bench_fail(b, "no memory for %zu samples", result->plan.samples);
        return false;
    }
    for (size_t i = 0; i < result->plan.samples; i++) {
        t->order[i] = (uint32_t)i;
    }
    heaplens_random random = heaplens__random_stream(settings->seed, 0);
    heaplens__random_shuffle(&random, t->order, result->plan.samples);
    return true;
}

static uint64_t begin_sample(heaplens_bench *b, timing *t)
{
    const heaplens_plan *const plan = &b->result->plan;
    if (t->taken == plan->samples) {
        return 0;
    }
    watch(t, "measuring", (double)t->taken / (double)plan->samples);
    t->asked = heaplens__plan_iterations(plan, t->order[t->taken]);
    return t->asked;
}

static uint64_t warm_up(heaplens_bench *b, timing *t)
{
    heaplens_case_result *const result = b->result;
    result->warm_up_iterations += t->asked;
    result->warm_up_ns += t->elapsed_ns;
    const uint64_t wanted = t->options->settings->warm_up_ns;
    // Doubling without end, where iterations take no time at all, ends here.
    if (t->asked > 0 && (result->warm_up_ns >= wanted || t->asked >= UINT64_C(1) << 50)) {
        t->is_warm = true;
        return make_plan(b, t) ? begin_sample(b, t) : 0;
    }
    watch(t, "warming up", wanted > 0 ? (double)result->warm_up_ns / (double)wanted : 0);
    t->asked = t->asked == 0 ? 1 : 2 * t->asked;
    return t->asked;
}

static uint64_t advance(heaplens_bench *b)
{
    timing *const t = b->state;
    uint64_t next = 0;
    if (!t->is_warm) {
        next = warm_up(b, t);
    } else {
        heaplens_case_result *const result = b->result;
        result->iterations[t->taken] = t->asked;
        result->ns[t->taken] = t->elapsed_ns;
        t->taken++;
        result->sample_count = t->taken;
        next = begin_sample(b, t);
    }
    t->elapsed_ns = 0;
    return next;
}

static void resume(heaplens_bench *b)
{
    timing *const t = b->state;
    t->started = heaplens__nanoseconds();
}

static void pause_clock(heaplens_bench *b)
{
    const uint64_t now = heaplens__nanoseconds();
    timing *const t = b->state;
    t->elapsed_ns += now - t->started;
}

static const heaplens_meter meter = {advance, resume, pause_clock};

void heaplens__timing_measure(const heaplens_case *item, heaplens_case_result *result,
                              const heaplens_timing_options *options)
{
    timing state = {.options = options};
    heaplens__running_run(item, result, &meter, &state);
    free(state.order);
}

enum { OVERHEAD_SAMPLES = 1001, OVERHEAD_ITERATIONS = 20000 };

// Samples of a fixed count of iterations, without a warm-up.
typedef struct overhead {
    timing clock;  // first: resume() and pause_clock() take it for their own
    double values[OVERHEAD_SAMPLES];
    size_t count;
    size_t wanted;
    uint64_t iterations;
} overhead;

static uint64_t advance_overhead(heaplens_bench *b)
{
    overhead *const state = b->state;
    if (b->iterations > 0) {
        state->values[state->count] = (double)state->clock.elapsed_ns;
        state->count++;
    }
    state->clock.elapsed_ns = 0;
    return state->count < state->wanted ? state->iterations : 0;
}

static const heaplens_meter overhead_meter = {advance_overhead, resume, pause_clock};

static void run_nothing(heaplens_bench *b)
{
    HEAPLENS_BENCH_LOOP(b)
    {
        heaplens_keep(b);
    }
}

static double measure_nothing(uint64_t iterations, size_t samples)
{
    const heaplens_benchmark nothing = {.name = "nothing", .run = run_nothing};
    const heaplens_case item = {.benchmark = &nothing};
    heaplens_case_result result = {0};
    overhead state = {.wanted = samples, .iterations = iterations};
    heaplens__running_run(&item, &result, &overhead_meter, &state);
    return heaplens__quantile_of(state.values, state.count, 0.5) / (double)iterations;
}

void heaplens__timing_overhead(double *sample_ns, double *iteration_ns)
{
    *sample_ns = measure_nothing(1, OVERHEAD_SAMPLES);
    *iteration_ns = measure_nothing(OVERHEAD_ITERATIONS, 101);
}

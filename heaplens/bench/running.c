// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/running.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 0))) static void set_message(heaplens_case_result *result,
                                                              const char *format, va_list arguments)
{
    result->status = HEAPLENS_CASE_FAILED;
    if (result->message == NULL && vasprintf(&result->message, format, arguments) < 0) {
        result->message = NULL;
    }
}

void heaplens__running_fail(heaplens_case_result *result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(result, format, arguments);
    va_end(arguments);
}

uint64_t heaplens__running_advance(heaplens_bench *b)
{
    const uint64_t iterations = b->is_failed ? 0 : b->meter->advance(b);
    b->iterations += iterations;
    b->is_over = iterations == 0;
    return iterations;
}

static void end_counters(heaplens_bench *b)
{
    for (size_t i = 0; i < b->result->counter_count; i++) {
        heaplens_counter *const counter = &b->result->counters[i];
        if (counter->is_per_iteration && b->iterations > 0) {
            counter->value /= (double)b->iterations;
        }
    }
}

void heaplens__running_run(const heaplens_case *item, heaplens_case_result *result,
                           const heaplens_meter *meter, void *state)
{
    heaplens_bench b = {.item = item, .result = result, .meter = meter, .state = state};
    result->counter_count = 0;  // of the last run, not of all together
    item->benchmark->run(&b);
    if (b.is_running) {
        meter->pause(&b);
    }
    if (!b.is_over && !b.is_failed) {
        heaplens__running_fail(result, b.iterations == 0
                                           ? "its function has no HEAPLENS_BENCH_LOOP"
                                           : "its function left the loop before the end");
    }
    end_counters(&b);
}

uint64_t heaplens_bench_next(heaplens_bench *b)
{
    if (b->is_running) {
        b->meter->pause(b);
        b->is_running = false;
    }
    if (b->is_over) {
        heaplens_bench_fail(b, "its function has more than one HEAPLENS_BENCH_LOOP");
        return 0;
    }
    const uint64_t iterations = heaplens__running_advance(b);
    if (iterations > 0) {
        b->is_running = true;
        b->meter->resume(b);
    }
    return iterations;
}

uint64_t heaplens_bench_size(const heaplens_bench *b)
{
    return b->item->size;
}

const void *heaplens_bench_data(const heaplens_bench *b)
{
    return b->item->benchmark->data;
}

void heaplens_bench_items(heaplens_bench *b, uint64_t items)
{
    b->result->items = items;
}

void heaplens_bench_bytes(heaplens_bench *b, uint64_t bytes)
{
    b->result->bytes = bytes;
}

static heaplens_counter *find_counter(heaplens_case_result *result, const char *name)
{
    for (size_t i = 0; i < result->counter_count; i++) {
        if (strncmp(result->counters[i].name, name, HEAPLENS_COUNTER_NAME_BYTES - 1) == 0) {
            return &result->counters[i];
        }
    }
    if (result->counter_count == HEAPLENS_COUNTERS_MAX) {
        return NULL;
    }
    heaplens_counter *const counter = &result->counters[result->counter_count];
    *counter = (heaplens_counter){.value = 0};
    (void)snprintf(counter->name, sizeof counter->name, "%s", name);
    result->counter_count++;
    return counter;
}

void heaplens_bench_count(heaplens_bench *b, const char *name, double amount)
{
    heaplens_counter *const counter = find_counter(b->result, name);
    if (counter != NULL) {
        counter->value += amount;
        counter->is_per_iteration = true;
    }
}

void heaplens_bench_value(heaplens_bench *b, const char *name, double value)
{
    heaplens_counter *const counter = find_counter(b->result, name);
    if (counter != NULL) {
        counter->value = value;
        counter->is_per_iteration = false;
    }
}

void heaplens_bench_fail(heaplens_bench *b, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    set_message(b->result, format, arguments);
    va_end(arguments);
    b->is_failed = true;
}

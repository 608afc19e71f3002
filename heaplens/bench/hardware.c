// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/hardware.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

const heaplens_event heaplens__hardware_events[] = {
    {"instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
    {"cycles", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
    {"cache-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES},
    {"branch-misses", PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES},
};
const size_t heaplens__hardware_event_count =
    sizeof heaplens__hardware_events / sizeof heaplens__hardware_events[0];

typedef struct counting {
    int descriptors[HEAPLENS_HARDWARE_MAX];  // -1: not to be had
    const heaplens_event *events;
    size_t count;
    uint64_t iterations;
} counting;

// As read(2) gives it.
typedef struct reading {
    uint64_t value;
    uint64_t enabled_ns;
    uint64_t running_ns;
} reading;

static int open_event(const heaplens_event *event)
{
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = event->type;
    attributes.config = event->config;
    attributes.disabled = 1;
    attributes.inherit = 1;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static void set_all(const counting *state, unsigned long request)
{
    for (size_t i = 0; i < state->count; i++) {
        if (state->descriptors[i] >= 0) {
            (void)ioctl(state->descriptors[i], request, 0);
        }
    }
}

static void resume(heaplens_bench *b)
{
    set_all(b->state, PERF_EVENT_IOC_ENABLE);
}

static void pause_counting(heaplens_bench *b)
{
    set_all(b->state, PERF_EVENT_IOC_DISABLE);
}

static void keep_reading(heaplens_case_result *result, const counting *state, size_t at)
{
    reading got;
    if (state->descriptors[at] < 0 ||
        read(state->descriptors[at], &got, sizeof got) != (ssize_t)sizeof got ||
        got.running_ns == 0) {
        return;
    }
    const double scale = (double)got.enabled_ns / (double)got.running_ns;
    heaplens_counter *const counter = &result->hardware[result->hardware_count];
    *counter = (heaplens_counter){.is_per_iteration = true};
    memcpy(counter->name, state->events[at].name,
           strnlen(state->events[at].name, sizeof counter->name - 1));
    counter->value = (double)got.value * scale / (double)state->iterations;
    result->hardware_count++;
}

static uint64_t advance(heaplens_bench *b)
{
    const counting *const state = b->state;
    if (b->iterations == 0) {
        return state->iterations;
    }
    for (size_t i = 0; i < state->count; i++) {
        keep_reading(b->result, state, i);
    }
    return 0;
}

static const heaplens_meter meter = {advance, resume, pause_counting};

int heaplens__hardware_measure(const heaplens_case *item, heaplens_case_result *result,
                               const heaplens_event *events, size_t count, uint64_t iterations)
{
    counting state = {.events = events, .count = count, .iterations = iterations};
    int error = 0;
    size_t opened = 0;
    for (size_t i = 0; i < count; i++) {
        state.descriptors[i] = open_event(&events[i]);
        error = state.descriptors[i] < 0 && error == 0 ? errno : error;
        opened += state.descriptors[i] >= 0;
    }
    result->hardware_count = 0;
    if (opened > 0) {
        heaplens__running_run(item, result, &meter, &state);
    }
    for (size_t i = 0; i < count; i++) {
        if (state.descriptors[i] >= 0) {
            (void)close(state.descriptors[i]);
        }
    }
    return opened > 0 ? 0 : error;
}

const char *heaplens__hardware_reason(int error)
{
    switch (error) {
    case EACCES:
    case EPERM: return "not permitted: see /proc/sys/kernel/perf_event_paranoid";
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP: return "this machine has none, or hides them from its guests";
    case ENOSYS: return "this kernel has no perf_event_open";
    case EMFILE: return "no file descriptor is left";
    default: return "perf_event_open failed";
    }
}

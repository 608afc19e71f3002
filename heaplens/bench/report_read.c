// SPDX-License-Identifier: MIT
#define _GNU_SOURCE
#include "bench/report_read.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_json.h"

// Where a reader is, and whether it has met something wrong: then what it reads is not used.
typedef struct document_reading {
    heaplens_bench_failure *failure;
    heaplens_status status;
    const char *where;  // the case that is read
} document_reading;

__attribute__((format(printf, 2, 3))) static void refuse(document_reading *reading,
                                                         const char *format, ...)
{
    if (reading->status != HEAPLENS_OK) {
        return;
    }
    reading->status = HEAPLENS_EFORMAT;
    if (reading->failure == NULL) {
        return;
    }
    char detail[160];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    (void)snprintf(reading->failure->text, sizeof reading->failure->text, "%.60s: %s",
                   reading->where, detail);
}

static uint64_t read_whole(document_reading *reading, const json_t *object, const char *key,
                           uint64_t most)
{
    const json_t *const value = json_object_get(object, key);
    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > most) {
        refuse(reading, "%s is no whole number from 0 to %llu", key, (unsigned long long)most);
        return 0;
    }
    return (uint64_t)json_integer_value(value);
}

static double read_number(document_reading *reading, const json_t *object, const char *key,
                          double least, double most)
{
    const json_t *const value = json_object_get(object, key);
    const double number = json_number_value(value);
    if (!json_is_number(value) || !(number >= least && number <= most)) {
        refuse(reading, "%s is no number from %g to %g", key, least, most);
        return least;
    }
    return number;
}

// A copy; NULL for null where that may be.
static char *read_text(document_reading *reading, const json_t *object, const char *key,
                       bool may_be_null)
{
    const json_t *const value = json_object_get(object, key);
    if (may_be_null && (value == NULL || json_is_null(value))) {
        return NULL;
    }
    if (!json_is_string(value) || json_string_length(value) > 4096) {
        refuse(reading, "%s is no text of at most 4096 bytes", key);
        return NULL;
    }
    char *const copy = strdup(json_string_value(value));
    if (copy == NULL) {
        reading->status = HEAPLENS_ENOMEM;
    }
    return copy;
}

static void copy_text(document_reading *reading, const json_t *object, const char *key, char *out,
                      size_t cap)
{
    const json_t *const value = json_object_get(object, key);
    if (json_is_null(value)) {
        out[0] = '\0';
        return;
    }
    if (!json_is_string(value) || json_string_length(value) >= cap) {
        refuse(reading, "%s is no text of at most %zu bytes", key, cap - 1);
        return;
    }
    (void)snprintf(out, cap, "%s", json_string_value(value));
}

static const json_t *read_list(document_reading *reading, const json_t *object, const char *key,
                               size_t most)
{
    const json_t *const list = json_object_get(object, key);
    if (!json_is_array(list) || json_array_size(list) > most) {
        refuse(reading, "%s is no list of at most %zu", key, most);
        return NULL;
    }
    return list;
}

static void read_settings(document_reading *reading, const json_t *root,
                          heaplens_bench_settings *out)
{
    const json_t *const settings = json_object_get(root, "settings");
    out->warm_up_ns = read_whole(reading, settings, "warm_up_ns", INT64_MAX);
    out->measurement_ns = read_whole(reading, settings, "measurement_ns", INT64_MAX);
    out->sample_size = (uint32_t)read_whole(reading, settings, "sample_size", HEAPLENS_SAMPLES_MAX);
    out->resamples = (uint32_t)read_whole(reading, settings, "resamples", 1000000);
    out->confidence = read_number(reading, settings, "confidence", 0.5, 0.9999);
    out->noise = read_number(reading, settings, "noise", 0, 1);
    out->alpha = read_number(reading, settings, "alpha", 0, 1);
    out->is_quick = json_is_true(json_object_get(settings, "quick"));
    const char *const seed = json_string_value(json_object_get(settings, "seed"));
    char *end = NULL;
    errno = 0;
    out->seed = seed == NULL ? 0 : strtoull(seed, &end, 10);
    if (seed == NULL || errno != 0 || end == seed || *end != '\0') {
        refuse(reading, "seed is no text of a whole number");
    }
    if (out->resamples < 100) {
        refuse(reading, "resamples is below 100");
    }
}

static void read_machine(document_reading *reading, const json_t *root, heaplens_machine *out)
{
    const json_t *const machine = json_object_get(root, "machine");
    copy_text(reading, machine, "fingerprint", out->fingerprint, sizeof out->fingerprint);
    copy_text(reading, machine, "processor", out->processor, sizeof out->processor);
    copy_text(reading, machine, "architecture", out->architecture, sizeof out->architecture);
    copy_text(reading, machine, "kernel", out->kernel, sizeof out->kernel);
    copy_text(reading, machine, "governor", out->governor, sizeof out->governor);
    out->processors = (uint32_t)read_whole(reading, machine, "processors", UINT32_MAX);
    out->memory_bytes = read_whole(reading, machine, "memory_bytes", INT64_MAX);
    out->randomises_addresses = json_is_true(json_object_get(machine, "randomises_addresses"));
}

static void read_plan(document_reading *reading, const json_t *time, heaplens_case_result *out)
{
    const json_t *const plan = json_object_get(time, "plan");
    const char *const mode = json_string_value(json_object_get(plan, "mode"));
    const bool is_linear = mode != NULL && strcmp(mode, "linear") == 0;
    if (!is_linear && (mode == NULL || strcmp(mode, "flat") != 0)) {
        refuse(reading, "mode is neither linear nor flat");
    }
    out->plan.mode = is_linear ? HEAPLENS_PLAN_LINEAR : HEAPLENS_PLAN_FLAT;
    out->plan.samples = read_whole(reading, plan, "samples", HEAPLENS_SAMPLES_MAX);
    out->samples_wanted = read_whole(reading, plan, "samples_wanted", HEAPLENS_SAMPLES_MAX);
    out->plan.step = read_whole(reading, plan, "step", INT64_MAX);
    out->plan.expected_ns = read_number(reading, plan, "expected_ns", 0, (double)INFINITY);
    out->warm_up_iterations = read_whole(reading, plan, "warm_up_iterations", INT64_MAX);
    out->warm_up_ns = read_whole(reading, plan, "warm_up_ns", INT64_MAX);
}

static uint64_t *read_counts(document_reading *reading, const json_t *list, uint64_t least)
{
    uint64_t *const out = calloc(json_array_size(list) + 1, sizeof *out);
    if (out == NULL) {
        reading->status = HEAPLENS_ENOMEM;
        return NULL;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *const value = json_array_get(list, i);
        if (!json_is_integer(value) || json_integer_value(value) < (json_int_t)least) {
            refuse(reading, "sample %zu is no whole number of at least %d", i, (int)least);
            break;
        }
        out[i] = (uint64_t)json_integer_value(value);
    }
    return out;
}

static void read_rates(document_reading *reading, const json_t *time, heaplens_case_result *out)
{
    const json_t *const rates = read_list(reading, time, "throughput", 2);
    for (size_t i = 0; i < json_array_size(rates); i++) {
        const json_t *const rate = json_array_get(rates, i);
        const char *const unit = json_string_value(json_object_get(rate, "unit"));
        const uint64_t amount = read_whole(reading, rate, "per_iteration", INT64_MAX);
        if (unit != NULL && strcmp(unit, "items") == 0) {
            out->items = amount;
        } else {
            out->bytes = amount;
        }
    }
}

static void read_time(document_reading *reading, const json_t *row, heaplens_case_result *out)
{
    const json_t *const time = json_object_get(row, "time");
    if (time == NULL || json_is_null(time)) {
        return;
    }
    read_plan(reading, time, out);
    const json_t *const samples = json_object_get(time, "samples");
    const json_t *const iterations =
        read_list(reading, samples, "iterations", HEAPLENS_SAMPLES_MAX);
    const json_t *const ns = read_list(reading, samples, "ns", HEAPLENS_SAMPLES_MAX);
    if (reading->status != HEAPLENS_OK) {
        return;
    }
    out->sample_count = json_array_size(ns);
    if (json_array_size(iterations) != out->sample_count || out->sample_count < 2) {
        refuse(reading, "%zu times for %zu counts of iterations, at least 2 of each",
               out->sample_count, json_array_size(iterations));
        return;
    }
    out->iterations = read_counts(reading, iterations, 1);
    out->ns = read_counts(reading, ns, 0);
    read_rates(reading, time, out);
}

static size_t read_counters(document_reading *reading, const json_t *row, const char *key,
                            heaplens_counter *out, size_t most)
{
    const json_t *const list = read_list(reading, row, key, most);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *const item = json_array_get(list, i);
        copy_text(reading, item, "name", out[i].name, sizeof out[i].name);
        out[i].value = read_number(reading, item, "value", -(double)INFINITY, (double)INFINITY);
        out[i].is_per_iteration = json_is_true(json_object_get(item, "per_iteration"));
    }
    return json_array_size(list);
}

static int64_t read_signed(document_reading *reading, const json_t *value)
{
    if (!json_is_integer(value)) {
        refuse(reading, "a memory figure is no whole number");
        return 0;
    }
    return json_integer_value(value);
}

static void read_memory_kind(document_reading *reading, const json_t *memory,
                             heaplens_memory_kind kind, heaplens_memory *out)
{
    const json_t *const figure = json_object_get(memory, heaplens__memory_kind_name(kind));
    out->first[kind] = read_signed(reading, json_object_get(figure, "first"));
    const json_t *const values =
        read_list(reading, figure, "values", HEAPLENS_MEMORY_ITERATIONS_MAX);
    if (json_array_size(values) != out->iterations) {
        refuse(reading, "%zu values of %s for %zu iterations", json_array_size(values),
               heaplens__memory_kind_name(kind), out->iterations);
        return;
    }
    for (size_t i = 0; i < out->iterations; i++) {
        out->values[kind][i] = read_signed(reading, json_array_get(values, i));
    }
}

static void read_sites(document_reading *reading, const json_t *memory, heaplens_memory *out)
{
    const json_t *const sites = read_list(reading, memory, "sites", HEAPLENS_MEMORY_SITES_MAX);
    out->sites = calloc(json_array_size(sites) + 1, sizeof *out->sites);
    if (out->sites == NULL) {
        reading->status = HEAPLENS_ENOMEM;
        return;
    }
    for (size_t i = 0; i < json_array_size(sites); i++) {
        const json_t *const row = json_array_get(sites, i);
        heaplens_memory_site *const site = &out->sites[i];
        site->path = read_text(reading, row, "path", false);
        if (site->path == NULL) {
            return;
        }
        out->site_count = i + 1;
        site->blocks = read_whole(reading, row, "blocks", INT64_MAX);
        site->bytes = read_whole(reading, row, "bytes", INT64_MAX);
        site->peak_bytes = read_whole(reading, row, "peak_bytes", INT64_MAX);
    }
}

static void read_memory(document_reading *reading, const json_t *row, heaplens_memory *out)
{
    const json_t *const memory = json_object_get(row, "memory");
    if (memory == NULL || json_is_null(memory)) {
        return;
    }
    out->is_measured = true;
    out->iterations = read_whole(reading, memory, "iterations", HEAPLENS_MEMORY_ITERATIONS_MAX);
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        read_memory_kind(reading, memory, (heaplens_memory_kind)kind, out);
    }
    out->sites_left_out = read_whole(reading, memory, "sites_left_out", INT64_MAX);
    if (out->iterations == 0) {
        refuse(reading, "memory of no iteration");
    }
    read_sites(reading, memory, out);
}

static void read_case(document_reading *reading, const json_t *row, heaplens_case_result *out)
{
    out->id = read_text(reading, row, "id", false);
    out->name = read_text(reading, row, "name", false);
    out->group = read_text(reading, row, "group", true);
    out->message = read_text(reading, row, "message", true);
    if (reading->status != HEAPLENS_OK) {
        return;
    }
    reading->where = out->id;
    const json_t *const size = json_object_get(row, "size");
    out->has_size = size != NULL && !json_is_null(size);
    out->size = out->has_size ? read_whole(reading, row, "size", INT64_MAX) : 0;
    const char *const status = json_string_value(json_object_get(row, "status"));
    out->status = status != NULL && strcmp(status, "measured") == 0 ? HEAPLENS_CASE_MEASURED
                                                                    : HEAPLENS_CASE_FAILED;
    read_time(reading, row, out);
    out->counter_count =
        read_counters(reading, row, "counters", out->counters, HEAPLENS_COUNTERS_MAX);
    out->hardware_count =
        read_counters(reading, row, "hardware", out->hardware, HEAPLENS_HARDWARE_MAX);
    read_memory(reading, row, &out->memory);
}

static void read_cases(document_reading *reading, const json_t *root, heaplens_bench_report *out)
{
    const json_t *const rows = read_list(reading, root, "benchmarks", 100000);
    out->cases = calloc(json_array_size(rows) + 1, sizeof *out->cases);
    if (out->cases == NULL) {
        reading->status = HEAPLENS_ENOMEM;
        return;
    }
    for (size_t i = 0; i < json_array_size(rows) && reading->status == HEAPLENS_OK; i++) {
        out->case_count = i + 1;
        reading->where = "benchmarks";
        read_case(reading, json_array_get(rows, i), &out->cases[i]);
    }
}

static void read_root(document_reading *reading, const json_t *root, heaplens_bench_report *out)
{
    const char *const format = json_string_value(json_object_get(root, "format"));
    if (format == NULL || strcmp(format, "heaplens-bench") != 0) {
        refuse(reading, "no report of benchmarks: its format is not heaplens-bench");
        return;
    }
    const uint64_t version = read_whole(reading, root, "version", INT64_MAX);
    if (version != HEAPLENS_BENCH_JSON_VERSION) {
        refuse(reading, "version %llu, this program reads %d", (unsigned long long)version,
               HEAPLENS_BENCH_JSON_VERSION);
        return;
    }
    out->program = read_text(reading, root, "program", false);
    out->started_unix_s = read_whole(reading, root, "started_unix_s", INT64_MAX);
    read_settings(reading, root, &out->settings);
    read_machine(reading, root, &out->machine);
    const json_t *const overhead = json_object_get(root, "overhead");
    out->sample_overhead_ns = read_number(reading, overhead, "sample_ns", 0, (double)INFINITY);
    out->iteration_overhead_ns =
        read_number(reading, overhead, "iteration_ns", 0, (double)INFINITY);
    out->memory_reason = read_text(reading, root, "no_memory", true);
    out->hardware_reason = read_text(reading, root, "no_hardware", true);
    if (reading->status == HEAPLENS_OK) {
        read_cases(reading, root, out);
    }
}

heaplens_status heaplens__report_parse(heaplens_bench_report *out, const char *text, size_t size,
                                       heaplens_bench_failure *failure)
{
    *out = (heaplens_bench_report){0};
    document_reading reading = {.failure = failure, .where = "document"};
    json_error_t error;
    json_t *const root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        refuse(&reading, "line %d: %.120s", error.line, error.text);
        return reading.status;
    }
    read_root(&reading, root, out);
    json_decref(root);
    if (reading.status != HEAPLENS_OK) {
        heaplens__bench_report_deinit(out);
    }
    return reading.status;
}

static heaplens_status read_file(const char *path, char **text, size_t *size)
{
    FILE *const file = fopen(path, "re");
    if (file == NULL) {
        return errno == ENOENT ? HEAPLENS_ENOINPUT : HEAPLENS_EIO;
    }
    char *bytes = NULL;
    size_t capacity = 0;
    heaplens_status status = HEAPLENS_OK;
    for (*size = 0; status == HEAPLENS_OK && feof(file) == 0;) {
        if (*size == capacity) {
            capacity = capacity == 0 ? 65536 : capacity * 2;
            char *const grown =
                capacity > HEAPLENS_REPORT_BYTES_MAX ? NULL : realloc(bytes, capacity);
            if (grown == NULL) {
                status =
                    capacity > HEAPLENS_REPORT_BYTES_MAX ? HEAPLENS_ECAPACITY : HEAPLENS_ENOMEM;
                break;
            }
            bytes = grown;
        }
        *size += fread(bytes + *size, 1, capacity - *size, file);
        if (ferror(file) != 0) {
            status = HEAPLENS_EIO;
        }
    }
    (void)fclose(file);
    *text = bytes;
    return status;
}

heaplens_status heaplens__report_read(heaplens_bench_report *out, const char *path,
                                      heaplens_bench_failure *failure)
{
    *out = (heaplens_bench_report){0};
    char *text = NULL;
    size_t size = 0;
    heaplens_status status = read_file(path, &text, &size);
    if (status == HEAPLENS_OK) {
        status = heaplens__report_parse(out, text, size, failure);
    } else if (failure != NULL) {
        (void)snprintf(failure->text, sizeof failure->text, "%s", heaplens_status_text(status));
    }
    free(text);
    return status;
}

// SPDX-License-Identifier: MIT
#include "bench/report_json.h"

#include <inttypes.h>

#include <stdlib.h>

#include "bench/bench_change.h"
#include "bench/json_text.h"

static void write_estimated(heaplens_json *json, const char *key, const heaplens_estimated *figure)
{
    heaplens__json_open_line(json, key);
    heaplens__json_number(json, "value", figure->value);
    heaplens__json_number(json, "low", figure->low);
    heaplens__json_number(json, "high", figure->high);
    heaplens__json_number(json, "error", figure->error);
    heaplens__json_close(json);
}

static void write_settings(heaplens_json *json, const heaplens_bench_settings *settings)
{
    char seed[24];  // a text, because readers' numbers may have 53 bits only
    (void)snprintf(seed, sizeof seed, "%" PRIu64, settings->seed);
    heaplens__json_open(json, "settings");
    heaplens__json_unsigned(json, "warm_up_ns", settings->warm_up_ns);
    heaplens__json_unsigned(json, "measurement_ns", settings->measurement_ns);
    heaplens__json_unsigned(json, "sample_size", settings->sample_size);
    heaplens__json_unsigned(json, "resamples", settings->resamples);
    heaplens__json_number(json, "confidence", settings->confidence);
    heaplens__json_number(json, "noise", settings->noise);
    heaplens__json_number(json, "alpha", settings->alpha);
    heaplens__json_text(json, "seed", seed);
    heaplens__json_bool(json, "quick", settings->is_quick);
    heaplens__json_close(json);
}

static void write_machine(heaplens_json *json, const heaplens_machine *machine)
{
    heaplens__json_open(json, "machine");
    heaplens__json_text(json, "fingerprint", machine->fingerprint);
    heaplens__json_text(json, "processor", machine->processor);
    heaplens__json_text(json, "architecture", machine->architecture);
    heaplens__json_unsigned(json, "processors", machine->processors);
    heaplens__json_unsigned(json, "memory_bytes", machine->memory_bytes);
    heaplens__json_text(json, "kernel", machine->kernel);
    heaplens__json_text(json, "governor", machine->governor[0] == '\0' ? NULL : machine->governor);
    heaplens__json_bool(json, "randomises_addresses", machine->randomises_addresses);
    heaplens__json_close(json);
}

static void write_base(heaplens_json *json, const heaplens_bench_report *report)
{
    const heaplens_bench_base *const base = &report->base;
    if (!report->has_base) {
        heaplens__json_null(json, "baseline");
        return;
    }
    heaplens__json_open(json, "baseline");
    heaplens__json_text(json, "name", base->name);
    heaplens__json_text(json, "path", base->path);
    heaplens__json_text(json, "fingerprint", base->fingerprint);
    heaplens__json_bool(json, "foreign", base->is_foreign);
    heaplens__json_unsigned(json, "benchmarks", base->cases);
    heaplens__json_close(json);
}

static void write_plan(heaplens_json *json, const heaplens_case_result *result)
{
    heaplens__json_open_line(json, "plan");
    heaplens__json_text(json, "mode", heaplens__plan_mode_name(result->plan.mode));
    heaplens__json_unsigned(json, "samples", result->plan.samples);
    heaplens__json_unsigned(json, "samples_wanted", result->samples_wanted);
    heaplens__json_unsigned(json, "step", result->plan.step);
    heaplens__json_number(json, "expected_ns", result->plan.expected_ns);
    heaplens__json_unsigned(json, "warm_up_iterations", result->warm_up_iterations);
    heaplens__json_unsigned(json, "warm_up_ns", result->warm_up_ns);
    heaplens__json_close(json);
}

static void write_numbers(heaplens_json *json, const char *key, const uint64_t *values,
                          size_t count)
{
    heaplens__json_open_numbers(json, key);
    for (size_t i = 0; i < count; i++) {
        heaplens__json_unsigned(json, NULL, values[i]);
    }
    heaplens__json_close(json);
}

static void write_samples(heaplens_json *json, const heaplens_case_result *result)
{
    heaplens__json_open(json, "samples");
    write_numbers(json, "iterations", result->iterations, result->sample_count);
    write_numbers(json, "ns", result->ns, result->sample_count);
    heaplens__json_open_numbers(json, "classes");
    for (size_t i = 0; i < result->sample_count; i++) {
        const double each = (double)result->ns[i] / (double)result->iterations[i];
        const heaplens_outlier found = heaplens__outlier_class(&result->estimates.fences, each);
        heaplens__json_signed(json, NULL, (int64_t)found - HEAPLENS_OUTLIER_NONE);
    }
    heaplens__json_close(json);
    heaplens__json_close(json);
}

static void write_density(heaplens_json *json, const heaplens_estimates *estimates)
{
    const heaplens_density *const density = &estimates->density;
    if (!estimates->has_density) {
        heaplens__json_null(json, "density");
        return;
    }
    heaplens__json_open(json, "density");
    heaplens__json_number(json, "bandwidth", density->bandwidth);
    heaplens__json_number(json, "from", density->from);
    heaplens__json_number(json, "to", density->to);
    heaplens__json_open_numbers(json, "values");
    for (size_t i = 0; i < HEAPLENS_DENSITY_POINTS; i++) {
        heaplens__json_number(json, NULL, density->values[i]);
    }
    heaplens__json_close(json);
    heaplens__json_close(json);
}

static void write_outliers(heaplens_json *json, const heaplens_estimates *estimates)
{
    static const char *const names[HEAPLENS_OUTLIER_CLASSES] = {"low_severe", "low_mild", "none",
                                                                "high_mild", "high_severe"};
    const double fences[HEAPLENS_OUTLIER_CLASSES] = {
        estimates->fences.low_severe, estimates->fences.low_mild, 0, estimates->fences.high_mild,
        estimates->fences.high_severe};
    heaplens__json_open_line(json, "fences");
    for (size_t i = 0; i < HEAPLENS_OUTLIER_CLASSES; i++) {
        if (i != HEAPLENS_OUTLIER_NONE) {
            heaplens__json_number(json, names[i], fences[i]);
        }
    }
    heaplens__json_close(json);
    heaplens__json_open_line(json, "outliers");
    for (size_t i = 0; i < HEAPLENS_OUTLIER_CLASSES; i++) {
        heaplens__json_unsigned(json, names[i], estimates->outliers[i]);
    }
    heaplens__json_close(json);
}

static void write_estimates(heaplens_json *json, const heaplens_estimates *estimates)
{
    heaplens__json_open(json, "estimates");
    heaplens__json_text(json, "typical", estimates->has_slope ? "slope" : "mean");
    if (estimates->has_slope) {
        write_estimated(json, "slope", &estimates->slope);
        heaplens__json_number(json, "r_squared", estimates->determination);
    } else {
        heaplens__json_null(json, "slope");
        heaplens__json_null(json, "r_squared");
    }
    write_estimated(json, "mean", &estimates->mean);
    write_estimated(json, "median", &estimates->median);
    write_estimated(json, "std_dev", &estimates->deviation);
    write_estimated(json, "median_abs_dev", &estimates->median_deviation);
    heaplens__json_unsigned(json, "block_length", estimates->block_length);
    heaplens__json_close(json);
    write_outliers(json, estimates);
    write_density(json, estimates);
}

static void write_rate(heaplens_json *json, const char *unit, uint64_t amount,
                       const heaplens_estimated *typical)
{
    if (amount == 0) {
        return;
    }
    const double scale = (double)amount * 1e9;
    heaplens__json_open_line(json, NULL);
    heaplens__json_text(json, "unit", unit);
    heaplens__json_unsigned(json, "per_iteration", amount);
    heaplens__json_number(json, "per_second", scale / typical->value);
    heaplens__json_number(json, "low", scale / typical->high);
    heaplens__json_number(json, "high", scale / typical->low);
    heaplens__json_close(json);
}

static void write_counters(heaplens_json *json, const char *key, const heaplens_counter *counters,
                           size_t count)
{
    heaplens__json_open_list(json, key);
    for (size_t i = 0; i < count; i++) {
        heaplens__json_open_line(json, NULL);
        heaplens__json_text(json, "name", counters[i].name);
        heaplens__json_number(json, "value", counters[i].value);
        heaplens__json_bool(json, "per_iteration", counters[i].is_per_iteration);
        heaplens__json_close(json);
    }
    heaplens__json_close(json);
}

static void write_time(heaplens_json *json, const char *key, const heaplens_case_result *result)
{
    if (result->sample_count == 0) {
        heaplens__json_null(json, key);
        return;
    }
    heaplens__json_open(json, key);
    write_plan(json, result);
    write_samples(json, result);
    write_estimates(json, &result->estimates);
    const heaplens_estimated *const typical = heaplens__typical(&result->estimates);
    heaplens__json_open_list(json, "throughput");
    write_rate(json, "items", result->items, typical);
    write_rate(json, "bytes", result->bytes, typical);
    heaplens__json_close(json);
    heaplens__json_close(json);
}

static void write_memory_figure(heaplens_json *json, const heaplens_memory *memory,
                                heaplens_memory_kind kind)
{
    heaplens__json_open(json, heaplens__memory_kind_name(kind));
    heaplens__json_bool(json, "repeats", memory->repeats[kind]);
    heaplens__json_signed(json, "first", memory->first[kind]);
    write_estimated(json, "estimate", &memory->figures[kind]);
    heaplens__json_open_numbers(json, "values");
    for (size_t i = 0; i < memory->iterations; i++) {
        heaplens__json_signed(json, NULL, memory->values[kind][i]);
    }
    heaplens__json_close(json);
    heaplens__json_close(json);
}

static void write_memory(heaplens_json *json, const heaplens_memory *memory)
{
    if (!memory->is_measured) {
        heaplens__json_null(json, "memory");
        return;
    }
    heaplens__json_open(json, "memory");
    heaplens__json_unsigned(json, "iterations", memory->iterations);
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        write_memory_figure(json, memory, (heaplens_memory_kind)kind);
    }
    heaplens__json_unsigned(json, "sites_left_out", memory->sites_left_out);
    heaplens__json_open_list(json, "sites");
    for (size_t i = 0; i < memory->site_count; i++) {
        heaplens__json_open_line(json, NULL);
        heaplens__json_text(json, "path", memory->sites[i].path);
        heaplens__json_unsigned(json, "blocks", memory->sites[i].blocks);
        heaplens__json_unsigned(json, "bytes", memory->sites[i].bytes);
        heaplens__json_unsigned(json, "peak_bytes", memory->sites[i].peak_bytes);
        heaplens__json_close(json);
    }
    heaplens__json_close(json);
    heaplens__json_close(json);
}

static void write_comparison(heaplens_json *json, const char *key, const heaplens_comparison *item)
{
    heaplens__json_open_line(json, key);
    heaplens__json_text(json, "outcome", heaplens__outcome_name(item->outcome));
    heaplens__json_number(json, "base", item->base);
    heaplens__json_number(json, "head", item->head);
    heaplens__json_number(json, "change", item->change);
    heaplens__json_number(json, "low", item->low);
    heaplens__json_number(json, "high", item->high);
    heaplens__json_bool(json, "relative", item->is_relative);
    heaplens__json_bool(json, "exact", item->is_exact);
    heaplens__json_number(json, "margin", item->margin);
    heaplens__json_number(json, "p", item->p);
    heaplens__json_number(json, "p_adjusted", item->p_adjusted);
    heaplens__json_close(json);
}

static void write_site_changes(heaplens_json *json, const heaplens_memory *base,
                               const heaplens_memory *head)
{
    heaplens_site_change *sites = NULL;
    size_t count = 0;
    heaplens__json_open_list(json, "sites");
    if (base->is_measured && head->is_measured &&
        heaplens__site_changes(base, head, &sites, &count) == HEAPLENS_OK) {
        for (size_t i = 0; i < count; i++) {
            heaplens__json_open_line(json, NULL);
            heaplens__json_text(json, "path", sites[i].path);
            heaplens__json_number(json, "blocks_base", sites[i].blocks_base);
            heaplens__json_number(json, "blocks_head", sites[i].blocks_head);
            heaplens__json_number(json, "bytes_base", sites[i].bytes_base);
            heaplens__json_number(json, "bytes_head", sites[i].bytes_head);
            heaplens__json_close(json);
        }
    }
    free(sites);
    heaplens__json_close(json);
}

static void write_change(heaplens_json *json, const heaplens_case_result *result,
                         const heaplens_bench_report *base)
{
    const heaplens_case_change *const change = &result->change;
    const heaplens_case_result *const before =
        base == NULL ? NULL : heaplens__bench_report_find(base, result->id);
    if (!result->has_change || before == NULL) {
        heaplens__json_null(json, "change");
        return;
    }
    heaplens__json_open(json, "change");
    if (change->has_time) {
        write_comparison(json, "time", &change->time);
    }
    for (int kind = 0; kind < HEAPLENS_MEMORY_KINDS; kind++) {
        if (change->has_memory[kind]) {
            write_comparison(json, heaplens__memory_kind_name((heaplens_memory_kind)kind),
                             &change->memory[kind]);
        }
    }
    write_site_changes(json, &before->memory, &result->memory);
    write_time(json, "base_time", before);
    heaplens__json_close(json);
}

static void write_case(heaplens_json *json, const heaplens_case_result *result,
                       const heaplens_bench_report *base)
{
    heaplens__json_open(json, NULL);
    heaplens__json_text(json, "id", result->id);
    heaplens__json_text(json, "group", result->group);
    heaplens__json_text(json, "name", result->name);
    if (result->has_size) {
        heaplens__json_unsigned(json, "size", result->size);
    } else {
        heaplens__json_null(json, "size");
    }
    heaplens__json_text(json, "status",
                        result->status == HEAPLENS_CASE_MEASURED ? "measured" : "failed");
    heaplens__json_text(json, "message", result->message);
    write_time(json, "time", result);
    write_counters(json, "counters", result->counters, result->counter_count);
    write_counters(json, "hardware", result->hardware, result->hardware_count);
    write_memory(json, &result->memory);
    write_change(json, result, base);
    heaplens__json_close(json);
}

void heaplens__report_write_json(FILE *file, const heaplens_bench_report *report)
{
    heaplens_json json = {.file = file};
    heaplens__json_open(&json, NULL);
    heaplens__json_text(&json, "format", "heaplens-bench");
    heaplens__json_unsigned(&json, "version", HEAPLENS_BENCH_JSON_VERSION);
    heaplens__json_text(&json, "program", report->program);
    heaplens__json_unsigned(&json, "started_unix_s", report->started_unix_s);
    write_settings(&json, &report->settings);
    write_machine(&json, &report->machine);
    heaplens__json_open_line(&json, "overhead");
    heaplens__json_number(&json, "sample_ns", report->sample_overhead_ns);
    heaplens__json_number(&json, "iteration_ns", report->iteration_overhead_ns);
    heaplens__json_close(&json);
    heaplens__json_text(&json, "no_memory", report->memory_reason);
    heaplens__json_text(&json, "no_hardware", report->hardware_reason);
    write_base(&json, report);
    heaplens__json_open_list(&json, "benchmarks");
    for (size_t i = 0; i < report->case_count; i++) {
        write_case(&json, &report->cases[i], report->base.report);
    }
    heaplens__json_close(&json);
    heaplens__json_close(&json);
}

// SPDX-License-Identifier: MIT
// Runs both versions under the recorder and compares what their heaps held.
#define _GNU_SOURCE

#include "cli/compare_heap.h"

#include <stdio.h>
#include <string.h>

#include "bench/paired.h"
#include "cli/cli.h"
#include "cli/library.h"
#include "cli/session_folder.h"
#include "cli/symbol_folder.h"
#include "cli/target.h"
#include "profile/open.h"

enum {
    RECORDINGS_IF_EQUAL = 2,
    RECORDINGS_IF_DIFFERENT = 5,  // 2 / C(10, 5) = 0.8 % by chance; see heaplens__compare_exact()
};

static const struct {
    const char *name;
    const char *key;
    heaplens_unit unit;
    heaplens_metric metric;
} figures[HEAPLENS_HEAP_FIGURES] = {
    {"heap: peak", "heap_peak", HEAPLENS_UNIT_BYTES, HEAPLENS_METRIC_PEAK},
    {"heap: bytes allocated", "heap_bytes", HEAPLENS_UNIT_BYTES, HEAPLENS_METRIC_TOTAL},
    {"heap: blocks allocated", "heap_blocks", HEAPLENS_UNIT_BLOCKS, HEAPLENS_METRIC_BLOCKS},
    {"heap: bytes never freed", "heap_leaked_bytes", HEAPLENS_UNIT_BYTES, HEAPLENS_METRIC_LEAKED},
    {"heap: blocks never freed", "heap_leaked_blocks", HEAPLENS_UNIT_BLOCKS,
     HEAPLENS_METRIC_LEAKED},
};

// Peaks of processes that run at the same time do not add up: the largest counts.
static void sum_processes(const heaplens_session *session, double out[HEAPLENS_HEAP_FIGURES])
{
    memset(out, 0, HEAPLENS_HEAP_FIGURES * sizeof(*out));
    for (size_t i = 0; i < session->process_count; i++) {
        const heaplens_facts *const facts = &session->processes[i].facts;
        const double peak = (double)facts->bytes_peak;
        out[0] = peak > out[0] ? peak : out[0];
        out[1] += (double)facts->bytes_total;
        out[2] += (double)facts->blocks_total;
        out[3] += (double)facts->bytes_end;
        out[4] += (double)facts->blocks_end;
    }
}

// Loads what a run left in its folder.
static bool keep_recording(heaplens_heap_runs *runs, size_t version, const char *folder,
                           const char *program)
{
    heaplens_failure failure = {0};
    heaplens_session_destroy(runs->sessions[version]);
    runs->sessions[version] = NULL;
    heaplens_session **const session = &runs->sessions[version];
    const heaplens_status status = heaplens_session_open(session, folder, NULL, &failure);
    if (status != HEAPLENS_OK) {
        (void)snprintf(runs->reason, sizeof(runs->reason), "%.60s was not recorded: %.80s", program,
                       status == HEAPLENS_ENOINPUT ? heaplens__target_obstacle(program)
                                                   : heaplens_status_text(status));
        return false;
    }
    double values[HEAPLENS_HEAP_FIGURES];
    sum_processes(*session, values);
    for (size_t i = 0; i < HEAPLENS_HEAP_FIGURES; i++) {
        runs->values[version][i][runs->count] = values[i];
    }
    return true;
}

static heaplens_run_end record(heaplens_heap_runs *runs, size_t version, char **words, int output,
                               const char *library, heaplens_run_usage *usage)
{
    char folder[HEAPLENS_PATH_BYTES];
    if (!heaplens__session_folder_make(folder)) {
        (void)snprintf(runs->reason, sizeof(runs->reason), "no folder for recordings is writable");
        return HEAPLENS_RUN_DONE;
    }
    const heaplens_launch launch = {.folder = folder, .library = library};
    const heaplens_run_request request = {.words = words, .output = output, .recorder = &launch};
    const heaplens_run_end end = heaplens__run_measured(&request, usage);
    if (end == HEAPLENS_RUN_DONE && usage->code == 0) {
        (void)keep_recording(runs, version, folder, words[0]);
    }
    heaplens__session_folder_remove(folder);
    return end;
}

static bool is_steady(const double *values, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        if (values[i] != values[0]) {
            return false;
        }
    }
    return true;
}

size_t heaplens__recordings_wanted(const double *base, const double *head, size_t figure_count,
                                   size_t count)
{
    size_t wanted = RECORDINGS_IF_EQUAL;
    for (size_t i = 0; i < figure_count && count >= RECORDINGS_IF_EQUAL; i++) {
        const double *const of_base = base + i * HEAPLENS_RECORDINGS_MAX;
        const double *const of_head = head + i * HEAPLENS_RECORDINGS_MAX;
        const bool is_exact = is_steady(of_base, count) && is_steady(of_head, count);
        if (!is_exact && count >= RECORDINGS_IF_DIFFERENT) {
            return HEAPLENS_RECORDINGS_MAX;
        }
        if (!is_exact || of_base[0] != of_head[0]) {
            wanted = RECORDINGS_IF_DIFFERENT;
        }
    }
    return wanted;
}

heaplens_run_end heaplens__heap_runs_measure(heaplens_heap_runs *runs, char **const words[2],
                                             int output, heaplens_random *lots,
                                             heaplens_run_usage *usage, size_t *failed)
{
    char library[HEAPLENS_PATH_BYTES];
    *runs = (heaplens_heap_runs){0};
    for (size_t i = 0; i < 2; i++) {
        if (heaplens__target_refuses_preload(words[i][0])) {
            (void)snprintf(runs->reason, sizeof(runs->reason),
                           "%.60s has a sanitizer, or musl, and does not start with the recorder",
                           words[i][0]);
            return HEAPLENS_RUN_DONE;
        }
    }
    if (!heaplens__find_library(library)) {
        (void)snprintf(runs->reason, sizeof(runs->reason),
                       "no libheaplens.so beside this program; HEAPLENS_LIBRARY can name it");
        return HEAPLENS_RUN_DONE;
    }
    while (runs->count < heaplens__recordings_wanted(&runs->values[0][0][0], &runs->values[1][0][0],
                                                     HEAPLENS_HEAP_FIGURES, runs->count)) {
        const size_t first = heaplens__random_below(lots, 2);
        for (size_t i = 0; i < 2; i++) {
            const size_t version = i ^ first;
            *failed = version;
            const heaplens_run_end end =
                record(runs, version, words[version], output, library, usage);
            if (end != HEAPLENS_RUN_DONE || usage->code != 0 || runs->reason[0] != '\0') {
                return end;
            }
        }
        runs->count++;
    }
    return HEAPLENS_RUN_DONE;
}

void heaplens__heap_runs_deinit(heaplens_heap_runs *runs)
{
    heaplens_diff_destroy(runs->diff);
    heaplens_session_destroy(runs->sessions[0]);
    heaplens_session_destroy(runs->sessions[1]);
    *runs = (heaplens_heap_runs){0};
}

heaplens_status heaplens__heap_runs_compare(const heaplens_heap_runs *runs, double margin,
                                            double alpha, heaplens_compared *out)
{
    for (size_t i = 0; i < HEAPLENS_HEAP_FIGURES; i++) {
        const heaplens_pairs pairs = {.base = runs->values[0][i],
                                      .head = runs->values[1][i],
                                      .blocks = runs->count,
                                      .runs = 1};
        out[i] = (heaplens_compared){
            .name = figures[i].name,
            .key = figures[i].key,
            .unit = figures[i].unit,
            .has_metric = true,
            .metric = figures[i].metric,
            .item = heaplens__comparison_start(margin),
            .values = {pairs.base, pairs.head},
            .value_counts = {runs->count, runs->count},
        };
        if (heaplens__compare_exact(&out[i].item, pairs.base, runs->count, pairs.head,
                                    runs->count)) {
            continue;
        }
        const heaplens_status status = heaplens__compare_paired(&out[i].item, &pairs, alpha, 1);
        if (status != HEAPLENS_OK) {
            return status;
        }
    }
    return HEAPLENS_OK;
}

heaplens_status heaplens__heap_runs_diff(heaplens_heap_runs *runs)
{
    heaplens_diff_side sides[2] = {{0}};
    for (size_t i = 0; i < 2; i++) {
        const heaplens_status status = heaplens__symbolise(runs->sessions[i]);
        if (status != HEAPLENS_OK) {
            return status;
        }
        sides[i].session = runs->sessions[i];
        sides[i].process = heaplens_session_largest(runs->sessions[i]);
    }
    return heaplens_diff_create(&runs->diff, &sides[0], &sides[1]);
}

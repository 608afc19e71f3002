// SPDX-License-Identifier: MIT
// The engine's own figures of the heap: a profiler, snapshots, and one operation.
//
// There are figures in a build with COMPETENCY_MEMORY_PROFILING, under `heaplens run`. Elsewhere
// every call says why there are none.
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>

static competency_status match(void *self, competency_error *err)
{
    (void)self;
    static const float vector[] = {1, 0};
    const competency_skill skill = {.name = "SQL",
                                    .level = {4, 5, true},
                                    .embedding = vector,
                                    .embedding_size = 2,
                                    .weight = 1};
    const competency_profile both = {&skill, 1};
    competency_matcher *matcher = NULL;
    competency_match result = {0};
    competency_status status = competency_matcher_create(&matcher, NULL, err);
    if (status == COMPETENCY_OK) {
        status = competency_match_run(&result, matcher, &both, &both, err);
    }
    competency_match_destroy(&result);
    competency_matcher_destroy(matcher);
    return status;
}

static void show(const competency_profiler *profiler, const competency_operation_profile *done)
{
    char line[160];
    competency_profiler_reading reading;
    (void)competency_memory_snapshot_format(&done->before, line, sizeof line);
    printf("before %s\n", line);
    (void)competency_memory_snapshot_format(&done->after, line, sizeof line);
    printf("after  %s\n", line);
    printf("the operation took %llu bytes in %llu blocks, %llu at its peak, and kept %lld\n",
           (unsigned long long)done->bytes_total, (unsigned long long)done->blocks_total,
           (unsigned long long)done->bytes_peak, (long long)done->bytes_growth);
    if (competency_profiler_read(profiler, &reading, NULL) == COMPETENCY_OK) {
        printf("since the profiler was made: peak %llu bytes, %llu blocks\n",
               (unsigned long long)reading.bytes_peak_since,
               (unsigned long long)reading.blocks_total_since);
    }
}

int main(void)
{
    static char buffer[BUFSIZ];
    (void)setvbuf(stdout, buffer, _IOFBF, sizeof buffer);  // its own block would be counted
    competency_profiler *profiler = NULL;
    competency_error err = {0};
    competency_status status = competency_profiler_create(&profiler, &err);
    if (status != COMPETENCY_OK) {
        printf("no profiler: %s: %s\n", competency_status_text(status), err.message);
    }
    competency_operation_profile done;
    status = competency_profile_operation(&done, "match", match, NULL, &err);
    if (status == COMPETENCY_OK && done.status == COMPETENCY_OK) {
        show(profiler, &done);
    } else {
        printf("match: %s; figures: %s\n", competency_status_text(status),
               competency_status_text(done.status));
    }
    competency_profiler_destroy(profiler);
    return status == COMPETENCY_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

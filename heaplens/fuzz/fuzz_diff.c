// SPDX-License-Identifier: MIT
// Diffs of any finished profile. Against itself nothing changed; against nothing everything is new,
// and the sums over rows are the sums over sites.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/diff_export.h"
#include "profile/diff_rename.h"
#include "profile/finished.h"
#include "repair_sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static heaplens_status count_bytes(void *self, const char *data, size_t size)
{
    (void)data;
    *(size_t *)self += size;
    return HEAPLENS_OK;
}

static heaplens_diff *diff_of(const heaplens_diff_side *before, const heaplens_diff_side *after)
{
    heaplens_diff *diff = NULL;
    const heaplens_status status = heaplens_diff_create(&diff, before, after);
    if (status != HEAPLENS_OK && status != HEAPLENS_ENOMEM && status != HEAPLENS_ECAPACITY) {
        abort();
    }
    return diff;
}

static void expect_no_change(const heaplens_diff_side *side)
{
    heaplens_diff *const diff = diff_of(side, side);
    for (size_t i = 0; diff != NULL && i < diff->site_count; i++) {
        const heaplens_diff_site *const row = &diff->sites[i];
        if (row->sites_before != row->sites_after ||
            heaplens_diff_site_change(row, HEAPLENS_METRIC_TOTAL) != HEAPLENS_CHANGE_NONE) {
            abort();
        }
    }
    heaplens_diff_destroy(diff);
}

// Renames make rows of two, and lose none.
static void expect_rows_stay(const heaplens_diff_side *before, const heaplens_diff_side *after)
{
    heaplens_diff *const diff = diff_of(before, after);
    if (diff != NULL && heaplens_diff_find_renames(diff) == HEAPLENS_OK) {
        size_t sites = 0;
        for (size_t i = 0; i < diff->site_count; i++) {
            sites += (size_t)diff->sites[i].sites_before + diff->sites[i].sites_after;
        }
        if (sites != before->process->site_count + after->process->site_count) {
            abort();
        }
    }
    heaplens_diff_destroy(diff);
}

static void expect_all_new(const heaplens_diff_side *side)
{
    const heaplens_diff_side nothing = {0};
    const heaplens_diff_options options = {.top = 3};
    heaplens_diff *const diff = diff_of(&nothing, side);
    size_t written = 0;
    heaplens_sink sink = {.write = count_bytes, .self = &written};
    if (diff == NULL) {
        return;
    }
    size_t sites = 0;
    for (size_t i = 0; i < diff->site_count; i++) {
        sites += diff->sites[i].sites_after;
    }
    if (sites != side->process->site_count ||
        heaplens_write_diff_text(&sink, diff, &options) != HEAPLENS_OK ||
        heaplens_write_diff_markdown(&sink, diff, &options) != HEAPLENS_OK ||
        heaplens_write_diff_json(&sink, diff, &options) != HEAPLENS_OK ||
        heaplens_write_diff_folded(&sink, diff, &options) != HEAPLENS_OK) {
        abort();
    }
    heaplens_diff_destroy(diff);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    heaplens_session *session = NULL;
    uint8_t *const copy = malloc(size == 0 ? 1 : size);
    if (copy == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(copy, data, size);
    }
    repair_finished_sums(copy, size);
    if (heaplens__finished_read(&session, copy, size, NULL) == HEAPLENS_OK) {
        for (size_t i = 0; i < session->process_count && i < 3; i++) {
            const heaplens_diff_side side = {session, &session->processes[i]};
            expect_no_change(&side);
            expect_all_new(&side);
            const heaplens_diff_side first = {session, &session->processes[0]};
            expect_rows_stay(&first, &side);
        }
    }
    heaplens_session_destroy(session);
    free(copy);
    return 0;
}

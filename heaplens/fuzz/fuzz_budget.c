// SPDX-License-Identifier: MIT
// The reader of budget files on any bytes. What it accepts is held to a small profile, with itself as
// the baseline, and written in every format: whatever is asked, figures are the same on both sides.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "export/check_export.h"
#include "profile/array.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static heaplens_status count_bytes(void *self, const char *data, size_t size)
{
    (void)data;
    *(size_t *)self += size;
    return HEAPLENS_OK;
}

static heaplens_name add_name(heaplens_session *session, const char *text)
{
    heaplens_name name = HEAPLENS_NAME_NONE;
    if (heaplens__names_add(&session->names, text, strlen(text), &name) != HEAPLENS_OK) {
        abort();
    }
    return name;
}

static void *zeroed(size_t count, size_t item_bytes)
{
    void *const items = heaplens__array_zeroed(count, item_bytes);
    if (items == NULL) {
        abort();
    }
    return items;
}

// main calls parse_row, which allocates.
static heaplens_session *small_session(void)
{
    heaplens_session *const session = heaplens_session_create();
    heaplens_process process = {
        .modules = zeroed(1, sizeof(*process.modules)),
        .frames = zeroed(2, sizeof(*process.frames)),
        .locations = zeroed(2, sizeof(*process.locations)),
        .nodes = zeroed(3, sizeof(*process.nodes)),
        .sites = zeroed(1, sizeof(*process.sites)),
        .module_count = 1,
        .frame_count = 2,
        .location_count = 2,
        .node_count = 3,
        .site_count = 1,
    };
    if (session == NULL) {
        abort();
    }
    process.modules[0].path = add_name(session, "/bin/app");
    process.frames[0].function = add_name(session, "main");
    process.frames[1].function = add_name(session, "parse_row.isra.0");
    process.locations[0].frame_count = 1;
    process.locations[1] = (heaplens_location){.frame_first = 1, .frame_count = 1};
    process.nodes[2] = (heaplens_node){.parent = 1, .location = 1};
    process.sites[0] = (heaplens_site){.bytes_total = 1000, .blocks_total = 3, .stack = 2};
    process.facts.executable = add_name(session, "/bin/app");
    process.facts.bytes_total = 1000;
    process.facts.blocks_total = 3;
    if (heaplens__session_add(session, &process) != HEAPLENS_OK) {
        abort();
    }
    return session;
}

static void write_everything(const heaplens_check *check)
{
    const heaplens_check_names names = {.budget = "b", .profile = "p", .baseline = "p"};
    size_t written = 0;
    heaplens_sink sink = {.write = count_bytes, .self = &written};
    if (heaplens_write_check_text(&sink, check, &names) != HEAPLENS_OK ||
        heaplens_write_check_markdown(&sink, check, &names) != HEAPLENS_OK ||
        heaplens_write_check_junit(&sink, check, &names) != HEAPLENS_OK ||
        heaplens_write_check_json(&sink, check, &names) != HEAPLENS_OK || written == 0) {
        abort();
    }
}

static void check_budget(const heaplens_budget_file *budget)
{
    heaplens_session *const session = small_session();
    heaplens_check *check = NULL;
    if (heaplens_check_create(&check, budget, session, session, 2) != HEAPLENS_OK) {
        abort();
    }
    size_t verdicts = 0;
    for (size_t i = 0; i < HEAPLENS_VERDICT_COUNT; i++) {
        verdicts += check->verdicts[i];
    }
    for (size_t i = 0; i < budget->limit_count; i++) {
        if (check->results[i].value != check->results[i].baseline) {
            abort();
        }
    }
    if (verdicts != budget->limit_count) {
        abort();
    }
    write_everything(check);
    heaplens_check_destroy(check);
    heaplens_session_destroy(session);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    heaplens_budget_file *budget = NULL;
    heaplens_failure failure = {0};
    // A copy of exactly this size, so that a read behind its end is seen.
    char *const text = malloc(size == 0 ? 1 : size);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    const heaplens_status status = heaplens_budget_file_parse(&budget, text, size, &failure);
    free(text);
    if (status == HEAPLENS_OK) {
        check_budget(budget);
    } else if (status == HEAPLENS_EFORMAT && (budget != NULL || failure.text[0] == '\0')) {
        abort();
    }
    heaplens_budget_file_destroy(budget);
    return 0;
}

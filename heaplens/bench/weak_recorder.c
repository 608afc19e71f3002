// SPDX-License-Identifier: MIT
#include "bench/weak_recorder.h"

#include <heaplens/optional.h>

static bool is_here(void)
{
    return &heaplens_start != NULL && &heaplens_stop != NULL && &heaplens_save != NULL &&
           &heaplens_mode_set != NULL && &heaplens_status_text != NULL;
}

// Where recording was begun by `heaplens run`, it goes to that session.
static bool is_session;

static const char *reason_of(heaplens_status status)
{
    return status == HEAPLENS_OK ? NULL : heaplens_status_text(status);
}

const char *heaplens__weak_recorder_start(const char *path)
{
    if (!is_here()) {
        return "the recorder is not active";
    }
    heaplens_options options = HEAPLENS_OPTIONS_INIT;
    options.path = path;
    const heaplens_status status = heaplens_start(&options);
    is_session = status == HEAPLENS_EACTIVE;
    return is_session ? NULL : reason_of(status);
}

const char *heaplens__weak_recorder_finish(const char *path)
{
    return reason_of(is_session ? heaplens_save(path) : heaplens_stop());
}

void heaplens__weak_recorder_stand_by(void)
{
    if (is_here() && heaplens_is_active()) {
        (void)!heaplens_mode_set(HEAPLENS_MODE_OFF, 0);
    }
}

static heaplens_scope open_scope;

void heaplens__weak_recorder_begin(const char *label)
{
    open_scope = heaplens_scope_begin_process(label);
}

heaplens_weak_figures heaplens__weak_recorder_end(void)
{
    const heaplens_usage usage = heaplens_scope_end(&open_scope);
    if (usage.status != HEAPLENS_OK || !usage.is_exact) {
        return (heaplens_weak_figures){
            .reason = usage.status == HEAPLENS_OK ? "the recorder could not count every operation"
                                                  : reason_of(usage.status)};
    }
    return (heaplens_weak_figures){
        .blocks = usage.blocks_total,
        .bytes = usage.bytes_total,
        .peak_bytes = usage.bytes_peak,
        .reallocs = usage.reallocs,
        .growth_bytes = usage.bytes_growth,
        .growth_blocks = usage.blocks_growth,
    };
}

// SPDX-License-Identifier: MIT
// What a check says about a limit, in every format of text.
#include "export/check_words.h"

#include <stdio.h>

heaplens_figure heaplens__budget_figure(heaplens_budget_metric metric, uint64_t value)
{
    heaplens_figure out = {0};
    switch (heaplens_budget_metric_unit(metric)) {
    case HEAPLENS_BUDGET_UNIT_BYTES: out = heaplens__figure_counted(value, "byte", "bytes"); break;
    case HEAPLENS_BUDGET_UNIT_BLOCKS:
        out = heaplens__figure_counted(value, "block", "blocks");
        break;
    case HEAPLENS_BUDGET_UNIT_TIME: out = heaplens__figure_time(value); break;
    }
    return out;
}

static heaplens_clause broken_clause(const heaplens_check *check, size_t limit)
{
    const heaplens_check_result *const result = &check->results[limit];
    const heaplens_budget_limit *const asked = &check->budget->limits[limit];
    const bool is_over = result->value >= result->bound;
    const uint64_t away = is_over ? result->value - result->bound : result->bound - result->value;
    heaplens_clause out = {0};
    if (away == 0) {
        (void)snprintf(out.text, sizeof(out.text), "%s, which is not below the bound",
                       heaplens__budget_figure(asked->metric, result->value).text);
        return out;
    }
    if (result->bound == 0) {
        (void)snprintf(out.text, sizeof(out.text), "%s, where none is allowed",
                       heaplens__budget_figure(asked->metric, result->value).text);
        return out;
    }
    const heaplens_figure share = heaplens__figure_change_share(result->bound, result->value);
    (void)snprintf(out.text, sizeof(out.text), "%s, %s (%s) %s %s",
                   heaplens__budget_figure(asked->metric, result->value).text,
                   heaplens__budget_figure(asked->metric, away).text, share.text,
                   is_over ? "over" : "under",
                   heaplens__budget_figure(asked->metric, result->bound).text);
    return out;
}

static heaplens_clause unsure_clause(const heaplens_check *check, size_t limit)
{
    const heaplens_check_result *const result = &check->results[limit];
    const heaplens_budget_metric metric = check->budget->limits[limit].metric;
    const heaplens_figure value = heaplens__budget_figure(metric, result->value);
    const heaplens_figure bound = heaplens__budget_figure(metric, result->bound);
    heaplens_clause out = {0};
    if (result->interval == 0) {
        (void)snprintf(out.text, sizeof(out.text),
                       "%s of %s, but the recorder's store was full and not everything was counted",
                       value.text, bound.text);
    } else if (result->interval == UINT64_MAX) {
        (void)snprintf(out.text, sizeof(out.text),
                       "%s of %s, but sampled, and how far it may be off is not known", value.text,
                       bound.text);
    } else {
        (void)snprintf(out.text, sizeof(out.text),
                       "%s, give or take %s as it was sampled, which is too close to %s",
                       value.text, heaplens__budget_figure(metric, result->interval).text,
                       bound.text);
    }
    return out;
}

heaplens_clause heaplens__check_clause(const heaplens_check *check, size_t limit)
{
    const heaplens_check_result *const result = &check->results[limit];
    const heaplens_budget_limit *const asked = &check->budget->limits[limit];
    const bool has_process = check->sections[asked->section].after.process != NULL;
    heaplens_clause out = {0};
    switch (result->verdict) {
    case HEAPLENS_VERDICT_BROKEN: return broken_clause(check, limit);
    case HEAPLENS_VERDICT_NO_MATCH:
        (void)snprintf(out.text, sizeof(out.text), "%s",
                       has_process ? "no call stack of the profile is in this section, so nothing "
                                     "was checked"
                                   : "no process of the profile has this name, so nothing was "
                                     "checked");
        break;
    case HEAPLENS_VERDICT_UNSURE: return unsure_clause(check, limit);
    case HEAPLENS_VERDICT_WITHIN:
        (void)snprintf(out.text, sizeof(out.text), "%s of %s",
                       heaplens__budget_figure(asked->metric, result->value).text,
                       heaplens__budget_figure(asked->metric, result->bound).text);
        break;
    }
    return out;
}

heaplens_clause heaplens__place_clause(const heaplens_check *check, size_t limit,
                                       const heaplens_check_place *place)
{
    const heaplens_budget_metric metric = check->budget->limits[limit].metric;
    heaplens_clause out = {0};
    if (check->has_baseline && place->after > place->before) {
        (void)snprintf(out.text, sizeof(out.text), "%s (%s -> %s)",
                       heaplens__figure_change(place->before, place->after).text,
                       heaplens__figure_count(place->before).text,
                       heaplens__budget_figure(metric, place->after).text);
    } else {
        (void)snprintf(out.text, sizeof(out.text), "%s",
                       heaplens__budget_figure(metric, place->after).text);
    }
    return out;
}

const char *heaplens__places_title(const heaplens_check *check, const heaplens_check_result *result)
{
    const heaplens_check_place *const first = &check->places[result->place_first];
    return check->has_baseline && result->place_count > 0 && first->after > first->before
               ? "grown since the baseline"
               : "largest call sites";
}

void heaplens__put_limit(heaplens_sink *sink, const heaplens_check *check, size_t limit,
                         heaplens_put_text *put)
{
    const heaplens_budget_file *const budget = check->budget;
    const heaplens_budget_limit *const asked = &budget->limits[limit];
    put(sink, "[");
    put(sink, heaplens__budget_text(budget, budget->sections[asked->section].name));
    put(sink, "] ");
    put(sink, heaplens__budget_text(budget, asked->text));
}

// SPDX-License-Identifier: MIT
// Budgets held against a profile: the figures of each section, then its limits, then the places
// where the broken ones were broken.
#include "profile/budget_check.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/budget_match.h"

enum { BEFORE = 0, AFTER = 1 };

const char *heaplens_verdict_name(heaplens_verdict verdict)
{
    switch (verdict) {
    case HEAPLENS_VERDICT_WITHIN: return "within";
    case HEAPLENS_VERDICT_UNSURE: return "unsure";
    case HEAPLENS_VERDICT_NO_MATCH: return "no match";
    case HEAPLENS_VERDICT_BROKEN: return "broken";
    }
    return "";
}

heaplens_verdict heaplens_check_verdict(const heaplens_check *check)
{
    size_t worst = HEAPLENS_VERDICT_COUNT - 1;
    while (worst > 0 && check->verdicts[worst] == 0) {
        worst--;
    }
    return (heaplens_verdict)worst;
}

void heaplens_check_destroy(heaplens_check *check)
{
    if (check == NULL) {
        return;
    }
    for (size_t i = 0; check->sections != NULL && i < check->budget->section_count; i++) {
        heaplens_diff_destroy(check->sections[i].diff);
    }
    free(check->sections);
    free(check->results);
    free(check->places);
    free(check);
}

// ------------------------------------------------------------------------------------- sections

// Is the section all of its process?
static bool is_whole(const heaplens_budget_section *section)
{
    return section->function == HEAPLENS_NAME_NONE && section->module == HEAPLENS_NAME_NONE &&
           section->label == HEAPLENS_NAME_NONE;
}

// The figures of a section on one side, and which sites they are of; scopes, if it has a label. The
// caller releases *is_in, also after a failure.
static heaplens_status sum_side(const heaplens_budget_file *budget,
                                const heaplens_budget_section *section,
                                const heaplens_diff_side *side, heaplens_figures *figures,
                                bool **is_in, size_t *stacks)
{
    *is_in = NULL;
    *stacks = 0;
    if (side->process == NULL) {
        return HEAPLENS_OK;
    }
    const bool is_label = section->label != HEAPLENS_NAME_NONE;
    bool *const found = heaplens__array_zeroed(
        is_label ? side->process->scope_count : side->process->site_count, sizeof(*found));
    if (found == NULL) {
        return HEAPLENS_ENOMEM;
    }
    *is_in = found;
    if (is_label) {
        *stacks = heaplens__budget_scopes(budget, section, side, found, figures);
        return HEAPLENS_OK;
    }
    const heaplens_status status = heaplens__budget_sites(budget, section, side, found);
    if (status != HEAPLENS_OK) {
        return status;
    }
    for (size_t i = 0; i < side->process->site_count; i++) {
        if (found[i]) {
            heaplens__figures_add(figures, &side->process->sites[i]);
            ++*stacks;
        }
    }
    if (is_whole(section)) {
        *figures = heaplens_figures_of_process(side->process);
    }
    return HEAPLENS_OK;
}

static bool is_longest(heaplens_budget_metric metric)
{
    return metric == HEAPLENS_BUDGET_MAX_LIFETIME || metric == HEAPLENS_BUDGET_MAX_LIFETIME_TIME;
}

// Does the answer stay the same wherever in its interval the figure really is?
static bool is_certain(const heaplens_budget_limit *limit, const heaplens_check_result *result)
{
    const uint64_t value = result->value;
    const uint64_t interval = result->interval;
    if (is_longest(limit->metric) && interval == UINT64_MAX) {
        // Of a sample: a block did live so long; another one may have lived longer.
        return limit->comparison != HEAPLENS_BUDGET_EXACTLY &&
               !heaplens_budget_allows(limit, result->bound, value);
    }
    const uint64_t low = value > interval ? value - interval : 0;
    const uint64_t high = value > UINT64_MAX - interval ? UINT64_MAX : value + interval;
    // An interval is never narrow enough to be one number.
    return interval == 0 || (limit->comparison != HEAPLENS_BUDGET_EXACTLY &&
                             heaplens_budget_allows(limit, result->bound, low) ==
                                 heaplens_budget_allows(limit, result->bound, high));
}

static heaplens_verdict judge(const heaplens_budget_section *section,
                              const heaplens_check_section *found,
                              const heaplens_budget_limit *limit,
                              const heaplens_check_result *result)
{
    // A process that allocated nothing at all still is the whole of its profile.
    const bool is_all = is_whole(section);
    const bool is_there = found->after.process != NULL && (is_all || found->stacks > 0);
    if (!is_there && !section->may_be_absent) {
        return HEAPLENS_VERDICT_NO_MATCH;
    }
    if (!is_certain(limit, result)) {
        return HEAPLENS_VERDICT_UNSURE;
    }
    if (!heaplens_budget_allows(limit, result->bound, result->value)) {
        return HEAPLENS_VERDICT_BROKEN;
    }
    if (found->after.process == NULL) {
        return HEAPLENS_VERDICT_WITHIN;
    }
    const heaplens_facts *const facts = &found->after.process->facts;
    const bool is_cut = facts->operations_lost > 0 || (!is_all && facts->allocations_cut > 0);
    return is_cut ? HEAPLENS_VERDICT_UNSURE : HEAPLENS_VERDICT_WITHIN;
}

// --------------------------------------------------------------------------------------- places

static uint64_t growth_of(const heaplens_check_place *place)
{
    return place->after > place->before ? place->after - place->before : 0;
}

// What grew most is where to look; without growth, what is largest.
static int compare_places(const void *a, const void *b)
{
    const heaplens_check_place *const x = a;
    const heaplens_check_place *const y = b;
    if (growth_of(x) != growth_of(y)) {
        return growth_of(x) > growth_of(y) ? -1 : 1;
    }
    if (x->after != y->after) {
        return x->after > y->after ? -1 : 1;
    }
    return (x->row > y->row) - (x->row < y->row);
}

// A mean does not add up: places are told by their share of the sum.
static uint64_t place_value(const heaplens_site *site, heaplens_budget_metric metric)
{
    heaplens_figures figures = {0};
    heaplens__figures_add(&figures, site);
    return metric == HEAPLENS_BUDGET_MEAN_LIFETIME ? site->lifetime_ns
                                                   : heaplens__budget_value(&figures, metric);
}

// Figures of sites add up, or the largest of them counts.
static void add_place(uint64_t *to, uint64_t value, heaplens_budget_metric metric)
{
    if (is_longest(metric)) {
        *to = value > *to ? value : *to;
    } else {
        *to += value;
    }
}

typedef struct section_sites {
    bool is_label;   // by scope, not by site
    bool *is_in[2];  // before, after: by site; NULL: no such process
} section_sites;

// The figure of a broken limit, site by site, of one side.
static void sum_scope_places(const heaplens_process *process, const bool *is_in,
                             const uint32_t *row_of_site, heaplens_budget_metric metric, int when,
                             heaplens_check_place *places)
{
    for (size_t i = 0; process != NULL && i < process->scope_site_count; i++) {
        const heaplens_scope_site *const site = &process->scope_sites[i];
        if (is_in[site->scope]) {
            heaplens_check_place *const place = &places[row_of_site[site->site]];
            uint64_t *const value = when == BEFORE ? &place->before : &place->after;
            *value += heaplens__budget_scope_value(site, metric);
        }
    }
}

static void sum_places(const heaplens_check_section *section, const section_sites *sites,
                       heaplens_budget_metric metric, heaplens_check_place *places)
{
    const heaplens_process *const before = section->before.process;
    const heaplens_process *const after = section->after.process;
    for (size_t i = 0; i < section->diff->site_count; i++) {
        places[i].row = (uint32_t)i;
    }
    if (sites->is_label) {
        sum_scope_places(before, sites->is_in[BEFORE], section->diff->row_before, metric, BEFORE,
                         places);
        sum_scope_places(after, sites->is_in[AFTER], section->diff->row_after, metric, AFTER,
                         places);
        return;
    }
    for (size_t i = 0; before != NULL && i < before->site_count; i++) {
        if (sites->is_in[BEFORE][i]) {
            add_place(&places[section->diff->row_before[i]].before,
                      place_value(&before->sites[i], metric), metric);
        }
    }
    for (size_t i = 0; after != NULL && i < after->site_count; i++) {
        if (sites->is_in[AFTER][i]) {
            add_place(&places[section->diff->row_after[i]].after,
                      place_value(&after->sites[i], metric), metric);
        }
    }
}

static heaplens_status keep_places(heaplens_check *check, heaplens_check_result *result,
                                   const heaplens_check_place *places, size_t count, size_t top)
{
    // Where something grew, what did not grow is no answer.
    const bool has_growth = check->has_baseline && count > 0 && growth_of(&places[0]) > 0;
    result->place_first = check->place_count;
    for (size_t i = 0; i < count && result->place_count < top && places[i].after > 0; i++) {
        if (has_growth && growth_of(&places[i]) == 0) {
            break;
        }
        if (!heaplens__array_reserve(&check->places, &check->place_capacity, check->place_count + 1,
                                     sizeof(*check->places))) {
            return HEAPLENS_ENOMEM;
        }
        check->places[check->place_count++] = places[i];
        result->place_count++;
    }
    return HEAPLENS_OK;
}

static heaplens_status find_places(heaplens_check *check, heaplens_check_section *section,
                                   const section_sites *sites, heaplens_budget_metric metric,
                                   heaplens_check_result *result, size_t top)
{
    heaplens_status status = HEAPLENS_OK;
    if (section->diff == NULL) {
        status = heaplens_diff_create(&section->diff, &section->before, &section->after);
    }
    if (status != HEAPLENS_OK || section->diff == NULL) {
        return status;
    }
    const size_t count = section->diff->site_count;
    heaplens_check_place *const places = heaplens__array_zeroed(count, sizeof(*places));
    if (places == NULL) {
        return HEAPLENS_ENOMEM;
    }
    sum_places(section, sites, metric, places);
    qsort(places, count, sizeof(*places), compare_places);
    status = keep_places(check, result, places, count, top);
    free(places);
    return status;
}

// ---------------------------------------------------------------------------------------- limits

static uint64_t find_interval(const heaplens_check_section *section,
                              const heaplens_budget_section *asked, const section_sites *sites,
                              heaplens_budget_metric metric)
{
    const heaplens_process *const process = section->after.process;
    if (process == NULL || section->stacks == 0) {
        return 0;
    }
    if (sites->is_label) {
        return (process->facts.flags & HEAPLENS_PROCESS_SAMPLED) != 0 ? UINT64_MAX : 0;
    }
    return heaplens__budget_interval(process, sites->is_in[AFTER], is_whole(asked), metric);
}

static heaplens_status check_limits(heaplens_check *check, size_t index, const section_sites *sites,
                                    size_t top)
{
    const heaplens_budget_file *const budget = check->budget;
    heaplens_check_section *const section = &check->sections[index];
    heaplens_status status = HEAPLENS_OK;
    for (size_t i = 0; i < budget->limit_count && status == HEAPLENS_OK; i++) {
        const heaplens_budget_limit *const limit = &budget->limits[i];
        if (limit->section != index) {
            continue;
        }
        heaplens_check_result *const result = &check->results[i];
        result->value = heaplens__budget_value(&section->figures[AFTER], limit->metric);
        result->baseline = heaplens__budget_value(&section->figures[BEFORE], limit->metric);
        result->bound = heaplens_budget_bound(limit, result->baseline);
        result->stacks = section->stacks;
        result->interval = find_interval(section, &budget->sections[index], sites, limit->metric);
        result->verdict = judge(&budget->sections[index], section, limit, result);
        check->verdicts[result->verdict]++;
        if (result->verdict == HEAPLENS_VERDICT_BROKEN) {
            status = find_places(check, section, sites, limit->metric, result, top);
        }
    }
    return status;
}

static heaplens_status check_section(heaplens_check *check, size_t index,
                                     const heaplens_session *session,
                                     const heaplens_session *baseline, size_t top)
{
    const heaplens_budget_section *const asked = &check->budget->sections[index];
    heaplens_check_section *const section = &check->sections[index];
    section_sites sites = {.is_label = asked->label != HEAPLENS_NAME_NONE};
    size_t ignored = 0;
    section->after = (heaplens_diff_side){
        session, heaplens__budget_process(check->budget, asked, session, &section->processes)};
    if (baseline != NULL) {
        section->before = (heaplens_diff_side){
            baseline, heaplens__budget_process(check->budget, asked, baseline, &ignored)};
    }
    heaplens_status status = sum_side(check->budget, asked, &section->before,
                                      &section->figures[BEFORE], &sites.is_in[BEFORE], &ignored);
    if (status == HEAPLENS_OK) {
        status = sum_side(check->budget, asked, &section->after, &section->figures[AFTER],
                          &sites.is_in[AFTER], &section->stacks);
    }
    if (status == HEAPLENS_OK) {
        status = check_limits(check, index, &sites, top);
    }
    free(sites.is_in[BEFORE]);
    free(sites.is_in[AFTER]);
    return status;
}

heaplens_status heaplens_check_create(heaplens_check **out, const heaplens_budget_file *budget,
                                      const heaplens_session *session,
                                      const heaplens_session *baseline, size_t top)
{
    *out = NULL;
    if (budget->is_relative && baseline == NULL) {
        return HEAPLENS_EINVAL;
    }
    heaplens_check *const check = calloc(1, sizeof(*check));
    if (check == NULL) {
        return HEAPLENS_ENOMEM;
    }
    check->budget = budget;
    check->has_baseline = baseline != NULL;
    check->sections = heaplens__array_zeroed(budget->section_count, sizeof(*check->sections));
    check->results = heaplens__array_zeroed(budget->limit_count, sizeof(*check->results));
    heaplens_status status =
        check->sections == NULL || check->results == NULL ? HEAPLENS_ENOMEM : HEAPLENS_OK;
    for (size_t i = 0; i < budget->section_count && status == HEAPLENS_OK; i++) {
        status = check_section(check, i, session, baseline, top);
    }
    if (status != HEAPLENS_OK) {
        heaplens_check_destroy(check);
        return status;
    }
    *out = check;
    return HEAPLENS_OK;
}

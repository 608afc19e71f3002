// SPDX-License-Identifier: MIT
// What limits mean; profile/budget_parse.c reads them.
#include "profile/budget_file.h"

#include <stdlib.h>

static const char *const metric_names[HEAPLENS_BUDGET_METRIC_COUNT] = {
    [HEAPLENS_BUDGET_PEAK] = "peak",
    [HEAPLENS_BUDGET_TOTAL] = "total",
    [HEAPLENS_BUDGET_BLOCKS] = "blocks",
    [HEAPLENS_BUDGET_LEAKED] = "leaked",
    [HEAPLENS_BUDGET_LEAKED_BLOCKS] = "leaked_blocks",
    [HEAPLENS_BUDGET_TEMPORARY] = "temporary",
    [HEAPLENS_BUDGET_MEAN_LIFETIME] = "mean_lifetime",
    [HEAPLENS_BUDGET_MAX_LIFETIME] = "max_lifetime",
    [HEAPLENS_BUDGET_MAX_LIFETIME_TIME] = "max_lifetime_time",
};

const char *heaplens_budget_metric_name(heaplens_budget_metric metric)
{
    return metric_names[metric];
}

heaplens_budget_unit heaplens_budget_metric_unit(heaplens_budget_metric metric)
{
    switch (metric) {
    case HEAPLENS_BUDGET_PEAK:
    case HEAPLENS_BUDGET_TOTAL:
    case HEAPLENS_BUDGET_MAX_LIFETIME:
    case HEAPLENS_BUDGET_LEAKED: return HEAPLENS_BUDGET_UNIT_BYTES;
    case HEAPLENS_BUDGET_BLOCKS:
    case HEAPLENS_BUDGET_LEAKED_BLOCKS:
    case HEAPLENS_BUDGET_TEMPORARY: return HEAPLENS_BUDGET_UNIT_BLOCKS;
    case HEAPLENS_BUDGET_MEAN_LIFETIME:
    case HEAPLENS_BUDGET_MAX_LIFETIME_TIME: return HEAPLENS_BUDGET_UNIT_TIME;
    }
    return HEAPLENS_BUDGET_UNIT_BYTES;
}

void heaplens_budget_file_destroy(heaplens_budget_file *budget)
{
    if (budget == NULL) {
        return;
    }
    heaplens__names_deinit(&budget->names);
    free(budget->sections);
    free(budget->limits);
    free(budget);
}

const char *heaplens__budget_text(const heaplens_budget_file *budget, heaplens_name name)
{
    return heaplens__names_text(&budget->names, name);
}

enum { MILLION = 1000000 };

// value * ppm / 10^6, rounded down, without an overflow on the way: v = q * 10^6 + r.
static uint64_t share_of(uint64_t value, uint64_t ppm)
{
    const uint64_t quotient = value / MILLION;
    const uint64_t remainder = value % MILLION;
    if (ppm != 0 && quotient > UINT64_MAX / ppm) {
        return UINT64_MAX;
    }
    // remainder * ppm < 10^6 * 10^12, the parser's limit.
    const uint64_t part = remainder * ppm / MILLION;
    return quotient * ppm > UINT64_MAX - part ? UINT64_MAX : quotient * ppm + part;
}

uint64_t heaplens_budget_bound(const heaplens_budget_limit *limit, uint64_t baseline)
{
    if (!limit->is_relative) {
        return limit->amount;
    }
    const uint64_t share = share_of(baseline, limit->share_ppm);
    const uint64_t change = limit->amount > UINT64_MAX - share ? UINT64_MAX : limit->amount + share;
    if (limit->is_below) {
        return change > baseline ? 0 : baseline - change;
    }
    return change > UINT64_MAX - baseline ? UINT64_MAX : baseline + change;
}

bool heaplens_budget_allows(const heaplens_budget_limit *limit, uint64_t bound, uint64_t value)
{
    switch (limit->comparison) {
    case HEAPLENS_BUDGET_AT_MOST: return value <= bound;
    case HEAPLENS_BUDGET_BELOW: return value < bound;
    case HEAPLENS_BUDGET_EXACTLY: return value == bound;
    }
    return false;
}

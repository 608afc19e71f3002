// SPDX-License-Identifier: MIT
// A proficiency level: a value on a scale that starts at zero (R1-R4).
#include "match/level.h"

#include <math.h>

const char *competency__level_problem(const competency_level *level)
{
    if (!level->is_disclosed) {
        return NULL;
    }
    if (!isfinite(level->value) || !isfinite(level->max)) {
        return "value and maximum must be finite";
    }
    if (level->max <= 0) {
        return "the maximum must be above 0";
    }
    if (level->value < 0) {
        return "the value must be at least 0";
    }
    if (level->value > level->max) {
        return "the value must not be above the maximum";
    }
    return NULL;
}

competency_status competency_level_make(competency_level *out, double value, double max)
{
    const competency_level level = {.value = value, .max = max, .is_disclosed = true};
    if (out == NULL || competency__level_problem(&level) != NULL) {
        return COMPETENCY_EINVAL;
    }
    *out = level;
    return COMPETENCY_OK;
}

double competency_level_ratio(const competency_level *level)
{
    return level->is_disclosed ? level->value / level->max : 0.0;
}

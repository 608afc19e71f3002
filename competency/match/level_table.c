// SPDX-License-Identifier: MIT
// Distinct levels: open addressing over blocks that stay where they are.
#include "match/level_table.h"

#include <math.h>
#include <string.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"

void competency__level_init(competency__level *level, double ratio, const competency__beta *beta)
{
    const double mean = competency__beta_mean(beta);
    *level = (competency__level){
        .ratio = ratio,
        .beta = *beta,
        .mean = mean,
        .square = competency__beta_variance(beta) + mean * mean,
    };
}

// The multiplier of splitmix64's finalizer: ratios differ mostly in their high bits.
static uint64_t hash_ratio(double ratio)
{
    uint64_t bits = 0;
    memcpy(&bits, &ratio, sizeof(bits));
    bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9U;
    return bits ^ (bits >> 27);
}

static size_t find_slot(const competency__level_table *table, double ratio)
{
    const size_t mask = table->slot_count - 1;
    size_t slot = (size_t)hash_ratio(ratio) & mask;
    while (table->slots[slot] != 0 && table->levels[table->slots[slot] - 1]->ratio != ratio) {
        slot = (slot + 1) & mask;
    }
    return slot;
}

static bool grow_slots(competency__level_table *table)
{
    const size_t slot_count = table->slot_count == 0 ? 64 : table->slot_count * 2;
    size_t bytes = 0;
    uint32_t *const slots = competency__mul(&bytes, slot_count, sizeof(slots[0]))
                                ? competency__allocate(table->memory, bytes)
                                : NULL;
    if (slots == NULL) {
        return false;
    }
    memset(slots, 0, bytes);
    competency__release(table->memory, table->slots);
    table->slots = slots;
    table->slot_count = slot_count;
    for (size_t i = 0; i < table->count; i++) {
        slots[find_slot(table, table->levels[i]->ratio)] = (uint32_t)i + 1;
    }
    return true;
}

static bool reserve_one(competency__level_table *table)
{
    void *items = table->levels;
    if (!competency__reserve(table->memory, &items, &table->capacity, table->count + 1,
                             sizeof(competency__level *))) {
        return false;
    }
    table->levels = items;
    return 2 * (table->count + 1) < table->slot_count || grow_slots(table);
}

static void release_level(const competency_allocator *memory, competency__level *level)
{
    if (level != NULL) {
        competency__release(memory, level->at_thresholds);
        competency__release(memory, level->panels);
        competency__release(memory, level);
    }
}

static competency__level *create_level(const competency__level_table *table, double ratio,
                                       const competency__beta *beta)
{
    competency__level *const level = competency__allocate(table->memory, sizeof(*level));
    if (level == NULL) {
        return NULL;
    }
    competency__level_init(level, ratio, beta);
    size_t bytes = 0;
    if (table->threshold_count > 0 &&
        competency__mul(&bytes, table->threshold_count, sizeof(double))) {
        level->at_thresholds = competency__allocate(table->memory, bytes);
        if (level->at_thresholds == NULL) {
            competency__release(table->memory, level);
            return NULL;
        }
        for (size_t i = 0; i < table->threshold_count; i++) {
            level->at_thresholds[i] = (double)NAN;
        }
    }
    return level;
}

static competency_status add_level(competency__level **out, competency__level_table *table,
                                   double ratio, const competency_distribution_config *config,
                                   competency_error *err)
{
    competency__beta beta;
    const competency_status status = competency__beta_from_ratio(&beta, ratio, config, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    competency__level *const level = reserve_one(table) ? create_level(table, ratio, &beta) : NULL;
    if (level == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu levels",
                                table->count + 1);
    }
    table->levels[table->count++] = level;
    table->slots[find_slot(table, ratio)] = (uint32_t)table->count;
    *out = level;
    return COMPETENCY_OK;
}

competency_status competency__level_table_get(competency__level **out,
                                              competency__level_table *table, double ratio,
                                              const competency_distribution_config *config,
                                              bool wants_panels, competency_error *err)
{
    ratio += 0;  // -0.0 and 0.0 are one level
    const size_t number = table->slot_count == 0 ? 0 : table->slots[find_slot(table, ratio)];
    competency__level *level = number != 0 ? table->levels[number - 1] : NULL;
    if (level == NULL) {
        const competency_status status = add_level(&level, table, ratio, config, err);
        if (level == NULL) {
            return status;
        }
    }
    if (wants_panels && level->panels == NULL) {
        level->panels = competency__allocate(table->memory, sizeof(*level->panels));
        if (level->panels == NULL) {
            return competency__fail(err, COMPETENCY_ENOMEM, "no memory for %zu levels",
                                    table->count);
        }
        competency__beta_panels_init(level->panels, &level->beta);
    }
    *out = level;
    return COMPETENCY_OK;
}

void competency__level_table_clear(competency__level_table *table)
{
    for (size_t i = 0; i < table->count; i++) {
        release_level(table->memory, table->levels[i]);
    }
    table->count = 0;
    if (table->slot_count > 0) {
        memset(table->slots, 0, table->slot_count * sizeof(table->slots[0]));
    }
}

void competency__level_table_deinit(competency__level_table *table)
{
    competency__level_table_clear(table);
    competency__release(table->memory, table->levels);
    competency__release(table->memory, table->slots);
}

double competency__level_below(const competency__level *level, size_t index, double threshold)
{
    if (level->at_thresholds == NULL) {
        return competency__beta_cdf(&level->beta, threshold);
    }
    if (isnan(level->at_thresholds[index])) {
        level->at_thresholds[index] = competency__beta_cdf(&level->beta, threshold);
    }
    return level->at_thresholds[index];
}

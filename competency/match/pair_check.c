// SPDX-License-Identifier: MIT
// Refusing a pair before any work is done on it, with a message that names the skill.
#define _POSIX_C_SOURCE 200809L  // strnlen

#include "match/pair_check.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "match/level.h"
#include "match/similarity.h"

enum {
    NAME_BYTES_SHOWN = 80,
    REASON_BYTES = 128,
};

// Bytes of a name to show: all, or up to a whole UTF-8 sequence below the limit.
static int shown_bytes(const char *name)
{
    size_t length = strnlen(name, NAME_BYTES_SHOWN + 1);
    if (length <= NAME_BYTES_SHOWN) {
        return (int)length;
    }
    length = NAME_BYTES_SHOWN;
    while (length > 0 && ((unsigned char)name[length] & 0xC0U) == 0x80U) {
        length--;
    }
    return (int)length;
}

// "pair 3: ", or nothing when there is only one.
typedef struct pair_prefix {
    char text[32];
} pair_prefix;

static pair_prefix prefix_of(const competency__place *place)
{
    pair_prefix prefix = {""};
    if (place->is_batch) {
        (void)snprintf(prefix.text, sizeof(prefix.text), "pair %zu: ", place->pair);
    }
    return prefix;
}

competency_status competency__fail_at(competency_error *err, competency_status status,
                                      const competency__place *place, const char *reason)
{
    const pair_prefix prefix = prefix_of(place);
    if (place->name == NULL) {
        return competency__fail(err, status, "%s%s skill %zu: %s", prefix.text, place->side,
                                place->index, reason);
    }
    return competency__fail(err, status, "%s%s skill %zu \"%.*s\": %s", prefix.text, place->side,
                            place->index, shown_bytes(place->name), place->name, reason);
}

bool competency__skill_takes_part(const competency_skill *skill)
{
    return skill->level.is_disclosed;
}

size_t competency__participant_count(const competency_profile *profile)
{
    size_t count = 0;
    for (size_t i = 0; i < profile->count; i++) {
        count += competency__skill_takes_part(&profile->skills[i]);
    }
    return count;
}

competency_status competency__check_level(competency__level **out, competency__level_table *table,
                                          const competency_distribution_config *config,
                                          const competency_level *level, bool wants_panels,
                                          const competency__place *place, competency_error *err)
{
    char reason[REASON_BYTES];
    const char *const problem = competency__level_problem(level);
    if (problem != NULL) {
        (void)snprintf(reason, sizeof(reason), "level %g of %g: %s", level->value, level->max,
                       problem);
        return competency__fail_at(err, COMPETENCY_EDISTRIBUTION, place, reason);
    }
    competency_error detail = {.status = COMPETENCY_OK};
    const competency_status status = competency__level_table_get(
        out, table, competency_level_ratio(level), config, wants_panels, &detail);
    if (status == COMPETENCY_EDISTRIBUTION) {
        (void)snprintf(reason, sizeof(reason), "level %g of %g: %.80s", level->value, level->max,
                       detail.message);
        return competency__fail_at(err, status, place, reason);
    }
    return status == COMPETENCY_OK ? status : competency__fail(err, status, "%s", detail.message);
}

competency_status competency__check_vector(const competency_skill *skill,
                                           const size_t *embedder_dimension, size_t dimension,
                                           const competency__place *place, competency_error *err)
{
    char reason[REASON_BYTES];
    if (skill->embedding == NULL && embedder_dimension == NULL) {
        return competency__fail_at(err, COMPETENCY_EINVAL, place,
                                   "it has no embedding, and there is no embedder");
    }
    if (skill->embedding == NULL) {
        if (*embedder_dimension == dimension) {
            return COMPETENCY_OK;
        }
        (void)snprintf(reason, sizeof(reason),
                       "the embedder's vectors have %zu numbers, the others %zu",
                       *embedder_dimension, dimension);
        return competency__fail_at(err, COMPETENCY_EINVAL, place, reason);
    }
    if (skill->embedding_size == 0 || skill->embedding_size != dimension) {
        (void)snprintf(reason, sizeof(reason), "an embedding of %zu numbers, expected %zu",
                       skill->embedding_size, dimension);
        return competency__fail_at(err, COMPETENCY_EINVAL, place, reason);
    }
    if (!competency__vector_is_finite(skill->embedding, skill->embedding_size)) {
        return competency__fail_at(err, COMPETENCY_EINVAL, place,
                                   "its embedding has a number that is not finite");
    }
    return COMPETENCY_OK;
}

static competency_status check_name(const competency_skill *skill, competency__place place,
                                    competency_error *err)
{
    const size_t length = strlen(skill->name);
    if (competency__utf8_valid_prefix(skill->name, length) == length) {
        return COMPETENCY_OK;
    }
    place.name = NULL;
    return competency__fail_at(err, COMPETENCY_EINVAL, &place, "its name is not UTF-8");
}

// Every skill that takes part; the levels that are found are of no further use.
static competency_status check_profile(const competency_matcher *matcher,
                                       competency__level_table *levels,
                                       const competency_profile *profile, size_t dimension,
                                       competency__place place, competency_error *err)
{
    for (size_t i = 0; i < profile->count; i++) {
        const competency_skill *const skill = &profile->skills[i];
        if (!competency__skill_takes_part(skill)) {
            continue;
        }
        place.index = i;
        place.name = skill->name;
        if (skill->name == NULL) {
            return competency__fail_at(err, COMPETENCY_EINVAL, &place, "it has no name");
        }
        competency__level *ignored = NULL;
        competency_status status = competency__check_level(
            &ignored, levels, &matcher->config.distribution, &skill->level, false, &place, err);
        if (status == COMPETENCY_OK) {
            // In a pair with a skill that asks the embedder, `dimension` is the embedder's.
            status = competency__check_vector(skill, matcher->embedder != NULL ? &dimension : NULL,
                                              dimension, &place, err);
        }
        if (status == COMPETENCY_OK) {
            status = check_name(skill, place, err);
        }
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

// The embedder's dimension if a skill will ask it, else that of the first vector; `known` if the
// profile has neither.
static size_t find_dimension(const competency_matcher *matcher, const competency_profile *profile,
                             size_t known)
{
    for (size_t i = 0; i < profile->count; i++) {
        const competency_skill *const skill = &profile->skills[i];
        if (!competency__skill_takes_part(skill)) {
            continue;
        }
        if (skill->embedding == NULL && matcher->embedder != NULL) {
            return matcher->embedder->dimension(matcher->embedder->self);
        }
        known = known == 0 ? skill->embedding_size : known;
    }
    return known;
}

competency_status competency__check_not_empty(const competency_profile *candidate,
                                              size_t participant_count, size_t required_count,
                                              const competency__place *place, competency_error *err)
{
    if (participant_count > 0 && required_count > 0) {
        return COMPETENCY_OK;
    }
    const pair_prefix prefix = prefix_of(place);
    const size_t undisclosed = candidate->count - participant_count;
    if (undisclosed == 0) {
        return competency__fail(err, COMPETENCY_EEMPTY,
                                "%sNo skills provided: candidate_skills=%zu, required_skills=%zu",
                                prefix.text, participant_count, required_count);
    }
    return competency__fail(err, COMPETENCY_EEMPTY,
                            "%sNo skills provided: candidate_skills=%zu and %zu undisclosed, "
                            "required_skills=%zu",
                            prefix.text, participant_count, undisclosed, required_count);
}

static competency_status check_disclosed(const competency_profile *required,
                                         competency__place place, competency_error *err)
{
    for (size_t i = 0; i < required->count; i++) {
        if (!required->skills[i].level.is_disclosed) {
            place.index = i;
            place.name = required->skills[i].name;
            return competency__fail_at(err, COMPETENCY_EINVAL, &place,
                                       "a requirement must have a level");
        }
    }
    return COMPETENCY_OK;
}

static competency_status check_role(const competency_matcher *matcher,
                                    competency__level_table *levels, const competency_profile *role,
                                    size_t dimension, competency__place place,
                                    competency_error *err)
{
    place.side = "required";
    const competency_status status = check_disclosed(role, place, err);
    return status != COMPETENCY_OK ? status
                                   : check_profile(matcher, levels, role, dimension, place, err);
}

// An embedder whose vectors are empty can be asked for nothing.
static competency_status check_dimension(size_t dimension, competency_error *err)
{
    return dimension > 0
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EINVAL, "the embedder's vectors have no numbers");
}

competency_status competency__role_check(const competency_matcher *matcher,
                                         const competency_profile *role, competency__place place,
                                         size_t *dimension, competency_error *err)
{
    if (role->count == 0) {
        return competency__fail(err, COMPETENCY_EEMPTY, "No skills provided: required_skills=0");
    }
    competency__level_table levels = {.memory = &matcher->memory};
    *dimension = find_dimension(matcher, role, 0);
    competency_status status = check_role(matcher, &levels, role, *dimension, place, err);
    competency__level_table_deinit(&levels);
    return status != COMPETENCY_OK ? status : check_dimension(*dimension, err);
}

competency_status competency__pair_check(const competency_matcher *matcher,
                                         competency__level_table *levels,
                                         const competency_pair *pair, competency__place place,
                                         size_t *dimension, competency_error *err)
{
    const size_t participants = competency__participant_count(&pair->candidate);
    competency_status status = competency__check_not_empty(&pair->candidate, participants,
                                                           pair->required.count, &place, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const size_t first = find_dimension(matcher, &pair->candidate, 0);
    *dimension = find_dimension(matcher, &pair->required, first);
    place.side = "candidate";
    status = check_profile(matcher, levels, &pair->candidate, *dimension, place, err);
    if (status == COMPETENCY_OK) {
        status = check_role(matcher, levels, &pair->required, *dimension, place, err);
    }
    return status != COMPETENCY_OK ? status : check_dimension(*dimension, err);
}

// SPDX-License-Identifier: MIT
// Refusing a pair before any work is done on it, with a message that names the skill.
#define _POSIX_C_SOURCE 200809L  // strnlen

#include "match/pair_check.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "match/beta.h"
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

static competency_status check_level(const competency_matcher *matcher,
                                     const competency_level *level, const competency__place *place,
                                     competency_error *err)
{
    char reason[REASON_BYTES];
    const char *const problem = competency__level_problem(level);
    if (problem != NULL) {
        (void)snprintf(reason, sizeof(reason), "level %g of %g: %s", level->value, level->max,
                       problem);
        return competency__fail_at(err, COMPETENCY_EDISTRIBUTION, place, reason);
    }
    competency_error detail = {.status = COMPETENCY_OK};
    competency__beta ignored;
    const competency_status status = competency__beta_from_ratio(
        &ignored, competency_level_ratio(level), &matcher->config.distribution, &detail);
    if (status != COMPETENCY_OK) {
        (void)snprintf(reason, sizeof(reason), "level %g of %g: %.80s", level->value, level->max,
                       detail.message);
        return competency__fail_at(err, status, place, reason);
    }
    return COMPETENCY_OK;
}

static competency_status check_vector(const competency_matcher *matcher,
                                      const competency_skill *skill, size_t dimension,
                                      const competency__place *place, competency_error *err)
{
    if (skill->embedding == NULL) {
        return matcher->embedder != NULL
                   ? COMPETENCY_OK
                   : competency__fail_at(err, COMPETENCY_EINVAL, place,
                                         "it has no embedding, and there is no embedder");
    }
    char reason[REASON_BYTES];
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

static competency_status check_profile(const competency_matcher *matcher,
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
        competency_status status = check_level(matcher, &skill->level, &place, err);
        if (status == COMPETENCY_OK) {
            status = check_vector(matcher, skill, dimension, &place, err);
        }
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

// The embedder's dimension if it will be asked, else that of the first vector; 0 for neither.
static size_t find_dimension(const competency_matcher *matcher, const competency_pair *pair)
{
    const competency_profile *const sides[] = {&pair->candidate, &pair->required};
    size_t dimension = 0;
    for (size_t s = 0; s < 2; s++) {
        for (size_t i = 0; i < sides[s]->count; i++) {
            const competency_skill *const skill = &sides[s]->skills[i];
            if (!competency__skill_takes_part(skill)) {
                continue;
            }
            if (skill->embedding == NULL && matcher->embedder != NULL) {
                return matcher->embedder->dimension(matcher->embedder->self);
            }
            dimension = dimension == 0 ? skill->embedding_size : dimension;
        }
    }
    return dimension;
}

static competency_status check_not_empty(const competency_pair *pair,
                                         const competency__place *place, competency_error *err)
{
    const size_t candidate_count = competency__participant_count(&pair->candidate);
    if (candidate_count > 0 && pair->required.count > 0) {
        return COMPETENCY_OK;
    }
    const pair_prefix prefix = prefix_of(place);
    const size_t undisclosed = pair->candidate.count - candidate_count;
    if (undisclosed == 0) {
        return competency__fail(err, COMPETENCY_EEMPTY,
                                "%sNo skills provided: candidate_skills=%zu, required_skills=%zu",
                                prefix.text, candidate_count, pair->required.count);
    }
    return competency__fail(err, COMPETENCY_EEMPTY,
                            "%sNo skills provided: candidate_skills=%zu and %zu undisclosed, "
                            "required_skills=%zu",
                            prefix.text, candidate_count, undisclosed, pair->required.count);
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

competency_status competency__pair_check(const competency_matcher *matcher,
                                         const competency_pair *pair, competency__place place,
                                         size_t *dimension, competency_error *err)
{
    competency_status status = check_not_empty(pair, &place, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    *dimension = find_dimension(matcher, pair);
    place.side = "candidate";
    status = check_profile(matcher, &pair->candidate, *dimension, place, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    place.side = "required";
    status = check_disclosed(&pair->required, place, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    return check_profile(matcher, &pair->required, *dimension, place, err);
}

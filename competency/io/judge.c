// SPDX-License-Identifier: MIT
// What a match means for a person: is a requirement met, and how much is known.
#include <competency/io.h>

// A requirement is judged by the candidate skill that is most similar to it. The bounds are those
// at which the classic model changes its own similarity bands (R79, R82).
static const double very_similar = 0.7;
static const double similar = 0.5;

const char *competency_requirement_status_name(competency_requirement_status status)
{
    switch (status) {
    case COMPETENCY_REQUIREMENT_MET: return "met";
    case COMPETENCY_REQUIREMENT_PARTIAL: return "partial";
    case COMPETENCY_REQUIREMENT_LOW: return "low";
    case COMPETENCY_REQUIREMENT_MISSING: return "missing";
    }
    return "unknown";
}

competency_requirement_status competency_requirement_judge(const competency_match *match,
                                                           const competency_record *candidate,
                                                           const competency_record *role,
                                                           const competency_classic_config *config,
                                                           size_t index)
{
    const competency_skill_score *const score = &match->scores[index];
    const double similarity = score->best_similarity;
    const double need = competency_level_ratio(&role->profile.skills[index].level);
    const double have = competency_level_ratio(&candidate->profile.skills[score->best].level);
    if (similarity < config->penalty.similarity_threshold) {
        return COMPETENCY_REQUIREMENT_MISSING;
    }
    if (similarity > very_similar && have >= need) {
        return COMPETENCY_REQUIREMENT_MET;
    }
    if (similarity > similar && have >= need / 2) {
        return COMPETENCY_REQUIREMENT_PARTIAL;
    }
    return COMPETENCY_REQUIREMENT_LOW;
}

competency_summary competency_summarise(const competency_match *match,
                                        const competency_record *candidate,
                                        const competency_record *role,
                                        const competency_classic_config *config)
{
    competency_summary summary = {
        .score = match->overall_score,
        .evidence = (double)candidate->disclosed_count / (double)candidate->profile.count,
    };
    double weighted = 0;
    double weights = 0;
    for (size_t i = 0; i < match->required_count; i++) {
        const double weight = role->profile.skills[i].weight;
        weighted += weight * match->scores[i].probability;
        weights += weight;
        const competency_requirement_status status =
            competency_requirement_judge(match, candidate, role, config, i);
        const bool is_must_have = role->profile.skills[i].is_must_have;
        summary.statuses[status]++;
        summary.must_haves += is_must_have ? 1 : 0;
        summary.must_haves_met += is_must_have && status == COMPETENCY_REQUIREMENT_MET ? 1 : 0;
    }
    summary.weighted_score = weighted / weights;
    return summary;
}

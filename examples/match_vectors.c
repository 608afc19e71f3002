// SPDX-License-Identifier: MIT
// Matches one skill against one requirement. Both bring their own vectors: no model is needed.
#include <competency/competency.h>

#include <stdio.h>

int main(void)
{
    static const float sql[] = {0.9F, 0.1F};
    static const float postgres[] = {0.8F, 0.3F};
    const competency_skill need = {
        .name = "SQL", .level = {3, 5, true}, .embedding = sql, .embedding_size = 2, .weight = 1};
    const competency_skill have = {.name = "PostgreSQL",
                                   .level = {4, 5, true},
                                   .embedding = postgres,
                                   .embedding_size = 2,
                                   .weight = 1};

    const competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    const competency_profile role = {&need, 1};
    const competency_profile candidate = {&have, 1};
    competency_matcher *matcher = NULL;
    competency_match match = {0};
    competency_error error = {0};
    competency_status status = competency_matcher_create(&matcher, &options, &error);
    if (status == COMPETENCY_OK) {
        status = competency_match_run(&match, matcher, &candidate, &role, &error);
    }
    if (status == COMPETENCY_OK) {
        printf("score %.3f, similarity %.3f\n", match.overall_score,
               match.scores[0].best_similarity);
    } else {
        (void)fprintf(stderr, "%s: %s\n", competency_status_text(status), error.message);
    }
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    return status == COMPETENCY_OK ? 0 : 1;
}

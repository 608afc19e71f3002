// SPDX-License-Identifier: MIT
// The same match with each strategy, and with a parameter of the scoring model changed.
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>

static const float baking[] = {1, 0};
static const float cooking[] = {0.6F, 0.8F};
static const float driving[] = {0, 1};

static competency_skill skill(const char *name, const float *vector, double level)
{
    return (competency_skill){
        .name = name,
        .level = {level, 5, true},
        .embedding = vector,
        .embedding_size = 2,
        .weight = 1,
    };
}

static competency_status show(const char *what, const competency_matcher_options *options)
{
    const competency_skill needs[] = {skill("Baking", baking, 4), skill("Driving", driving, 3)};
    const competency_skill offers[] = {skill("Cooking", cooking, 5)};
    const competency_profile role = {needs, 2};
    const competency_profile candidate = {offers, 1};
    competency_matcher *matcher = NULL;
    competency_match match = {0};
    competency_error err = {0};
    competency_status status = competency_matcher_create(&matcher, options, &err);
    if (status == COMPETENCY_OK) {
        status = competency_match_run(&match, matcher, &candidate, &role, &err);
    }
    if (status == COMPETENCY_OK) {
        printf("%-24s %.3f\n", what, match.overall_score);
    } else {
        printf("%-24s %s: %s\n", what, competency_status_text(status), err.message);
    }
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    return status;
}

int main(void)
{
    competency_classic_config config = competency_classic_config_default();
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.config = &config;
    for (int i = COMPETENCY_STRATEGY_DEFAULT; i <= COMPETENCY_STRATEGY_AGGRESSIVE; i++) {
        options.strategy = (competency_strategy)i;
        (void)show(competency_strategy_name(options.strategy), &options);
    }
    options.strategy = COMPETENCY_STRATEGY_DEFAULT;
    config.penalty.similarity_threshold = 0.7;  // Cooking is then no longer like Baking
    (void)show("similarity_threshold 0.7", &options);
    config.penalty.similarity_threshold = 7;
    return show("similarity_threshold 7", &options) == COMPETENCY_EINVAL ? EXIT_SUCCESS
                                                                         : EXIT_FAILURE;
}

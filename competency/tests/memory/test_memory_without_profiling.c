// SPDX-License-Identifier: MIT
// The engine where nothing records: the same match, and no figure that pretends to be one.
#include <competency/competency.h>

#include "expect.h"
#include "numbered_skills.h"

enum { SKIPPED = 77 };

static competency_model *model;

static void memory_without_profiling(void **state)
{
    (void)state;
    competency_embedder embedder;
    competency_matcher *matcher = NULL;
    competency_match match;
    assert_int_equal(competency_embedder_create(&embedder, model, NULL, NULL), COMPETENCY_OK);
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &embedder;
    assert_int_equal(competency_matcher_create(&matcher, &options, NULL), COMPETENCY_OK);
    const competency_profile candidate = numbered_skills(10);
    const competency_profile required = numbered_skills(5);
    assert_int_equal(competency_match_run(&match, matcher, &candidate, &required, NULL),
                     COMPETENCY_OK);
    assert_int_equal(match.required_count, 5);
    assert_true(match.overall_score >= 0 && match.overall_score <= 1);

    competency_memory_snapshot snapshot;
    const competency_status status = competency_memory_snapshot_take(&snapshot, "after", NULL);
    assert_true(status == COMPETENCY_EUNSUPPORTED || status == COMPETENCY_EINACTIVE);
    competency_match_destroy(&match);
    competency_matcher_destroy(matcher);
    competency_embedder_destroy(&embedder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_without_profiling)};
    competency_error err = {0};
    if (competency_model_open(&model, NULL, &err) != COMPETENCY_OK) {
        print_message("skipped: %s\n", err.message);
        return SKIPPED;
    }
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    competency_model_close(model);
    return failures;
}

// SPDX-License-Identifier: MIT
// The model loaded for every call, or once for all of them.
//
//     model_loading per-call|once [CALLS]
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/memory/numbered_skills.h"

enum { CALLS = 10, CANDIDATE_SKILLS = 10, REQUIRED_SKILLS = 5 };

typedef struct engine {
    competency_model *model;
    competency_embedder embedder;
    competency_matcher *matcher;
} engine;

static competency_status open_engine(engine *e, competency_error *err)
{
    *e = (engine){.model = NULL};
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &e->embedder;
    competency_status status = competency_model_open(&e->model, NULL, err);
    if (status == COMPETENCY_OK) {
        status = competency_embedder_create(&e->embedder, e->model, NULL, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency_matcher_create(&e->matcher, &options, err);
    }
    return status;
}

static void close_engine(engine *e)
{
    competency_matcher_destroy(e->matcher);
    competency_embedder_destroy(&e->embedder);
    competency_model_close(e->model);
}

static competency_status match(const engine *e, double *score, competency_error *err)
{
    const competency_profile candidate = numbered_skills(CANDIDATE_SKILLS);
    const competency_profile required = numbered_skills(REQUIRED_SKILLS);
    competency_match result;
    const competency_status status =
        competency_match_run(&result, e->matcher, &candidate, &required, err);
    *score += result.overall_score;
    competency_match_destroy(&result);
    return status;
}

static competency_status load_per_call(int calls, double *score, competency_error *err)
{
    competency_status status = COMPETENCY_OK;
    for (int i = 0; i < calls && status == COMPETENCY_OK; i++) {
        engine e;
        status = open_engine(&e, err);
        if (status == COMPETENCY_OK) {
            status = match(&e, score, err);
        }
        close_engine(&e);
    }
    return status;
}

static competency_status load_once(int calls, double *score, competency_error *err)
{
    engine e;
    competency_status status = open_engine(&e, err);
    for (int i = 0; i < calls && status == COMPETENCY_OK; i++) {
        status = match(&e, score, err);
    }
    close_engine(&e);
    return status;
}

int main(int argc, char **argv)
{
    const int calls = argc > 2 ? (int)strtol(argv[2], NULL, 10) : CALLS;
    double score = 0;
    competency_error err = {0};
    competency_status status = COMPETENCY_EINVAL;
    if (argc > 1 && strcmp(argv[1], "per-call") == 0) {
        status = load_per_call(calls, &score, &err);
    } else if (argc > 1 && strcmp(argv[1], "once") == 0) {
        status = load_once(calls, &score, &err);
    }
    if (status != COMPETENCY_OK) {
        (void)fprintf(stderr, "model_loading per-call|once [CALLS]: %s\n", err.message);
        return EXIT_FAILURE;
    }
    (void)printf("%d matches of %d with %d skills, scores together %.12f\n", calls,
                 CANDIDATE_SKILLS, REQUIRED_SKILLS, score);
    return EXIT_SUCCESS;
}

// SPDX-License-Identifier: MIT
#include "suite_engine.h"

bool suite_engine_open(suite_engine *engine, heaplens_bench *b)
{
    competency_error err = {0};
    *engine = (suite_engine){.model = NULL};
    if (competency_model_open(&engine->model, NULL, &err) == COMPETENCY_OK &&
        competency_embedder_create(&engine->embedder, engine->model, NULL, &err) == COMPETENCY_OK) {
        return true;
    }
    heaplens_bench_fail(b, "%s (scripts/fetch-model.sh installs the model)", err.message);
    suite_engine_close(engine);
    return false;
}

void suite_engine_close(suite_engine *engine)
{
    competency_embedder_destroy(&engine->embedder);
    competency_model_close(engine->model);
    *engine = (suite_engine){.model = NULL};
}

const char *suite_name(size_t index)
{
    static char names[SUITE_NAMES_MAX][32];
    if (names[index][0] == '\0') {
        (void)snprintf(names[index], sizeof names[index], "Skill_%zu", index);
    }
    return names[index];
}

static competency_skill make_skill(size_t name, size_t level)
{
    return (competency_skill){
        .name = suite_name(name),
        .level = {.value = (double)(level % 5 + 1), .max = 5, .is_disclosed = true},
        .weight = 1,
    };
}

void suite_skills(competency_skill *out, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        out[i] = make_skill(first + i, i);
    }
}

void suite_overlapping(const suite_case *item, competency_skill *candidates,
                       competency_skill *required)
{
    const size_t shared = item->required * (size_t)item->overlap_percent / 100;
    suite_skills(candidates, 0, item->candidates);
    for (size_t i = 0; i < item->required; i++) {
        required[i] = i < shared ? make_skill(i, i + 2)
                                 : make_skill(item->candidates + i - shared, i - shared + 3);
    }
}

bool suite_embed(suite_engine *engine, heaplens_bench *b, float *out, const char *const *names,
                 size_t count)
{
    competency_error err = {0};
    competency_embedder *const embedder = &engine->embedder;
    if (embedder->embed(embedder->self, out, names, count, &err) != COMPETENCY_OK) {
        heaplens_bench_fail(b, "%s", err.message);
        return false;
    }
    return true;
}

void suite_publish(heaplens_bench *b, const suite_case *item)
{
    if (item->published_ms > 0) {
        heaplens_bench_value(b, "published ms", item->published_ms);
    }
}

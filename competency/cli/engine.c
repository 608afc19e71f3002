// SPDX-License-Identifier: MIT
// Matching, with a model only if some skill needs one.
#include "cli/engine.h"

#include <stdio.h>
#include <stdlib.h>

#include "cli/files.h"

static cli_exit read_config_file(competency_classic_config *out, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    const cli_exit status = cli_file_read_all(path, &text, &size);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    competency_error err = {0};
    const competency_status parsed = competency_classic_config_parse(out, text, size, &err);
    free(text);
    if (parsed != COMPETENCY_OK) {
        cli_complain("%s: %s", path, err.message);
    }
    return cli_exit_of(parsed);
}

// The file, then the parameters of the command line, which win.
static cli_exit read_config(competency_classic_config *out, const cli_options *options)
{
    *out = competency_classic_config_default();
    if (options->config != NULL) {
        const cli_exit status = read_config_file(out, options->config);
        if (status != CLI_EXIT_OK) {
            return status;
        }
    }
    for (size_t i = 0; i < options->parameter_count; i++) {
        const cli_parameter *const parameter = &options->parameters[i];
        competency_error err = {0};
        if (competency_classic_config_set(out, parameter->name, parameter->text, &err) !=
            COMPETENCY_OK) {
            cli_complain("%s", err.message);
            return CLI_EXIT_USAGE;
        }
    }
    return CLI_EXIT_OK;
}

static competency_status make_matcher(competency_matcher **out, const cli_engine *engine,
                                      const competency_embedder *embedder, competency_error *err)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = embedder;
    options.config = &engine->config;
    options.strategy = engine->run.strategy;
    return competency_matcher_create(out, &options, err);
}

cli_exit cli_engine_open(cli_engine *out, const cli_options *options, const competency_record *role)
{
    *out = (cli_engine){
        .run = {.role = role, .strategy = options->strategy},
        .choice = options->model,
        .lock = PTHREAD_MUTEX_INITIALIZER,
    };
    out->run.config = &out->config;
    const cli_exit status = read_config(&out->config, options);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    competency_error err = {0};
    const competency_status made = make_matcher(&out->matcher, out, NULL, &err);
    if (made != COMPETENCY_OK) {
        cli_complain("%s", err.message);
    }
    return cli_exit_of(made);
}

void cli_engine_close(cli_engine *engine)
{
    competency_matcher_destroy(engine->matcher);
    competency_matcher_destroy(engine->matcher_of_model);
    cli_chosen_model_close(&engine->chosen);
}

// The embedder that threads share: the caches and the model serve one at a time.

static size_t shared_dimension(void *self)
{
    const cli_engine *const engine = self;
    return engine->chosen.cache.memory.dimension(engine->chosen.cache.memory.self);
}

static competency_status shared_embed(void *self, float *out, const char *const *texts,
                                      size_t count, competency_error *err)
{
    cli_engine *const engine = self;
    (void)pthread_mutex_lock(&engine->lock);
    const competency_status status =
        engine->chosen.cache.memory.embed(engine->chosen.cache.memory.self, out, texts, count, err);
    (void)pthread_mutex_unlock(&engine->lock);
    return status;
}

static const char *shared_name(void *self)
{
    const cli_engine *const engine = self;
    return engine->chosen.cache.memory.name(engine->chosen.cache.memory.self);
}

static competency_status open_model(cli_engine *engine, competency_error *err)
{
    const competency_status status = cli_chosen_model_open(&engine->chosen, &engine->choice, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    const competency_model_info *const info = competency_model_describe(engine->chosen.model);
    engine->run_of_model = engine->run;
    engine->run_of_model.model_name = info->name;
    engine->run_of_model.model_sha256 = info->sha256;
    engine->run_of_model.model_precision = info->precision;
    engine->shared = (competency_embedder){
        .self = engine, .dimension = shared_dimension, .embed = shared_embed, .name = shared_name};
    return make_matcher(&engine->matcher_of_model, engine, &engine->shared, err);
}

cli_exit cli_engine_need_model(cli_engine *engine, competency_error *err)
{
    (void)pthread_mutex_lock(&engine->lock);
    if (!engine->is_opened) {
        engine->is_opened = true;
        const competency_status status = open_model(engine, &engine->open_error);
        if (status != COMPETENCY_OK) {
            engine->open_status = cli_exit_of_model(status);
            engine->open_error.status = status;
        }
    }
    const cli_exit status = engine->open_status;
    if (status != CLI_EXIT_OK) {
        const char *const message = engine->open_error.message;
        err->status = engine->open_error.status;
        (void)snprintf(err->message, sizeof(err->message), "model: %.240s",
                       message[0] != '\0' ? message : competency_status_text(err->status));
    }
    (void)pthread_mutex_unlock(&engine->lock);
    return status;
}

void cli_worker_release(cli_worker *worker)
{
    competency_scorer_destroy(worker->scorer);
    worker->scorer = NULL;
}

static bool lacks_vectors(const competency_record *record)
{
    for (size_t i = 0; i < record->profile.count; i++) {
        const competency_skill *const skill = &record->profile.skills[i];
        if (skill->level.is_disclosed && skill->embedding == NULL) {
            return true;
        }
    }
    return false;
}

// A failure of the role concerns every candidate, and is found once.
static cli_exit make_scorer(cli_worker *worker, bool needs_model, competency_error *err)
{
    if (worker->scorer != NULL && (worker->has_model || !needs_model)) {
        return CLI_EXIT_OK;
    }
    cli_engine *const engine = worker->engine;
    if (needs_model) {
        const cli_exit opened = cli_engine_need_model(engine, err);
        if (opened != CLI_EXIT_OK) {
            return opened;
        }
    }
    cli_worker_release(worker);
    worker->has_model = needs_model;
    const competency_status status = competency_scorer_create(
        &worker->scorer, needs_model ? engine->matcher_of_model : engine->matcher,
        &engine->run.role->profile, NULL, err);
    return cli_exit_of(status);
}

cli_exit cli_worker_match(cli_worker *worker, const competency_match **out,
                          const competency_record *candidate, unsigned parts, bool *needs_model,
                          competency_error *err)
{
    *out = NULL;
    *needs_model = lacks_vectors(worker->engine->run.role) || lacks_vectors(candidate);
    const cli_exit made = make_scorer(worker, *needs_model, err);
    if (made != CLI_EXIT_OK) {
        return made;
    }
    const competency_status status =
        competency_scorer_match(worker->scorer, out, &candidate->profile, parts, err);
    if (status != COMPETENCY_OK && err->message[0] == '\0') {
        (void)snprintf(err->message, sizeof(err->message), "%s", competency_status_text(status));
    }
    return cli_exit_of(status) == CLI_EXIT_DATA ? CLI_EXIT_PARTIAL : cli_exit_of(status);
}

// SPDX-License-Identifier: MIT
// Matching, with a model only if some skill needs one.
#include "cli/engine.h"

#include <stdlib.h>

#include "cli/files.h"

static cli_exit read_config(competency_classic_config *out, const char *path)
{
    *out = competency_classic_config_default();
    if (path == NULL) {
        return CLI_EXIT_OK;
    }
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

static cli_exit make_matcher(cli_engine *engine, const competency_embedder *embedder)
{
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = embedder;
    options.config = &engine->config;
    options.strategy = engine->run.strategy;
    competency_matcher_destroy(engine->matcher);
    competency_error err = {0};
    const competency_status status = competency_matcher_create(&engine->matcher, &options, &err);
    if (status != COMPETENCY_OK) {
        cli_complain("%s", err.message);
    }
    return cli_exit_of(status);
}

cli_exit cli_engine_open(cli_engine *out, const cli_options *options, const competency_record *role)
{
    *out = (cli_engine){
        .run = {.role = role, .strategy = options->strategy},
        .is_run_new = true,
        .model_directory = options->model,
        .cache_choice = options->cache,
    };
    out->run.config = &out->config;
    const cli_exit status = read_config(&out->config, options->config);
    return status != CLI_EXIT_OK ? status : make_matcher(out, NULL);
}

void cli_engine_close(cli_engine *engine)
{
    competency_matcher_destroy(engine->matcher);
    cli_vector_cache_close(&engine->cache);
    competency_embedder_destroy(&engine->embedder);
    competency_model_close(engine->model);
}

// Any failure here is one of the model, whatever its kind.
static cli_exit open_model(cli_engine *engine)
{
    competency_error err = {0};
    competency_status status = competency_model_open(&engine->model, engine->model_directory, &err);
    if (status == COMPETENCY_OK) {
        status = competency_embedder_create(&engine->embedder, engine->model, NULL, &err);
    }
    if (status == COMPETENCY_OK) {
        status = cli_vector_cache_open(&engine->cache, engine->cache_choice, engine->model,
                                       &engine->embedder, &err);
    }
    if (status != COMPETENCY_OK) {
        cli_complain("model: %s",
                     err.message[0] != '\0' ? err.message : competency_status_text(status));
        return status == COMPETENCY_ENOMEM ? CLI_EXIT_NO_MEMORY : CLI_EXIT_NO_MODEL;
    }
    const competency_model_info *const info = competency_model_describe(engine->model);
    engine->run.model_name = info->name;
    engine->run.model_sha256 = info->sha256;
    engine->is_run_new = true;
    return make_matcher(engine, &engine->cache.memory);
}

static bool needs_model(const competency_record *record)
{
    for (size_t i = 0; i < record->profile.count; i++) {
        const competency_skill *const skill = &record->profile.skills[i];
        if (skill->level.is_disclosed && skill->embedding == NULL) {
            return true;
        }
    }
    return false;
}

cli_exit cli_engine_match(cli_engine *engine, competency_match *out,
                          const competency_record *candidate, competency_error *err)
{
    *out = (competency_match){0};
    if (engine->model == NULL && (needs_model(engine->run.role) || needs_model(candidate))) {
        const cli_exit opened = open_model(engine);
        if (opened != CLI_EXIT_OK) {
            return opened;
        }
    }
    const competency_status status = competency_match_run(out, engine->matcher, &candidate->profile,
                                                          &engine->run.role->profile, err);
    if (status == COMPETENCY_OK) {
        return CLI_EXIT_OK;
    }
    if (cli_exit_of(status) == CLI_EXIT_DATA) {
        return CLI_EXIT_PARTIAL;
    }
    cli_complain("%s", err->message[0] != '\0' ? err->message : competency_status_text(status));
    return cli_exit_of(status);
}

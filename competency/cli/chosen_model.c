// SPDX-License-Identifier: MIT
#include "cli/chosen_model.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

cli_exit cli_model_choice_take_precision(cli_model_choice *choice, const char *text)
{
    static const char *const names[] = {"f32", "f16", "int8"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], text) == 0) {
            choice->precision = names[i];
            return CLI_EXIT_OK;
        }
    }
    cli_complain("--precision %s: expected f32, f16 or int8", text);
    return CLI_EXIT_USAGE;
}

cli_exit cli_model_choice_take_jobs(cli_model_choice *choice, const char *text)
{
    char *end = NULL;
    const unsigned long jobs = strtoul(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || jobs > CLI_JOBS_MAX) {
        cli_complain("--jobs %s: expected a number from 0 to %d", text, CLI_JOBS_MAX);
        return CLI_EXIT_USAGE;
    }
    const long processors = jobs > 0 ? (long)jobs : sysconf(_SC_NPROCESSORS_ONLN);
    choice->jobs = processors < 1 ? 1 : (size_t)processors;
    choice->jobs = choice->jobs > CLI_JOBS_MAX ? CLI_JOBS_MAX : choice->jobs;
    return CLI_EXIT_OK;
}

competency_status cli_model_choice_open(competency_model **out, const cli_model_choice *choice,
                                        competency_error *err)
{
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.precision = choice->precision;
    return competency_model_open_with(out, choice->path, &options, err);
}

competency_status cli_chosen_model_open(cli_chosen_model *out, const cli_model_choice *choice,
                                        competency_error *err)
{
    *out = (cli_chosen_model){0};
    competency_status status = cli_model_choice_open(&out->model, choice, err);
    // The embedder's precision is the model's, and so is that in the identity of kept vectors.
    if (status == COMPETENCY_OK) {
        competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
        options.threads = (uint32_t)choice->jobs;
        status = competency_embedder_create(&out->embedder, out->model, &options, err);
    }
    if (status == COMPETENCY_OK) {
        status = cli_vector_cache_open(&out->cache, choice->cache, out->model, &out->embedder, err);
    }
    return status;
}

void cli_chosen_model_close(cli_chosen_model *chosen)
{
    cli_vector_cache_close(&chosen->cache);
    competency_embedder_destroy(&chosen->embedder);
    competency_model_close(chosen->model);
}

// Any failure here is one of the model, whatever its kind.
cli_exit cli_exit_of_model(competency_status status)
{
    return status == COMPETENCY_OK       ? CLI_EXIT_OK
           : status == COMPETENCY_ENOMEM ? CLI_EXIT_NO_MEMORY
                                         : CLI_EXIT_NO_MODEL;
}

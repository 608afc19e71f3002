// SPDX-License-Identifier: MIT
#include "cli/vector_cache.h"

#include <stdlib.h>
#include <string.h>

bool cli_vector_cache_choose(const char *option, const char **directory)
{
    // One thread, and nothing here sets the environment.
    const char *choice =
        option != NULL ? option : getenv("COMPETENCY_CACHE");  // NOLINT(concurrency-mt-unsafe)
    *directory = NULL;
    if (choice == NULL || choice[0] == '\0' || strcmp(choice, "none") == 0) {
        return false;
    }
    if (strcmp(choice, "default") != 0) {
        *directory = choice;
    }
    return true;
}

// The store before `inner`. Whatever fails here costs the store and nothing else.
static void open_store(cli_vector_cache *cache, const char *directory, competency_model *model,
                       const competency_embedder *inner)
{
    competency_error err = {0};
    competency_status status = competency_store_open(&cache->store, directory, NULL, &err);
    if (status == COMPETENCY_OK) {
        status = competency_store_recall_hash(cache->store, model);
    }
    if (status == COMPETENCY_OK) {
        const char *const identity = competency_model_describe(model)->identity;
        status = competency_store_embedder(&cache->stored, cache->store, inner, identity, &err);
    }
    if (status != COMPETENCY_OK) {
        cli_complain("going on without a cache: %s",
                     err.message[0] != '\0' ? err.message : competency_status_text(status));
    }
}

competency_status cli_vector_cache_open(cli_vector_cache *out, const char *option,
                                        competency_model *model, const competency_embedder *inner,
                                        competency_error *err)
{
    *out = (cli_vector_cache){0};
    const char *directory = NULL;
    if (cli_vector_cache_choose(option, &directory)) {
        open_store(out, directory, model, inner);
    }
    const competency_embedder *const next = out->stored.self != NULL ? &out->stored : inner;
    return competency_memory_cache_create(&out->memory, next, NULL, err);
}

void cli_vector_cache_close(cli_vector_cache *cache)
{
    competency_embedder_destroy(&cache->memory);
    competency_embedder_destroy(&cache->stored);
    competency_store_info info = {0};
    if (cache->store != NULL &&
        competency_store_describe(cache->store, &info, NULL) == COMPETENCY_OK &&
        info.problem != NULL) {
        cli_complain("went on without a cache: %s: %s", info.directory, info.problem);
    }
    competency_store_close(cache->store);
    *cache = (cli_vector_cache){0};
}

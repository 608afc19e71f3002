// SPDX-License-Identifier: MIT
// A model directory becomes one file.
#include <competency/model.h>

#include "base/error.h"
#include "embed/packed_model.h"
#include "model/model.h"

static competency_status pack(const competency_model *model, const competency_allocator *memory,
                              const char *path, competency_error *err)
{
    competency__weight_blocks blocks = {0};
    competency_status status = competency__weight_blocks_pack(
        &blocks, memory, model, competency__model_precision(model), err);
    if (status == COMPETENCY_OK) {
        status = competency__weight_blocks_write(&blocks, model, path, err);
    }
    competency__weight_blocks_deinit(&blocks);
    return status;
}

competency_status competency_model_pack_with(const char *directory,
                                             const competency_model_options *options,
                                             const char *path, competency_error *err)
{
    competency_model_options chosen = COMPETENCY_MODEL_OPTIONS_INIT;
    competency_status status = competency__model_options_read(&chosen, options, err);
    if (status != COMPETENCY_OK) {
        return status;
    }
    chosen.is_cache_bypassed = true;
    competency_model *model = NULL;
    status = competency_model_open_with(&model, directory, &chosen, err);
    if (status == COMPETENCY_OK && competency__model_packed(model) != NULL) {
        status = competency__fail(err, COMPETENCY_EUNSUPPORTED, "%s is packed already",
                                  competency_model_describe(model)->directory);
    }
    if (status == COMPETENCY_OK) {
        status = competency__model_check_finite(model, err);
    }
    if (status == COMPETENCY_OK) {
        status = pack(model, chosen.allocator, path, err);
    }
    competency_model_close(model);
    return status;
}

competency_status competency_model_pack(const char *directory, const char *precision,
                                        const char *path, competency_error *err)
{
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.precision = precision;
    return competency_model_pack_with(directory, &options, path, err);
}

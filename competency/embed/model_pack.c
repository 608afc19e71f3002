// SPDX-License-Identifier: MIT
// A model directory becomes one file.
#include <competency/model.h>

#include "base/error.h"
#include "embed/packed_model.h"
#include "model/model.h"

competency_status competency_model_pack(const char *directory, const char *precision,
                                        const char *path, competency_error *err)
{
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.precision = precision;
    options.is_cache_bypassed = true;
    competency_model *model = NULL;
    competency__weight_blocks blocks = {0};
    competency_status status = competency_model_open_with(&model, directory, &options, err);
    if (status == COMPETENCY_OK && competency__model_packed(model) != NULL) {
        status = competency__fail(err, COMPETENCY_EUNSUPPORTED, "%s is packed already",
                                  competency_model_describe(model)->directory);
    }
    if (status == COMPETENCY_OK && !competency__model_can_be_packed(model)) {
        status = competency__fail(err, COMPETENCY_EUNSUPPORTED,
                                  "a model with a prompt cannot be packed");
    }
    if (status == COMPETENCY_OK) {
        status = competency__model_check_finite(model, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__weight_blocks_pack(
            &blocks, model, (competency__precision)competency__model_precision(model), err);
    }
    if (status == COMPETENCY_OK) {
        status = competency__weight_blocks_write(&blocks, model, path, err);
    }
    competency__weight_blocks_deinit(&blocks);
    competency_model_close(model);
    return status;
}

// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_MODEL_H
#define COMPETENCY_MODEL_MODEL_H

/**
 * @file
 * What the encoder sees of an open model. All results borrow from the model until it is closed,
 * and are immutable: any number of threads may read them.
 */
#include <competency/model.h>

#include "model/bert.h"
#include "model/file.h"
#include "text/tokenizer.h"

/** Shape and arithmetic of `model`. */
const competency__bert_config *competency__model_config(const competency_model *model);

/** Where the weights of `model` lie in its mapping. */
const competency__bert_weights *competency__model_weights(const competency_model *model);

/** The tokenizer of `model`; its longest input is competency__model_config()->tokens_max. */
const competency__tokenizer *competency__model_tokenizer(const competency_model *model);

/**
 * Look at every weight once; opening a model checks its structure only.
 *
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT, naming the tensor, if one is infinite or NaN
 */
COMPETENCY_MUST_USE competency_status competency__model_check_finite(const competency_model *model,
                                                                     competency_error *err);

/** Which file the weights of `model` are in, as it was when it was mapped. */
competency__file_stamp competency__model_weights_stamp(const competency_model *model);

/**
 * Take `sha256`, 64 hexadecimal digits and a NUL, for the hash of the weights, which then is not
 * computed. Without effect on a model that was described already.
 */
void competency__model_believe_hash(competency_model *model, const char *sha256);

#endif

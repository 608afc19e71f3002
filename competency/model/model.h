// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_MODEL_H
#define COMPETENCY_MODEL_MODEL_H

/**
 * @file
 * What the encoder sees of an open model. All results borrow from the model until it is closed,
 * and are immutable: any number of threads may read them.
 */
#include <stdbool.h>
#include <stdint.h>

#include <competency/model.h>

#include "base/precision.h"
#include "model/bert.h"
#include "model/file.h"
#include "model/packed_file.h"
#include "text/tokenizer.h"

/** Shape and arithmetic of `model`. */
const competency__bert_config *competency__model_config(const competency_model *model);

/** The packed file that `model` was opened from; NULL if it was read from its directory. */
const competency__packed_file *competency__model_packed(const competency_model *model);

/** In which precision the weights of `model` are, or are to be packed. */
competency__precision competency__model_precision(const competency_model *model);

/**
 * `options`, of whatever size they are, as this version of the library knows them; NULL: defaults.
 *
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if they have no size
 */
COMPETENCY_MUST_USE competency_status competency__model_options_read(
    competency_model_options *out, const competency_model_options *options, competency_error *err);

/** Whether the packed form of `model` is to be left in the user's cache. */
bool competency__model_is_kept(const competency_model *model);

/** Where the weights of `model` lie in its mapping; all zero for a packed one. */
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

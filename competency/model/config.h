// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MODEL_CONFIG_H
#define COMPETENCY_MODEL_CONFIG_H

/**
 * @file
 * The JSON files of a model directory, each read from its bytes into checked values.
 *
 * Every reader returns COMPETENCY_OK; COMPETENCY_EFORMAT if the file is not JSON or a value has
 * the wrong type or is out of range; COMPETENCY_EUNSUPPORTED if it asks for something that this
 * library does not do; COMPETENCY_ENOMEM. The message names the file and the key. What a reader
 * has set after a failure is unspecified. Unknown keys are ignored.
 */
#include <stdbool.h>
#include <stddef.h>

#include <competency/status.h>

#include "model/bert.h"
#include "text/tokenizer.h"

enum { COMPETENCY__MODULE_PATH_BYTES = 64 };

/** What `modules.json` says of the steps. */
typedef struct competency__modules {
    bool are_listed;                              // there is a modules.json
    char encoder[COMPETENCY__MODULE_PATH_BYTES];  // folder of the encoder; "": the model's own
    char pooling[COMPETENCY__MODULE_PATH_BYTES];  // folder of the pooling module
    bool is_normalised;                           // a Normalize module follows
} competency__modules;

/** `config.json`: everything of `config` but tokens_max, pooling and is_normalised. */
COMPETENCY_MUST_USE competency_status competency__config_read_bert(competency__bert_config *config,
                                                                   const char *bytes, size_t size,
                                                                   competency_error *err);

/** `modules.json`. Folders are plain names: they cannot leave the model directory. */
COMPETENCY_MUST_USE competency_status competency__config_read_modules(competency__modules *modules,
                                                                      const char *bytes,
                                                                      size_t size,
                                                                      competency_error *err);

/** `1_Pooling/config.json`: config->pooling. Reads config->hidden, which it must agree with. */
COMPETENCY_MUST_USE competency_status competency__config_read_pooling(
    competency__bert_config *config, const char *bytes, size_t size, competency_error *err);

/**
 * `sentence_bert_config.json`: config->tokens_max, at most config->positions; it keeps its value
 * where the file has none.
 *
 * @param lower_case  whether the tokenizer maps to lower case; a file that wants it done before
 *                    a tokenizer that does not is not supported
 */
COMPETENCY_MUST_USE competency_status
competency__config_read_sentence(competency__bert_config *config, bool lower_case,
                                 const char *bytes, size_t size, competency_error *err);

/**
 * `tokenizer_config.json`; what it leaves out keeps the value it has in `options`. Where it has a
 * `model_max_length`, config->tokens_max is that at most.
 */
COMPETENCY_MUST_USE competency_status competency__config_read_tokenizer(
    competency__tokenizer_options *options, competency__bert_config *config, const char *bytes,
    size_t size, competency_error *err);

/**
 * `config_sentence_transformers.json`: the prompt that the model puts before every text, which is
 * the one that `default_prompt_name` names in `prompts`; none if that is null.
 */
COMPETENCY_MUST_USE competency_status competency__config_read_prompt(
    competency__tokenizer_options *options, const char *bytes, size_t size, competency_error *err);

/** The normalizer of a `tokenizer.json`, for models without a `tokenizer_config.json`. */
COMPETENCY_MUST_USE competency_status competency__config_read_normalizer(
    competency__tokenizer_options *options, const char *bytes, size_t size, competency_error *err);

#endif

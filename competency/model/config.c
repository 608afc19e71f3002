// SPDX-License-Identifier: MIT
#include "model/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/error.h"
#include "model/fields.h"

static competency_status check_heads(const competency__fields *fields,
                                     const competency__bert_config *config)
{
    if (fields->status != COMPETENCY_OK || config->hidden % config->heads == 0) {
        return fields->status;
    }
    return competency__fail(fields->err, COMPETENCY_EFORMAT,
                            "%s: %u num_attention_heads do not divide hidden_size %u", fields->file,
                            (unsigned)config->heads, (unsigned)config->hidden);
}

static void read_epsilon(competency__fields *fields, competency__bert_config *config)
{
    const json_t *const value = json_object_get(fields->object, "layer_norm_eps");
    config->layer_norm_eps = 1e-12F;  // BertConfig's own default
    if (value == NULL) {
        return;
    }
    const double eps = json_number_value(value);
    // Below FLT_MIN it would be a denormal, or the 0 that a constant row is divided by.
    if (!json_is_number(value) || !(eps >= 1.2e-38 && eps <= 1.0)) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, "layer_norm_eps",
                                "is not a number above 0 and at most 1");
        return;
    }
    config->layer_norm_eps = (float)eps;
}

static void read_activation(competency__fields *fields, competency__bert_config *config)
{
    const char *const name = competency__fields_string(fields, "hidden_act", "gelu");
    if (strcmp(name, "gelu") == 0) {
        config->activation = COMPETENCY__GELU_ERF;
    } else if (strcmp(name, "gelu_new") == 0 || strcmp(name, "gelu_pytorch_tanh") == 0) {
        config->activation = COMPETENCY__GELU_TANH;
    } else {
        competency__fields_fail(fields, COMPETENCY_EUNSUPPORTED, "hidden_act is not a GELU:", name);
    }
}

competency_status competency__config_read_bert(competency__bert_config *config, const char *bytes,
                                               size_t size, competency_error *err)
{
    competency__fields fields = {.file = "config.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    const char *const type = competency__fields_string(&fields, "model_type", "bert");
    if (strcmp(type, "bert") != 0) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "model_type is not bert:", type);
    }
    bool is_decoder = false;
    competency__fields_bool(&fields, &is_decoder, "is_decoder");
    if (is_decoder) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "is_decoder",
                                "is on; encoders are supported");
    }
    const char *const position =
        competency__fields_string(&fields, "position_embedding_type", "absolute");
    if (strcmp(position, "absolute") != 0) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED,
                                "position_embedding_type is not absolute:", position);
    }
    competency__fields_u32(&fields, &config->layers, "num_hidden_layers", 1,
                           COMPETENCY__LAYERS_MAX);
    competency__fields_u32(&fields, &config->hidden, "hidden_size", 1, COMPETENCY__HIDDEN_MAX);
    competency__fields_u32(&fields, &config->heads, "num_attention_heads", 1,
                           COMPETENCY__HIDDEN_MAX);
    competency__fields_u32(&fields, &config->intermediate, "intermediate_size", 1,
                           COMPETENCY__INTERMEDIATE_MAX);
    competency__fields_u32(&fields, &config->vocabulary, "vocab_size", 1,
                           COMPETENCY__VOCABULARY_MAX);
    competency__fields_u32(&fields, &config->positions, "max_position_embeddings", 2,
                           COMPETENCY__POSITIONS_MAX);
    competency__fields_u32(&fields, &config->segments, "type_vocab_size", 1,
                           COMPETENCY__SEGMENTS_MAX);
    read_epsilon(&fields, config);
    read_activation(&fields, config);
    const competency_status status = check_heads(&fields, config);
    json_decref(root);
    return status;
}

// One folder inside the model directory: no separators, no way up.
static bool is_plain_name(const char *name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
    return name[0] != '\0' && name[0] != '.' && strspn(name, allowed) == strlen(name) &&
           strlen(name) < COMPETENCY__MODULE_PATH_BYTES;
}

// The class at the end of "sentence_transformers.models.Pooling".
static const char *class_name(const char *type)
{
    const char *const dot = strrchr(type, '.');
    return dot == NULL ? type : dot + 1;
}

// Modules come in one order: Transformer, Pooling, and perhaps Normalize.
static void read_module(competency__fields *fields, competency__modules *modules, size_t step)
{
    static const char *const order[] = {"Transformer", "Pooling", "Normalize"};
    const char *const type = class_name(competency__fields_string(fields, "type", ""));
    const char *const path = competency__fields_string(fields, "path", "");
    if (step >= 3 || strcmp(type, order[step]) != 0) {
        competency__fields_fail(fields, COMPETENCY_EUNSUPPORTED,
                                "has a module that is not the expected one of Transformer, "
                                "Pooling, Normalize:",
                                type);
    } else if (step == 0 && path[0] != '\0' && !is_plain_name(path)) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT,
                                "has a bad folder for Transformer:", path);
    } else if (step == 0) {
        (void)snprintf(modules->encoder, sizeof(modules->encoder), "%s", path);
    } else if (step == 1 && !is_plain_name(path)) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, "has a bad folder for Pooling:", path);
    } else if (step == 1) {
        (void)snprintf(modules->pooling, sizeof(modules->pooling), "%s", path);
    } else if (step == 2) {
        modules->is_normalised = true;
    }
}

competency_status competency__config_read_modules(competency__modules *modules, const char *bytes,
                                                  size_t size, competency_error *err)
{
    *modules = (competency__modules){.are_listed = true};
    competency__fields fields = {.file = "modules.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    if (!json_is_array(root) || json_array_size(root) < 2) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "is not a list of",
                                "Transformer, Pooling and perhaps Normalize");
    }
    for (size_t i = 0; fields.status == COMPETENCY_OK && i < json_array_size(root); i++) {
        fields.object = json_array_get(root, i);
        read_module(&fields, modules, i);
    }
    json_decref(root);
    return fields.status;
}

competency_status competency__config_read_pooling(competency__bert_config *config,
                                                  const char *bytes, size_t size,
                                                  competency_error *err)
{
    competency__fields fields = {.file = "pooling config.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    bool is_cls = false;
    bool is_mean = false;
    competency__fields_bool(&fields, &is_cls, "pooling_mode_cls_token");
    competency__fields_bool(&fields, &is_mean, "pooling_mode_mean_tokens");
    static const char *const unsupported[] = {
        "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens",
        "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"};
    for (size_t i = 0; i < sizeof(unsupported) / sizeof(unsupported[0]); i++) {
        bool is_on = false;
        competency__fields_bool(&fields, &is_on, unsupported[i]);
        if (is_on) {
            competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, unsupported[i],
                                    "is on; mean and CLS are supported");
        }
    }
    bool includes_prompt = true;
    competency__fields_bool(&fields, &includes_prompt, "include_prompt");
    config->excludes_prompt = !includes_prompt;
    if (is_cls == is_mean) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "pools by",
                                is_cls ? "both mean and CLS" : "neither mean nor CLS");
    }
    config->pooling = is_cls ? COMPETENCY__POOL_CLS : COMPETENCY__POOL_MEAN;
    uint32_t dimension = 0;
    competency__fields_u32(&fields, &dimension, "word_embedding_dimension", config->hidden,
                           config->hidden);
    json_decref(root);
    return fields.status;
}

competency_status competency__config_read_sentence(competency__bert_config *config, bool lower_case,
                                                   const char *bytes, size_t size,
                                                   competency_error *err)
{
    competency__fields fields = {.file = "sentence_bert_config.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    const json_t *const longest = json_object_get(root, "max_seq_length");
    if (longest != NULL && !json_is_null(longest)) {
        competency__fields_u32(&fields, &config->tokens_max, "max_seq_length", 2,
                               config->positions);
    }
    bool wants_lower_case = false;
    competency__fields_bool(&fields, &wants_lower_case, "do_lower_case");
    if (wants_lower_case && !lower_case) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "do_lower_case",
                                "before a tokenizer that keeps case");
    }
    json_decref(root);
    return fields.status;
}

// Where there is no limit the file has some 1e30, as an integer.
static void read_longest(competency__fields *fields, const json_t *root,
                         competency__bert_config *config)
{
    const json_t *const longest = json_object_get(root, "model_max_length");
    const double most = json_number_value(longest);
    if (!json_is_number(longest) || most >= (double)config->tokens_max) {
        return;
    }
    if (most < 2) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, "model_max_length",
                                "is below 2, which [CLS] and [SEP] take");
        return;
    }
    config->tokens_max = (uint32_t)most;
}

competency_status competency__config_read_tokenizer(competency__tokenizer_options *options,
                                                    competency__bert_config *config,
                                                    const char *bytes, size_t size,
                                                    competency_error *err)
{
    competency__fields fields = {.file = "tokenizer_config.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    const char *const type = competency__fields_string(&fields, "tokenizer_class", "BertTokenizer");
    if (strcmp(type, "BertTokenizer") != 0 && strcmp(type, "BertTokenizerFast") != 0) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED,
                                "tokenizer_class is not BertTokenizer:", type);
    }
    bool is_basic = true;
    competency__fields_bool(&fields, &is_basic, "do_basic_tokenize");
    if (!is_basic) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "do_basic_tokenize", "is off");
    }
    competency__fields_bool(&fields, &options->lower_case, "do_lower_case");
    options->strip_accents = options->lower_case;  // what a null means
    competency__fields_bool(&fields, &options->strip_accents, "strip_accents");
    competency__fields_bool(&fields, &options->space_cjk, "tokenize_chinese_chars");
    read_longest(&fields, root, config);
    json_decref(root);
    return fields.status;
}

// The text of the prompt called `name`.
static void take_prompt(competency__fields *fields, char prompt[COMPETENCY__PROMPT_BYTES],
                        const char *name)
{
    const json_t *const value = json_object_get(json_object_get(fields->object, "prompts"), name);
    const char *const text = json_string_value(value);
    if (text == NULL) {
        competency__fields_fail(fields, COMPETENCY_EFORMAT, "prompts has no text for", name);
        return;
    }
    const size_t size = strlen(text);
    if (size >= COMPETENCY__PROMPT_BYTES) {
        competency__fields_fail(fields, COMPETENCY_EUNSUPPORTED, "default prompt",
                                "has more than 255 bytes");
        return;
    }
    memcpy(prompt, text, size + 1);
}

competency_status competency__config_read_prompt(competency__tokenizer_options *options,
                                                 const char *bytes, size_t size,
                                                 competency_error *err)
{
    competency__fields fields = {.file = "config_sentence_transformers.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    const char *const name = competency__fields_string(&fields, "default_prompt_name", NULL);
    if (name != NULL) {
        take_prompt(&fields, options->prompt, name);
    }
    json_decref(root);
    return fields.status;
}

competency_status competency__config_read_normalizer(competency__tokenizer_options *options,
                                                     const char *bytes, size_t size,
                                                     competency_error *err)
{
    competency__fields fields = {.file = "tokenizer.json", .err = err};
    json_t *const root = competency__fields_parse(&fields, bytes, size);
    if (root == NULL) {
        return fields.status;
    }
    fields.object = json_object_get(root, "normalizer");
    const char *const type = competency__fields_string(&fields, "type", "(none)");
    if (strcmp(type, "BertNormalizer") != 0) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED,
                                "normalizer is not BertNormalizer:", type);
    }
    bool cleans = true;
    competency__fields_bool(&fields, &cleans, "clean_text");
    if (!cleans) {
        competency__fields_fail(&fields, COMPETENCY_EUNSUPPORTED, "clean_text", "is off");
    }
    competency__fields_bool(&fields, &options->lower_case, "lowercase");
    options->strip_accents = options->lower_case;
    competency__fields_bool(&fields, &options->strip_accents, "strip_accents");
    competency__fields_bool(&fields, &options->space_cjk, "handle_chinese_chars");
    json_decref(root);
    return fields.status;
}

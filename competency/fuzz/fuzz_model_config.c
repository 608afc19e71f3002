// SPDX-License-Identifier: MIT
// The first byte chooses which of the JSON files of a model directory the rest is.
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/config.h"
#include "model/vocabulary_json.h"

static void check(bool holds)
{
    if (!holds) {
        abort();
    }
}

static void fuzz_bert(const char *bytes, size_t size)
{
    competency__bert_config config = {0};
    if (competency__config_read_bert(&config, bytes, size, NULL) == COMPETENCY_OK) {
        check(config.layers >= 1 && config.layers <= COMPETENCY__LAYERS_MAX);
        check(config.hidden >= 1 && config.hidden <= COMPETENCY__HIDDEN_MAX);
        check(config.heads >= 1 && config.hidden % config.heads == 0);
        check(config.vocabulary >= 1 && config.vocabulary <= COMPETENCY__VOCABULARY_MAX);
        check(config.positions >= 2 && config.positions <= COMPETENCY__POSITIONS_MAX);
        check(config.layer_norm_eps > 0 && config.layer_norm_eps <= 1);
    }
}

static void fuzz_modules(const char *bytes, size_t size)
{
    competency__modules modules;
    if (competency__config_read_modules(&modules, bytes, size, NULL) == COMPETENCY_OK) {
        check(modules.pooling[0] != '\0' && strchr(modules.pooling, '/') == NULL);
        check(strcmp(modules.pooling, "..") != 0);
        check(strcmp(modules.encoder, "..") != 0 && strchr(modules.encoder, '/') == NULL);
    }
}

static void fuzz_sentence(const char *bytes, size_t size, bool lower_case)
{
    competency__bert_config config = {.positions = 512, .tokens_max = 512, .hidden = 384};
    if (competency__config_read_sentence(&config, lower_case, bytes, size, NULL) == COMPETENCY_OK) {
        check(config.tokens_max >= 2 && config.tokens_max <= 512);
    }
}

static void fuzz_prompt(const char *bytes, size_t size)
{
    competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    if (competency__config_read_prompt(&options, bytes, size, NULL) == COMPETENCY_OK) {
        const size_t length = strlen(options.prompt);
        check(length < COMPETENCY__PROMPT_BYTES);
    }
}

static competency_status fuzz_tokenizer_config(const char *bytes, size_t size)
{
    competency__bert_config config = {.positions = 512, .tokens_max = 512, .hidden = 384};
    competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    const competency_status status =
        competency__config_read_tokenizer(&options, &config, bytes, size, NULL);
    if (status == COMPETENCY_OK) {
        check(config.tokens_max >= 2 && config.tokens_max <= 512);
    }
    return status;
}

// A vocabulary that is read is one line an entry, each of which a tokenizer could look up.
static void fuzz_vocabulary(const char *bytes, size_t size)
{
    char *text = NULL;
    size_t text_size = 0;
    if (competency__vocabulary_json_read(&text, NULL, &text_size, bytes, size, NULL) ==
        COMPETENCY_OK) {
        check(text != NULL && (text_size == 0 || text[text_size - 1] == '\n'));
        check(memchr(text, '\r', text_size) == NULL);
    } else {
        check(text == NULL);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    const char *const bytes = (const char *)data + 1;
    size -= 1;
    competency__bert_config config = {.positions = 512, .hidden = 384};
    competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    competency_status status = COMPETENCY_OK;
    switch (data[0] % 8) {
    case 0: fuzz_bert(bytes, size); break;
    case 1: fuzz_modules(bytes, size); break;
    case 2: status = competency__config_read_pooling(&config, bytes, size, NULL); break;
    case 3: fuzz_sentence(bytes, size, data[0] < 128); break;
    case 4: status = fuzz_tokenizer_config(bytes, size); break;
    case 5: status = competency__config_read_normalizer(&options, bytes, size, NULL); break;
    case 6: fuzz_prompt(bytes, size); break;
    case 7: fuzz_vocabulary(bytes, size); break;
    }
    check(status == COMPETENCY_OK || status == COMPETENCY_EFORMAT ||
          status == COMPETENCY_EUNSUPPORTED);
    return 0;
}

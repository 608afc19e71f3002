// SPDX-License-Identifier: MIT
// Opening model directories: an intact one, and every way of damaging it that we could think of.
#include <competency/model.h>

#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "model/model.h"
#include "tests/support/tiny_model.h"

static char directory[TINY_PATH_BYTES];

static int create(void **state)
{
    (void)state;
    tiny_model_create(directory);
    return 0;
}

static int remove_all(void **state)
{
    (void)state;
    tiny_model_remove(directory);
    return 0;
}

// Opening fails with `status` and a message that has `part` in it.
static void expect_refused(competency_status status, const char *part)
{
    competency_model *model = (competency_model *)directory;
    competency_error err = {0};
    const competency_status got = competency_model_open(&model, directory, &err);
    EXPECT(got == status, "got \"%s\" (%s), want \"%s\" of %s", competency_status_text(got),
           err.message, competency_status_text(status), part);
    EXPECT(strstr(err.message, part) != NULL, "\"%s\" lacks \"%s\"", err.message, part);
    assert_int_equal(err.status, status);
    assert_null(model);
}

static competency_model *open_intact(void)
{
    competency_model *model = NULL;
    competency_error err = {0};
    const competency_status status = competency_model_open(&model, directory, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    EXPECT(err.message[0] == '\0', "wrote an error on success: %s", err.message);
    return model;
}

static void test_model__an_intact_directory_opens_with_its_own_shape(void **state)
{
    (void)state;
    competency_model *const model = open_intact();
    const competency_model_info *const info = competency_model_describe(model);
    assert_string_equal(info->directory, directory);
    assert_string_equal(info->name, strrchr(directory, '/') + 1);
    assert_int_equal(strlen(info->sha256), 64);
    assert_int_equal(info->layers, TINY_LAYERS);
    assert_int_equal(info->hidden, TINY_HIDDEN);
    assert_int_equal(info->heads, TINY_HEADS);
    assert_int_equal(info->intermediate, TINY_INTERMEDIATE);
    assert_int_equal(info->vocabulary, TINY_VOCABULARY);
    assert_int_equal(info->tokens_max, TINY_TOKENS_MAX);
    assert_false(info->is_cls_pooled);
    assert_true(info->is_normalised);
    // 4 bytes a number: tables, their norm, then the layer's matrices, biases and norms.
    const size_t numbers =
        (57 + 16 + 2) * 8 + 2 * 8 + 4 * (8 * 8 + 8) + 16 * 8 + 16 + 8 * 16 + 8 + 4 * 8;
    assert_true(info->weights_bytes > 4 * numbers && info->weights_bytes < 4 * numbers + 4096);
    competency_model_close(model);
}

static void test_model__weights_point_at_the_numbers_of_the_file(void **state)
{
    (void)state;
    competency_model *const model = open_intact();
    const competency__bert_weights *const weights = competency__model_weights(model);
    const competency__bert_layer *const layer = &weights->layers[0];
    // The tiny model is written in this order without holes.
    assert_ptr_equal(weights->position_embeddings,
                     weights->word_embeddings + (size_t)TINY_VOCABULARY * TINY_HIDDEN);
    assert_ptr_equal(layer->query.bias, layer->query.weight + (size_t)TINY_HIDDEN * TINY_HIDDEN);
    assert_ptr_equal(layer->key.weight, layer->query.bias + TINY_HIDDEN);
    for (size_t i = 0; i < TINY_HIDDEN; i++) {
        EXPECT_NEAR(layer->output_norm.gamma[i], 1, 0, "gamma %zu", i);
    }
    assert_int_equal(competency__model_check_finite(model, NULL), COMPETENCY_OK);
    competency_model_close(model);
}

static void test_model__tokenizes_and_truncates_to_its_longest_input(void **state)
{
    (void)state;
    competency_model *const model = open_intact();
    uint32_t ids[TINY_TOKENS_MAX];
    size_t count = 0;
    assert_int_equal(competency_model_tokenize(model, "Ab! c", ids, TINY_TOKENS_MAX, &count, NULL),
                     COMPETENCY_OK);
    const uint32_t want[] = {2, 5, 31 + 1, 1, 7, 3};  // [CLS] a ##b [UNK] c [SEP]
    assert_int_equal(count, 6);
    assert_memory_equal(ids, want, sizeof(want));
    assert_int_equal(
        competency_model_tokenize(model, "abcdefghijklmnopq", ids, TINY_TOKENS_MAX, &count, NULL),
        COMPETENCY_OK);
    assert_int_equal(count, TINY_TOKENS_MAX);
    competency_model_close(model);
}

static void test_model__a_missing_directory_is_no_model_and_says_what_to_run(void **state)
{
    (void)state;
    competency_model *model = NULL;
    competency_error err = {0};
    assert_int_equal(competency_model_open(&model, "/nonexistent/model", &err),
                     COMPETENCY_ENOMODEL);
    assert_non_null(strstr(err.message, "/nonexistent/model/config.json"));
    assert_non_null(strstr(err.message, "scripts/fetch-model.sh"));
}

static void test_model__each_needed_file_is_missed_by_name(void **state)
{
    (void)state;
    static const char *const needed[] = {"config.json", "1_Pooling/config.json", "vocab.txt",
                                         "model.safetensors"};
    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
        char path[2 * TINY_PATH_BYTES];
        char aside[2 * TINY_PATH_BYTES + 8];
        (void)snprintf(path, sizeof(path), "%s/%s", directory, needed[i]);
        (void)snprintf(aside, sizeof(aside), "%s.aside", path);
        assert_int_equal(rename(path, aside), 0);
        expect_refused(COMPETENCY_ENOMODEL, needed[i]);
        assert_int_equal(rename(aside, path), 0);
    }
}

static void test_model__files_that_only_adjust_may_be_missing(void **state)
{
    (void)state;
    char path[2 * TINY_PATH_BYTES];
    (void)snprintf(path, sizeof(path), "%s/sentence_bert_config.json", directory);
    assert_int_equal(remove(path), 0);
    (void)snprintf(path, sizeof(path), "%s/tokenizer_config.json", directory);
    assert_int_equal(remove(path), 0);
    competency_model *const model = open_intact();
    assert_int_equal(competency_model_describe(model)->tokens_max, TINY_POSITIONS);
    competency_model_close(model);
}

static void test_model__an_empty_or_odd_file_is_refused(void **state)
{
    (void)state;
    tiny_model_write_text(directory, "model.safetensors", "");
    expect_refused(COMPETENCY_EFORMAT, "safetensors of 0 bytes");
    tiny_model_write_weights(directory, &(const tiny_damage){0});
    tiny_model_write_text(directory, "vocab.txt", "");
    expect_refused(COMPETENCY_EFORMAT, "vocabulary of 0 entries");
    tiny_model_write_text(directory, "vocab.txt", "[UNK]\n[CLS]\na\n");
    expect_refused(COMPETENCY_EFORMAT, "vocabulary without [SEP]");
    tiny_model_write_text(directory, "vocab.txt", "[UNK]\n[CLS]\n[SEP]\n\xFF\n");
    expect_refused(COMPETENCY_EFORMAT, "not UTF-8 at byte 18");
}

static void test_model__more_entries_than_embeddings_are_refused(void **state)
{
    (void)state;
    char vocab[4096] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n";
    for (size_t i = 0; i < 60; i++) {
        (void)snprintf(vocab + strlen(vocab), sizeof(vocab) - strlen(vocab), "w%zu\n", i);
    }
    tiny_model_write_text(directory, "vocab.txt", vocab);
    expect_refused(COMPETENCY_EFORMAT, "vocab.txt has 64 entries, vocab_size 57");
}

static void test_model__damaged_weights_are_refused_by_name(void **state)
{
    (void)state;
    static const char query[] = "encoder.layer.0.attention.self.query.weight";
    static const char gamma[] = "embeddings.LayerNorm.weight";
    static const char ffn[] = "encoder.layer.0.intermediate.dense.weight";
    static const struct {
        tiny_damage damage;
        competency_status status;
        const char *part;
    } cases[] = {
        {{.missing = query}, COMPETENCY_EFORMAT, query},
        {{.misshapen = ffn}, COMPETENCY_EFORMAT, ffn},
        {{.misshapen = gamma}, COMPETENCY_EFORMAT, gamma},
        {{.mistyped = query, .dtype = "I32"}, COMPETENCY_EUNSUPPORTED, "is I32"},
        {{.mistyped = query, .dtype = "F16"}, COMPETENCY_EFORMAT, query},
        {{.mistyped = query, .dtype = "F33"}, COMPETENCY_EFORMAT, "unknown dtype F33"},
        {{.shifted = query}, COMPETENCY_EFORMAT, "expected at"},
        {{.header_padding = 2}, COMPETENCY_EFORMAT, "not a multiple of 4"},
        {{.tail = 4}, COMPETENCY_EFORMAT, "tensors cover"},
        {{.cut = 4}, COMPETENCY_EFORMAT, "expected at"},
        {{.header_excess = 1 << 20}, COMPETENCY_EFORMAT, "safetensors header of"},
        {{.header_excess = -1}, COMPETENCY_EFORMAT, "safetensors header: "},
        {{.header_excess = INT64_MAX}, COMPETENCY_EFORMAT, "safetensors header of"},
        {{.prefix = "distilbert."}, COMPETENCY_EFORMAT, "no tensor embeddings.word_embeddings"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        tiny_model_write_weights(directory, &cases[i].damage);
        expect_refused(cases[i].status, cases[i].part);
    }
}

static void test_model__names_may_carry_the_prefix_of_a_whole_model(void **state)
{
    (void)state;
    tiny_model_write_weights(directory, &(const tiny_damage){.prefix = "bert."});
    competency_model_close(open_intact());
    tiny_model_write_weights(directory, &(const tiny_damage){.prefix = "model."});
    competency_model_close(open_intact());
}

static void test_model__a_weight_that_is_not_a_number_is_found_by_the_check(void **state)
{
    (void)state;
    static const char name[] = "encoder.layer.0.output.dense.bias";
    tiny_model_write_weights(directory, &(const tiny_damage){.not_finite = name});
    competency_model *const model = open_intact();
    competency_error err = {0};
    assert_int_equal(competency__model_check_finite(model, &err), COMPETENCY_EFORMAT);
    assert_string_equal(err.message,
                        "tensor encoder.layer.0.output.dense.bias: number 7 is not finite");
    competency_model_close(model);
}

static void test_model__the_environment_names_the_directory_that_null_opens(void **state)
{
    (void)state;
    assert_int_equal(setenv("COMPETENCY_MODEL_DIR", directory, 1), 0);  // NOLINT: one thread
    competency_model *model = NULL;
    assert_int_equal(competency_model_open(&model, NULL, NULL), COMPETENCY_OK);
    assert_string_equal(competency_model_describe(model)->directory, directory);
    competency_model_close(model);

    assert_int_equal(unsetenv("COMPETENCY_MODEL_DIR"), 0);            // NOLINT: one thread
    assert_int_equal(setenv("XDG_DATA_HOME", "/nonexistent", 1), 0);  // NOLINT: one thread
    competency_error err = {0};
    assert_int_equal(competency_model_open(&model, NULL, &err), COMPETENCY_ENOMODEL);
    assert_non_null(
        strstr(err.message, "/nonexistent/competency/models/all-MiniLM-L6-v2/config.json"));
    assert_int_equal(unsetenv("XDG_DATA_HOME"), 0);               // NOLINT: one thread
    assert_int_equal(setenv("HOME", "/nonexistent/home", 1), 0);  // NOLINT: one thread
    assert_int_equal(competency_model_open(&model, NULL, &err), COMPETENCY_ENOMODEL);
    assert_non_null(strstr(err.message, "/nonexistent/home/.local/share/competency/models/"));
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(test_model__##name, create, remove_all)
    const struct CMUnitTest tests[] = {
        CASE(an_intact_directory_opens_with_its_own_shape),
        CASE(weights_point_at_the_numbers_of_the_file),
        CASE(tokenizes_and_truncates_to_its_longest_input),
        CASE(a_missing_directory_is_no_model_and_says_what_to_run),
        CASE(each_needed_file_is_missed_by_name),
        CASE(files_that_only_adjust_may_be_missing),
        CASE(an_empty_or_odd_file_is_refused),
        CASE(more_entries_than_embeddings_are_refused),
        CASE(damaged_weights_are_refused_by_name),
        CASE(names_may_carry_the_prefix_of_a_whole_model),
        CASE(a_weight_that_is_not_a_number_is_found_by_the_check),
        CASE(the_environment_names_the_directory_that_null_opens),
    };
#undef CASE
    return cmocka_run_group_tests(tests, NULL, NULL);
}

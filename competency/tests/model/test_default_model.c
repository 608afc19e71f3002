// SPDX-License-Identifier: MIT
// The real default model: it is the one that was recorded, and gives the reference's token ids.
#include <competency/model.h>

#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "tests/text/golden.h"

static competency_model *model;

static int open_model(void **state)
{
    (void)state;
    competency_error err = {0};
    if (competency_model_open(&model, NULL, &err) != COMPETENCY_OK) {
        print_error("model missing: run scripts/fetch-model.sh (%s)\n", err.message);
        return 1;
    }
    return 0;
}

static int close_model(void **state)
{
    (void)state;
    competency_model_close(model);
    return 0;
}

static void test_default_model__is_all_minilm_l6_v2(void **state)
{
    (void)state;
    const competency_model_info *const info = competency_model_describe(model);
    // sha256sum of the published file.
    assert_string_equal(info->sha256,
                        "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db");
    assert_int_equal(info->layers, 6);
    assert_int_equal(info->hidden, 384);
    assert_int_equal(info->heads, 12);
    assert_int_equal(info->intermediate, 1536);
    assert_int_equal(info->vocabulary, 30522);
    assert_int_equal(info->tokens_max, 256);
    assert_false(info->is_cls_pooled);
    assert_true(info->is_normalised);
    assert_int_equal(info->weights_bytes, 90868376);
}

static void test_default_model__gives_the_published_ids(void **state)
{
    (void)state;
    // Token ids in the tests of the R package sbert.
    static const struct {
        const char *text;
        uint32_t ids[12];
        size_t count;
    } cases[] = {
        {"This is an example sentence", {101, 2023, 2003, 2019, 2742, 6251, 102}, 7},
        {"Each sentence is converted.", {101, 2169, 6251, 2003, 4991, 1012, 102}, 7},
        {"", {101, 102}, 2},
        {"Caf\xC3\xA9 d\xC3\xA9j\xC3\xA0 vu \xE2\x80\x94 \xE6\x9D\xB1\xE4\xBA\xAC",
         {101, 7668, 2139, 3900, 24728, 1517, 1879, 1755, 102},
         9},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        uint32_t ids[256];
        size_t count = 0;
        assert_int_equal(competency_model_tokenize(model, cases[i].text, ids, 256, &count, NULL),
                         COMPETENCY_OK);
        EXPECT(count == cases[i].count, "%s: %zu ids", cases[i].text, count);
        assert_memory_equal(ids, cases[i].ids, count * sizeof(ids[0]));
    }
}

static void test_default_model__gives_the_reference_ids_for_skills_and_hostile_texts(void **state)
{
    (void)state;
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/vocab.txt", competency_model_describe(model)->directory);
    size_t size = 0;
    char *const vocab = golden_read(path, &size);
    const size_t checked = golden_check_ids(TEXT_DATA "/model.ids", vocab, size);
    EXPECT(checked > 300, "only %zu texts compared", checked);
    free(vocab);
}

static void test_default_model__truncates_at_256_tokens(void **state)
{
    (void)state;
    char text[2048] = "";
    for (size_t i = 0; i < 300; i++) {
        memcpy(text + 4 * i, "dog ", 5);
    }
    uint32_t ids[256];
    size_t count = 0;
    assert_int_equal(competency_model_tokenize(model, text, ids, 256, &count, NULL), COMPETENCY_OK);
    assert_int_equal(count, 256);
    assert_int_equal(ids[254], 3899);  // "dog"
    assert_int_equal(ids[255], 102);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_model__is_all_minilm_l6_v2),
        cmocka_unit_test(test_default_model__gives_the_published_ids),
        cmocka_unit_test(test_default_model__gives_the_reference_ids_for_skills_and_hostile_texts),
        cmocka_unit_test(test_default_model__truncates_at_256_tokens),
    };
    return cmocka_run_group_tests(tests, open_model, close_model);
}

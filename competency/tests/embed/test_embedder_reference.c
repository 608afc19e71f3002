// SPDX-License-Identifier: MIT
// all-MiniLM-L6-v2 against vectors that others published, and against a plain float64 forward
// pass (tools/encoder_reference.py). Skipped where the model is not installed.
#include <competency/embedder.h>
#include <competency/model.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/kernel_data.h"
#include "encoder/encoder.h"
#include "encoder/workspace.h"
#include "expect.h"
#include "model/model.h"
#include "varied_texts.h"

enum { H = 384, TOKENS_MAX = 256, IDS_MAX = 24, GOLDEN_FIRST = 8, SKIPPED = 77 };

static competency_model *model;

static competency_embedder create(const char *kernels)
{
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.kernels = kernels;
    competency_embedder e;
    competency_error err = {0};
    const competency_status status = competency_embedder_create(&e, model, &options, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    assert_int_equal(e.dimension(e.self), H);
    return e;
}

static void embed(competency_embedder *e, const char *const *texts, size_t count, float *out)
{
    competency_error err = {0};
    const competency_status status = e->embed(e->self, out, texts, count, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
}

// ---------------------------------------------------------------- published values

typedef struct published {
    const char *text;
    size_t count;  // ids; 0: not published
    uint32_t ids[IDS_MAX];
    size_t known;  // leading values
    double values[6];
    double tolerance;
} published;

// Tests of the R package sbert; README of kjarni, with documentation of OpenSearch. Printed to
// eight decimals by f32 implementations whose own error is up to 1e-6: 1e-5 is room for both.
static const published known[] = {
    {"This is an example sentence",
     7,
     {101, 2023, 2003, 2019, 2742, 6251, 102},
     6,
     {0.06765693, 0.06349593, 0.04871314, 0.07930495, 0.03744806, 0.00265273},
     1e-5},
    {"Each sentence is converted.",
     7,
     {101, 2169, 6251, 2003, 4991, 1012, 102},
     6,
     {0.07853645, 0.08856265, -0.00209270, -0.00717247, -0.01252624, 0.01881747},
     1e-5},
    {"",
     2,
     {101, 102},
     6,
     {-0.11883835, 0.04829856, -0.00254805, -0.01101118, 0.05195070, 0.01029179},
     1e-5},
    {"Caf\xC3\xA9 d\xC3\xA9j\xC3\xA0 vu \xE2\x80\x94 \xE6\x9D\xB1\xE4\xBA\xAC",
     9,
     {101, 7668, 2139, 3900, 24728, 1517, 1879, 1755, 102},
     6,
     {0.05083271, 0.00967685, 0.09635572, -0.00997369, -0.01987603, 0.01692343},
     1e-5},
    {"Hello world",
     0,
     {0},
     5,
     {-0.03447726, 0.03102319, 0.00673499, 0.02610895, -0.03936201},
     1e-5},
    {"hello world",
     0,
     {0},
     5,
     {-0.03447726, 0.03102319, 0.00673499, 0.02610895, -0.03936201},
     1e-5},
    {"how are you", 0, {0}, 3, {-0.031369038, 0.037830487, 0.07630822}, 1e-5},
};

static void expect_ids(const char *text, const uint32_t *want, size_t want_count)
{
    uint32_t ids[IDS_MAX];
    size_t count = 0;
    assert_int_equal(competency_model_tokenize(model, text, ids, IDS_MAX, &count, NULL),
                     COMPETENCY_OK);
    EXPECT(count == want_count, "\"%s\" has %zu ids, not %zu", text, count, want_count);
    for (size_t i = 0; i < count; i++) {
        EXPECT(ids[i] == want[i], "\"%s\", id %zu is %u", text, i, ids[i]);
    }
}

static void test_reference__published_ids_and_values(void **state)
{
    (void)state;
    EACH_TABLE(table)
    {
        competency_embedder e = create(table->name);
        assert_string_equal(competency_embedder_kernels(&e), table->name);
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
            const published *const k = &known[i];
            if (k->count > 0) {
                expect_ids(k->text, k->ids, k->count);
            }
            float out[H];
            embed(&e, &k->text, 1, out);
            for (size_t c = 0; c < k->known; c++) {
                EXPECT_NEAR(out[c], k->values[c], k->tolerance, "%s, \"%s\" at %zu", table->name,
                            k->text, c);
            }
        }
        competency_embedder_destroy(&e);
    }
}

// The mean before it is normalised: of tools/encoder_reference.py, and as published in
// text-embeddings-inference, backends/candle/tests/snapshots/test_bert__mini_single.snap. That
// snapshot is compared by cosine there, and was made with the tanh form of GELU and reduced
// precision: it is off by up to 4e-4 from float64 arithmetic, so 1e-3 is as much as it can say.
static void test_reference__mean_before_normalisation(void **state)
{
    (void)state;
    static const double want[] = {-0.59023708, -0.25231850, 0.14968641, 0.05478784, -0.11803998};
    static const double snapshot[] = {-0.5905822, -0.2525167, 0.14959584, 0.054548685, -0.11789139};
    competency__bert_config config = *competency__model_config(model);
    config.is_normalised = false;
    uint32_t ids[IDS_MAX];
    size_t starts[2] = {0};
    assert_int_equal(
        competency_model_tokenize(model, "What is Deep Learning?", ids, IDS_MAX, &starts[1], NULL),
        COMPETENCY_OK);
    assert_int_equal(starts[1], 7);
    const size_t bytes = competency__workspace_bytes(&config, 7, 7);
    void *const block = aligned_alloc(COMPETENCY__WORKSPACE_ALIGN, bytes);
    assert_non_null(block);
    const competency__bert_weights *const weights = competency__model_weights(model);
    void *const layers = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                                       competency__packed_layers_bytes(&config, COMPETENCY__F32));
    assert_non_null(layers);
    competency__packed_layers_pack(layers, &config, weights, COMPETENCY__F32);
    competency__packed_weights packed;
    competency__packed_weights_place(&packed, &config, COMPETENCY__F32, layers, NULL);
    packed.words.rows = weights->word_embeddings;
    EACH_TABLE(table)
    {
        const competency__encoder encoder = {
            .config = &config, .weights = &packed, .kernels = table};
        const competency__batch batch = {.ids = ids, .starts = starts, .texts = 1};
        float out[H];
        competency__encoder_run(&encoder, out, &batch, block);
        for (size_t c = 0; c < sizeof(want) / sizeof(want[0]); c++) {
            EXPECT_NEAR(out[c], want[c], 1e-5, "%s at %zu", table->name, c);
            EXPECT_NEAR(out[c], snapshot[c], 1e-3, "%s at %zu", table->name, c);
        }
    }
    free(layers);
    free(block);
}

// fastembed-rs compares sums of a vector, within 1e-2 since its model has an approximate GELU.
static void test_reference__sums_that_fastembed_publishes(void **state)
{
    (void)state;
    static const char *const texts[] = {"Hello, World!", "This is an example passage.",
                                        "fastembed-rs is licensed under Apache-2.0",
                                        "Some other short text here blah blah blah"};
    static const double want[] = {0.59605527, 0.36542925, -0.16450031, -0.40903988};
    competency_embedder e = create(NULL);
    float out[4 * H];
    embed(&e, texts, 4, out);
    for (size_t i = 0; i < 4; i++) {
        double sum = 0.0;
        for (size_t c = 0; c < H; c++) {
            sum += (double)out[i * H + c];
        }
        EXPECT_NEAR(sum, want[i], 1e-2, "\"%s\"", texts[i]);
    }
    competency_embedder_destroy(&e);
}

// README of kjarni, to seven decimals.
static void test_reference__cosine_of_doctor_and_physician(void **state)
{
    (void)state;
    static const char *const texts[] = {"doctor", "physician"};
    competency_embedder e = create(NULL);
    float out[2 * H];
    embed(&e, texts, 2, out);
    double cosine = 0.0;
    for (size_t c = 0; c < H; c++) {
        cosine += (double)out[c] * (double)out[H + c];
    }
    EXPECT_NEAR(cosine, 0.8598132, 1e-5, "cos(doctor, physician)");
    competency_embedder_destroy(&e);
}

// ---------------------------------------------------------------- float64 goldens

typedef struct golden {
    const char *text;
    size_t count;
    uint32_t ids[IDS_MAX];
    double first[GOLDEN_FIRST];
    double sum;
} golden;

static const golden goldens[] = {
#include "data/reference_vectors.inc"
};

// 2e-6 is what this library promises for a value in f32; the sum adds 384 of them.
static void test_reference__agrees_with_float64(void **state)
{
    (void)state;
    competency_embedder e = create(NULL);
    for (size_t i = 0; i < sizeof(goldens) / sizeof(goldens[0]); i++) {
        const golden *const g = &goldens[i];
        expect_ids(g->text, g->ids, g->count);
        float out[H];
        embed(&e, &g->text, 1, out);
        double sum = 0.0;
        for (size_t c = 0; c < H; c++) {
            sum += (double)out[c];
            if (c < GOLDEN_FIRST) {
                EXPECT_NEAR(out[c], g->first[c], 2e-6, "\"%s\" at %zu", g->text, c);
            }
        }
        EXPECT_NEAR(sum, g->sum, H * 2e-6, "sum of \"%s\"", g->text);
    }
    competency_embedder_destroy(&e);
}

// ---------------------------------------------------------------- invariance

static void test_reference__a_text_has_the_same_bits_alone_and_in_any_order(void **state)
{
    (void)state;
    static const char *texts[VARIED_TEXTS];
    static const char *shuffled[VARIED_TEXTS];
    static float want[VARIED_TEXTS * H];
    static float got[VARIED_TEXTS * H];
    fill_varied_texts(texts);
    competency_embedder e = create(NULL);
    embed(&e, texts, VARIED_TEXTS, want);
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        embed(&e, &texts[i], 1, got + i * H);
        shuffled[i] = texts[i * 97 % VARIED_TEXTS];  // 97 and 240 share no factor
    }
    assert_memory_equal(got, want, sizeof(want));
    embed(&e, shuffled, VARIED_TEXTS, got);
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        assert_memory_equal(got + i * H, want + (i * 97 % VARIED_TEXTS) * H, H * sizeof(float));
    }
    competency_embedder_destroy(&e);
}

static void test_reference__every_table_gives_the_bits_of_scalar(void **state)
{
    (void)state;
    enum { TEXTS = 11 };  // one of 15 tokens among names
    static const char *texts[VARIED_TEXTS];
    static float want[TEXTS * H];
    static float got[TEXTS * H];
    fill_varied_texts(texts);
    competency_embedder scalar = create("scalar");
    embed(&scalar, texts, TEXTS, want);
    competency_embedder_destroy(&scalar);
    EACH_TABLE(table)
    {
        if (strcmp(table->name, "scalar") == 0) {
            continue;
        }
        competency_embedder e = create(table->name);
        embed(&e, texts, TEXTS, got);
        assert_memory_equal(got, want, sizeof(want));
        competency_embedder_destroy(&e);
    }
}

// [CLS], 254 words and [SEP] are all that a text can have.
static void test_reference__a_text_is_cut_after_256_tokens(void **state)
{
    (void)state;
    static char words[3][300 * 5 + 1];
    static const size_t counts[] = {253, 254, 300};
    for (size_t i = 0; i < 3; i++) {
        for (size_t w = 0; w < counts[i]; w++) {
            memcpy(words[i] + w * 5, "data ", 6);
        }
        size_t count = 0;
        assert_int_equal(competency_model_tokenize(model, words[i], NULL, 0, &count, NULL),
                         COMPETENCY_OK);
        assert_int_equal(count, counts[i] + 2 < TOKENS_MAX ? counts[i] + 2 : TOKENS_MAX);
    }
    const char *const texts[] = {words[0], words[1], words[2]};
    float out[3 * H];
    competency_embedder e = create(NULL);
    embed(&e, texts, 3, out);
    assert_memory_equal(out + H, out + 2 * H, H * sizeof(float));
    assert_memory_not_equal(out, out + H, H * sizeof(float));
    competency_embedder_destroy(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference__published_ids_and_values),
        cmocka_unit_test(test_reference__mean_before_normalisation),
        cmocka_unit_test(test_reference__sums_that_fastembed_publishes),
        cmocka_unit_test(test_reference__cosine_of_doctor_and_physician),
        cmocka_unit_test(test_reference__agrees_with_float64),
        cmocka_unit_test(test_reference__a_text_has_the_same_bits_alone_and_in_any_order),
        cmocka_unit_test(test_reference__every_table_gives_the_bits_of_scalar),
        cmocka_unit_test(test_reference__a_text_is_cut_after_256_tokens),
    };
    competency_error err = {0};
    competency_model_options options = COMPETENCY_MODEL_OPTIONS_INIT;
    options.is_cache_bypassed = true;  // one of the tests packs the model's own weights
    const competency_status status = competency_model_open_with(&model, NULL, &options, &err);
    if (status == COMPETENCY_ENOMODEL) {
        print_message("skipped: %s\n", err.message);
        return SKIPPED;
    }
    if (status != COMPETENCY_OK) {
        print_error("%s\n", err.message);
        return 1;
    }
    const int failures = cmocka_run_group_tests(tests, NULL, NULL);
    competency_model_close(model);
    return failures;
}

// SPDX-License-Identifier: MIT
// How texts become batches, options, and failures, on a model without files.
#include <competency/embedder.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/kernel_data.h"
#include "expect.h"
#include "fake_model.h"
#include "varied_texts.h"

enum { H = SYNTHETIC_HIDDEN };

static const char *texts[VARIED_TEXTS];
static float want[VARIED_TEXTS * H];
static float got[VARIED_TEXTS * H];

static competency_embedder create(const competency_embedder_options *options)
{
    competency_embedder e;
    competency_error err = {0};
    const competency_status status =
        competency_embedder_create(&e, fake_model_create(), options, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    return e;
}

static void embed(competency_embedder *e, float *out, const char *const *some, size_t count)
{
    competency_error err = {0};
    const competency_status status = e->embed(e->self, out, some, count, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
}

static void test_embedder__a_text_has_the_same_bits_alone_and_in_any_batch(void **state)
{
    (void)state;
    fill_varied_texts(texts);
    competency_embedder e = create(NULL);
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        embed(&e, want + i * H, &texts[i], 1);
    }
    competency_embedder_destroy(&e);

    static const size_t batches[] = {1, 2, 3, 7, 63, 64, 65, 256, 100000};
    for (size_t b = 0; b < sizeof(batches) / sizeof(batches[0]); b++) {
        competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
        options.batch_tokens = batches[b];
        e = create(&options);
        memset(got, 0, sizeof(got));
        embed(&e, got, texts, VARIED_TEXTS);
        for (size_t i = 0; i < VARIED_TEXTS; i++) {
            EXPECT(have_same_bits(got + i * H, want + i * H, H),
                   "text %zu differs in batches of %zu tokens", i, batches[b]);
        }
        competency_embedder_destroy(&e);
    }
}

static void test_embedder__order_does_not_matter(void **state)
{
    (void)state;
    fill_varied_texts(texts);
    const char *shuffled[VARIED_TEXTS];
    competency_embedder e = create(NULL);
    embed(&e, want, texts, VARIED_TEXTS);
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        shuffled[i] = texts[i * 97 % VARIED_TEXTS];  // 97 and 240 share no factor
    }
    embed(&e, got, shuffled, VARIED_TEXTS);
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        assert_memory_equal(got + i * H, want + (i * 97 % VARIED_TEXTS) * H, H * sizeof(float));
    }
    competency_embedder_destroy(&e);
}

static void test_embedder__different_texts_have_different_unit_vectors(void **state)
{
    (void)state;
    competency_embedder e = create(NULL);
    assert_int_equal(e.dimension(e.self), H);
    assert_string_equal(e.name(e.self), "fake");
    const char *const three[] = {"", "data", "data a"};
    embed(&e, got, three, 3);
    for (size_t i = 0; i < 3; i++) {
        double square = 0.0;
        for (size_t c = 0; c < H; c++) {
            square += (double)got[i * H + c] * (double)got[i * H + c];
        }
        // Each number, the norm and the division round: a few u of 1.
        EXPECT_NEAR(square, 1.0, (H + 4) * UNIT_ROUNDOFF, "text %zu", i);
        assert_true(i == 0 || !have_same_bits(got, got + i * H, H));
    }
    competency_embedder_destroy(&e);
}

static void test_embedder__no_texts_write_nothing(void **state)
{
    (void)state;
    competency_embedder e = create(NULL);
    float out = 3.0F;
    embed(&e, &out, NULL, 0);
    assert_true(out == 3.0F);
    competency_embedder_destroy(&e);
}

static void test_embedder__text_that_is_not_utf8_is_refused_and_the_next_call_works(void **state)
{
    (void)state;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.batch_tokens = 8;
    competency_embedder e = create(&options);
    const char *const good[] = {"a", "data", "b c d"};
    embed(&e, want, good, 3);
    const char *const bad[] = {"e e e e e e e", "a", "b\xFF", "c"};
    competency_error err = {0};
    assert_int_equal(e.embed(e.self, got, bad, 4, &err), COMPETENCY_EFORMAT);
    assert_int_equal(err.status, COMPETENCY_EFORMAT);
    assert_true(err.message[0] != '\0');
    embed(&e, got, good, 3);
    assert_memory_equal(got, want, 3 * H * sizeof(float));
    competency_embedder_destroy(&e);
}

static void test_embedder__a_model_that_produces_nan_or_infinity_is_reported(void **state)
{
    (void)state;
    static const float values[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        const competency_model *const model = fake_model_create();
        float beta[H] = {0};
        beta[H - 1] = values[i];
        fake_model_inside()->layers[1].output_norm.beta = beta;
        competency_embedder e;
        competency_error err = {0};
        assert_int_equal(competency_embedder_create(&e, model, NULL, &err), COMPETENCY_OK);
        const char *const some[] = {"a", "b"};
        assert_int_equal(e.embed(e.self, got, some, 2, &err), COMPETENCY_EFORMAT);
        assert_non_null(strstr(err.message, "model produced a non-finite value"));
        competency_embedder_destroy(&e);
    }
}

static void test_embedder__every_usable_table_can_be_forced_and_gives_the_same_bits(void **state)
{
    (void)state;
    fill_varied_texts(texts);
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.kernels = "scalar";
    competency_embedder e = create(&options);
    assert_string_equal(competency_embedder_kernels(&e), "scalar");
    embed(&e, want, texts, VARIED_TEXTS);
    competency_embedder_destroy(&e);
    EACH_TABLE(table)
    {
        options.kernels = table->name;
        e = create(&options);
        assert_string_equal(competency_embedder_kernels(&e), table->name);
        embed(&e, got, texts, VARIED_TEXTS);
        assert_memory_equal(got, want, sizeof(want));
        competency_embedder_destroy(&e);
    }
}

// NULL: unset.
static void set_variable(const char *value)
{
    // NOLINTBEGIN(concurrency-mt-unsafe): this program has one thread.
    assert_int_equal(
        value == NULL ? unsetenv("COMPETENCY_KERNELS") : setenv("COMPETENCY_KERNELS", value, 1), 0);
    // NOLINTEND(concurrency-mt-unsafe)
}

static void test_embedder__the_environment_forces_a_table_unless_an_option_does(void **state)
{
    (void)state;
    set_variable("scalar");
    competency_embedder e = create(NULL);
    assert_string_equal(competency_embedder_kernels(&e), "scalar");
    competency_embedder_destroy(&e);

    size_t first = 0;
    const char *const fastest = next_usable(&first)->name;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.kernels = fastest;
    e = create(&options);
    assert_string_equal(competency_embedder_kernels(&e), fastest);
    competency_embedder_destroy(&e);

    set_variable("");
    e = create(NULL);
    assert_string_equal(competency_embedder_kernels(&e), fastest);
    competency_embedder_destroy(&e);

    set_variable("mmx");
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&e, fake_model_create(), NULL, &err),
                     COMPETENCY_EUNSUPPORTED);
    set_variable(NULL);
}

static void test_embedder__an_unknown_table_is_refused_by_name_with_the_usable_ones(void **state)
{
    (void)state;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.kernels = "abacus";
    competency_embedder e;
    memset(&e, 0xFF, sizeof(e));
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&e, fake_model_create(), &options, &err),
                     COMPETENCY_EUNSUPPORTED);
    assert_null(e.self);
    assert_null(e.embed);
    assert_non_null(strstr(err.message, "\"abacus\""));
    EACH_TABLE(table)
    {
        assert_non_null(strstr(err.message, table->name));
    }
}

static void test_embedder__an_unknown_precision_is_refused_by_name(void **state)
{
    (void)state;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.precision = "int4";
    competency_embedder e;
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&e, fake_model_create(), &options, &err),
                     COMPETENCY_EUNSUPPORTED);
    assert_non_null(strstr(err.message, "\"int4\" is none of f32, f16, int8"));
}

static void test_embedder__each_precision_has_the_same_bits_alone_and_in_any_batch(void **state)
{
    (void)state;
    static const char *const precisions[] = {"f32", "f16", "int8"};
    static float last[VARIED_TEXTS * H];
    fill_varied_texts(texts);
    for (size_t p = 0; p < 3; p++) {
        competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
        options.precision = precisions[p];
        competency_embedder e = create(&options);
        embed(&e, want, texts, VARIED_TEXTS);
        for (size_t i = 0; i < VARIED_TEXTS; i++) {
            embed(&e, got, &texts[i], 1);
            EXPECT(have_same_bits(got, want + i * H, H), "%s, text %zu", precisions[p], i);
        }
        EXPECT(!have_same_bits(last, want, VARIED_TEXTS * H), "%s is the one before it",
               precisions[p]);
        memcpy(last, want, sizeof(last));
        competency_embedder_destroy(&e);
    }
}

static void test_embedder__options_out_of_range_are_refused(void **state)
{
    (void)state;
    competency_embedder e;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.batch_tokens = (1 << 20) + 1;
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&e, fake_model_create(), &options, &err),
                     COMPETENCY_EINVAL);
    assert_non_null(strstr(err.message, "1048577"));
    options.batch_tokens = 0;
    options.size = 0;
    assert_int_equal(competency_embedder_create(&e, fake_model_create(), &options, NULL),
                     COMPETENCY_EINVAL);
}

static void test_embedder__options_of_an_older_caller_end_where_it_says(void **state)
{
    (void)state;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.size = offsetof(competency_embedder_options, batch_tokens);
    options.batch_tokens = SIZE_MAX;  // not the caller's: must not be read
    competency_embedder e = create(&options);
    competency_embedder_destroy(&e);
}

static size_t one(void *self)
{
    (void)self;
    return 1;
}

static void test_embedder__destroy_accepts_null_and_zero_and_foreign_tables(void **state)
{
    (void)state;
    competency_embedder_destroy(NULL);
    competency_embedder e = {0};
    competency_embedder_destroy(&e);
    assert_string_equal(competency_embedder_kernels(&e), "");
    assert_string_equal(competency_embedder_kernels(NULL), "");
    e.dimension = one;
    assert_string_equal(competency_embedder_kernels(&e), "");
    competency_embedder_destroy(&e);
    assert_null(e.dimension);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_embedder__a_text_has_the_same_bits_alone_and_in_any_batch),
        cmocka_unit_test(test_embedder__order_does_not_matter),
        cmocka_unit_test(test_embedder__different_texts_have_different_unit_vectors),
        cmocka_unit_test(test_embedder__no_texts_write_nothing),
        cmocka_unit_test(test_embedder__text_that_is_not_utf8_is_refused_and_the_next_call_works),
        cmocka_unit_test(test_embedder__a_model_that_produces_nan_or_infinity_is_reported),
        cmocka_unit_test(test_embedder__every_usable_table_can_be_forced_and_gives_the_same_bits),
        cmocka_unit_test(test_embedder__the_environment_forces_a_table_unless_an_option_does),
        cmocka_unit_test(test_embedder__an_unknown_table_is_refused_by_name_with_the_usable_ones),
        cmocka_unit_test(test_embedder__an_unknown_precision_is_refused_by_name),
        cmocka_unit_test(test_embedder__each_precision_has_the_same_bits_alone_and_in_any_batch),
        cmocka_unit_test(test_embedder__options_out_of_range_are_refused),
        cmocka_unit_test(test_embedder__options_of_an_older_caller_end_where_it_says),
        cmocka_unit_test(test_embedder__destroy_accepts_null_and_zero_and_foreign_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// An embedder with threads of its own, called by one thread and by many, on a model without files.
#include <competency/embedder.h>

#include <pthread.h>
#include <string.h>

#include "../kernels/kernel_data.h"
#include "expect.h"
#include "fake_model.h"
#include "varied_texts.h"

enum { H = SYNTHETIC_HIDDEN, CALLERS = 5 };

static const char *texts[VARIED_TEXTS];
static float want[VARIED_TEXTS * H];
static float got[VARIED_TEXTS * H];

static competency_embedder create(uint32_t threads, size_t batch_tokens)
{
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = threads;
    options.batch_tokens = batch_tokens;
    competency_embedder e;
    competency_error err = {0};
    const competency_status status =
        competency_embedder_create(&e, fake_model_create(), &options, &err);
    EXPECT(status == COMPETENCY_OK, "%s", err.message);
    return e;
}

static int embed_alone(void **state)
{
    (void)state;
    fill_varied_texts(texts);
    competency_embedder e = create(0, 0);
    const competency_status status = e.embed(e.self, want, texts, VARIED_TEXTS, NULL);
    competency_embedder_destroy(&e);
    return status == COMPETENCY_OK ? 0 : -1;
}

static void test_threads__any_number_of_them_gives_the_same_bits(void **state)
{
    (void)state;
    static const uint32_t threads[] = {1, 2, 3, 8, 64};
    static const size_t batches[] = {1, 32, 0};
    for (size_t i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
        for (size_t b = 0; b < sizeof(batches) / sizeof(batches[0]); b++) {
            competency_embedder e = create(threads[i], batches[b]);
            for (size_t count = 1; count <= VARIED_TEXTS; count += 1 + 2 * count) {
                memset(got, 0xFF, sizeof(got));
                assert_int_equal(e.embed(e.self, got, texts, count, NULL), COMPETENCY_OK);
                EXPECT(have_same_bits(got, want, count * H), "%u threads, %zu texts",
                       (unsigned)threads[i], count);
            }
            competency_embedder_destroy(&e);
        }
    }
}

// A caller's own order of the texts.
typedef struct caller {
    competency_embedder *embedder;
    size_t step;
    const char *texts[VARIED_TEXTS];
    float got[VARIED_TEXTS * H];
    pthread_t thread;
    competency_status status;
} caller;

static void *embed_some(void *self)
{
    caller *const c = self;
    for (size_t i = 0; i < VARIED_TEXTS; i++) {
        c->texts[i] = texts[i * c->step % VARIED_TEXTS];
    }
    // Calls of many texts, which are shared, and of one, which are not.
    const size_t half = VARIED_TEXTS / 2;
    const competency_embedder *const e = c->embedder;
    c->status = e->embed(e->self, c->got, c->texts, half, NULL);
    for (size_t i = half; i < VARIED_TEXTS && c->status == COMPETENCY_OK; i++) {
        c->status = e->embed(e->self, c->got + i * H, &c->texts[i], 1, NULL);
    }
    return NULL;
}

static void check_callers(uint32_t threads)
{
    static caller callers[CALLERS];
    static const size_t steps[CALLERS] = {1, 7, 11, 97, 239};  // share no factor with 240
    competency_embedder e = create(threads, 24);
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i].embedder = &e;
        callers[i].step = steps[i];
        assert_int_equal(pthread_create(&callers[i].thread, NULL, embed_some, &callers[i]), 0);
    }
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
        assert_int_equal(callers[i].status, COMPETENCY_OK);
        for (size_t k = 0; k < VARIED_TEXTS; k++) {
            EXPECT(
                have_same_bits(callers[i].got + k * H, want + k * steps[i] % VARIED_TEXTS * H, H),
                "caller %zu, text %zu", i, k);
        }
    }
    competency_embedder_destroy(&e);
}

static void test_threads__many_callers_may_use_one_embedder(void **state)
{
    (void)state;
    check_callers(1);
    check_callers(2);
    check_callers(4);
}

static void test_threads__the_first_bad_text_is_reported_and_the_next_call_works(void **state)
{
    (void)state;
    competency_embedder e = create(4, 0);
    const char *const good[] = {texts[70], texts[200]};
    texts[200] = "a\xFF";
    texts[70] = "abc\xFF";
    for (int round = 0; round < 20; round++) {
        competency_error err = {0};
        assert_int_equal(e.embed(e.self, got, texts, VARIED_TEXTS, &err), COMPETENCY_EFORMAT);
        EXPECT(strstr(err.message, "byte 3") != NULL, "%s", err.message);
    }
    texts[70] = good[0];
    texts[200] = good[1];
    assert_int_equal(e.embed(e.self, got, texts, VARIED_TEXTS, NULL), COMPETENCY_OK);
    assert_true(have_same_bits(got, want, (size_t)VARIED_TEXTS * H));
    competency_embedder_destroy(&e);
}

static void test_threads__more_than_256_are_refused(void **state)
{
    (void)state;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = 257;
    competency_embedder e;
    competency_error err = {0};
    assert_int_equal(competency_embedder_create(&e, fake_model_create(), &options, &err),
                     COMPETENCY_EINVAL);
    assert_string_equal(err.message, "257 threads, limit 256");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_threads__any_number_of_them_gives_the_same_bits),
        cmocka_unit_test(test_threads__many_callers_may_use_one_embedder),
        cmocka_unit_test(test_threads__the_first_bad_text_is_reported_and_the_next_call_works),
        cmocka_unit_test(test_threads__more_than_256_are_refused),
    };
    return cmocka_run_group_tests(tests, embed_alone, NULL);
}

// SPDX-License-Identifier: MIT
// Embedding allocates nothing. The linker sends every allocation of this program and of the
// library in it through the counters below (see CMakeLists.txt).
#include <competency/embedder.h>

#include <stdatomic.h>
#include <stdlib.h>

#include "expect.h"
#include "fake_model.h"
#include "varied_texts.h"

static atomic_size_t allocations;
static size_t fail_at;  // the allocation that fails, counted from 1; 0: none

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's --wrap gives these names.
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t align, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t align, size_t size);

static int fails(void)
{
    return ++allocations == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fails() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t align, size_t size)
{
    return fails() ? NULL : __real_aligned_alloc(align, size);
}
// NOLINTEND(bugprone-reserved-identifier)

static void count_embedding(uint32_t threads)
{
    static const char *texts[VARIED_TEXTS];
    static float out[VARIED_TEXTS * SYNTHETIC_HIDDEN];
    fill_varied_texts(texts);
    const competency_model *const model = fake_model_create();
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = threads;
    competency_embedder e;
    allocations = 0;
    assert_int_equal(competency_embedder_create(&e, model, &options, NULL), COMPETENCY_OK);
    assert_true(allocations > 0);  // the counters are in the way
    allocations = 0;
    // From the first call on: there is no warm-up.
    const competency_status status = e.embed(e.self, out, texts, VARIED_TEXTS, NULL);
    const size_t counted = allocations;
    assert_int_equal(status, COMPETENCY_OK);
    assert_int_equal(counted, 0);
    competency_embedder_destroy(&e);
}

static void test_allocations__embedding_allocates_nothing(void **state)
{
    (void)state;
    count_embedding(1);
    count_embedding(3);
}

static void test_allocations__whichever_fails_create_reports_it_and_leaks_nothing(void **state)
{
    (void)state;
    const competency_model *const model = fake_model_create();
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = 2;
    size_t failures = 0;
    for (size_t k = 1;; k++) {
        competency_embedder e;
        competency_error err = {0};
        allocations = 0;
        fail_at = k;
        const competency_status status = competency_embedder_create(&e, model, &options, &err);
        const int has_failed = allocations >= k;
        fail_at = 0;
        if (!has_failed) {
            assert_int_equal(status, COMPETENCY_OK);
            competency_embedder_destroy(&e);
            break;
        }
        failures++;
        assert_int_equal(status, COMPETENCY_ENOMEM);
        assert_int_equal(err.status, COMPETENCY_ENOMEM);
        assert_null(e.self);
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations__embedding_allocates_nothing),
        cmocka_unit_test(test_allocations__whichever_fails_create_reports_it_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
#include <competency/cache.h>

#include <stdbool.h>
#include <string.h>

#include "counting_embedder.h"
#include "expect.h"
#include "tests/support/counted_memory.h"

static counting_embedder counting;
static competency_embedder cache;
static counted_memory memory;

static void make_cache(size_t bytes_max)
{
    counting = (counting_embedder){0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_memory_cache_options options = COMPETENCY_MEMORY_CACHE_OPTIONS_INIT;
    const competency_allocator allocator = counted_allocator(&memory);
    options.bytes_max = bytes_max;
    options.allocator = &allocator;  // copied
    assert_int_equal(competency_memory_cache_create(&cache, &inner, &options, NULL), COMPETENCY_OK);
}

static int destroy_cache(void **state)
{
    (void)state;
    competency_embedder_destroy(&cache);
    return 0;
}

// Embed, and check every row.
static void embed(const char *const *texts, size_t count)
{
    static float out[512 * COUNTING_DIMENSION];
    memset(out, 0xFF, sizeof(out));
    assert_int_equal(cache.embed(cache.self, out, texts, count, NULL), COMPETENCY_OK);
    for (size_t i = 0; i < count; i++) {
        EXPECT(counting_vector_is(out + i * COUNTING_DIMENSION, texts[i]), "row %zu", i);
    }
}

static competency_cache_usage usage(void)
{
    competency_cache_usage now;
    competency_memory_cache_usage(&cache, &now);
    return now;
}

static void test_memory_cache__asks_once_for_each_distinct_text(void **state)
{
    (void)state;
    make_cache(0);
    static const char *const first[] = {"a", "b", "a", "", "b", ""};
    static const char *const second[] = {"c", "b", "a", "c"};
    embed(first, 6);
    assert_int_equal(counting.asked, 3);
    embed(second, 4);
    assert_int_equal(counting.asked, 4);
    embed(second, 0);
    assert_int_equal(usage().hits, 6);
    assert_int_equal(usage().misses, 4);
    assert_int_equal(usage().entries, 4);
    assert_int_equal(usage().evictions, 0);
    assert_int_equal(cache.dimension(cache.self), COUNTING_DIMENSION);
    assert_string_equal(cache.name(cache.self), "counting");
}

static void test_memory_cache__a_known_text_allocates_nothing(void **state)
{
    (void)state;
    make_cache(0);
    static const char *const texts[] = {"welding", "data analysis", "Python"};
    embed(texts, 3);
    const size_t before = memory.calls;
    assert_true(before > 0);  // the count does count
    embed(texts, 3);
    embed(texts + 1, 1);
    assert_int_equal(memory.calls, before);
}

static size_t bytes_of_entry(void)
{
    static const char *const text[] = {"t0000"};
    make_cache(0);
    embed(text, 1);
    const size_t bytes = usage().bytes;
    competency_embedder_destroy(&cache);
    return bytes;
}

// What a list in the order of use would hold.
enum { ROOM = 37, TEXTS = 90 };

typedef struct naive_list {
    size_t at[ROOM];  // newest first
    size_t count;
} naive_list;

static bool naive_use(naive_list *list, size_t text)
{
    size_t place = 0;
    while (place < list->count && list->at[place] != text) {
        place++;
    }
    const bool is_known = place < list->count;
    if (!is_known) {
        place = list->count < ROOM ? list->count++ : ROOM - 1;
    }
    memmove(list->at + 1, list->at, place * sizeof(list->at[0]));
    list->at[0] = text;
    return is_known;
}

static void test_memory_cache__drops_what_was_asked_for_least_recently(void **state)
{
    (void)state;
    const size_t each = bytes_of_entry();
    make_cache(ROOM * each);
    static char names[TEXTS][8];
    naive_list list = {.count = 0};
    size_t misses = 0;
    uint32_t seed = 7;
    for (size_t i = 0; i < TEXTS; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "t%04zu", i);
    }
    for (size_t round = 0; round < 20000; round++) {
        seed = seed * 1664525U + 1013904223U;
        // Half of the time one of a few, so that both hits and misses are common.
        const size_t drawn = (seed >> 16) % (round % 2 == 0 ? TEXTS : ROOM);
        const char *const text[] = {names[drawn]};
        misses += !naive_use(&list, drawn);
        embed(text, 1);
        EXPECT(counting.asked == misses, "round %zu: asked %zu, want %zu", round, counting.asked,
               misses);
    }
    assert_true(misses > 4000 && misses < 16000);
    assert_int_equal(usage().entries, ROOM);
    assert_int_equal(usage().evictions, misses - ROOM);
}

static void test_memory_cache__holds_no_more_than_it_may_after_a_call_that_brings_more(void **state)
{
    (void)state;
    const size_t each = bytes_of_entry();
    make_cache(10 * each);
    static char names[300][8];
    static const char *texts[300];
    for (size_t i = 0; i < 300; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "t%04zu", i);
        texts[i] = names[i];
    }
    embed(texts, 300);
    assert_int_equal(usage().entries, 10);
    assert_int_equal(usage().bytes, 10 * each);
    embed(texts + 290, 10);
    assert_int_equal(counting.asked, 300);
    embed(texts, 300);
}

static void test_memory_cache__forgets_what_the_inner_embedder_failed_at(void **state)
{
    (void)state;
    make_cache(0);
    static const char *const texts[] = {"a", "b", "b", "c"};
    embed(texts, 1);
    counting.fails_with = COMPETENCY_EFORMAT;
    float out[4 * COUNTING_DIMENSION];
    assert_int_equal(cache.embed(cache.self, out, texts, 4, NULL), COMPETENCY_EFORMAT);
    assert_int_equal(cache.embed(cache.self, out, texts, 1, NULL), COMPETENCY_OK);
    assert_int_equal(usage().entries, 1);
    counting.fails_with = COMPETENCY_OK;
    embed(texts, 4);
    assert_int_equal(counting.asked, 3);
}

static void test_memory_cache__refuses_room_for_less_than_one_vector(void **state)
{
    (void)state;
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_memory_cache_options options = COMPETENCY_MEMORY_CACHE_OPTIONS_INIT;
    options.bytes_max = COUNTING_DIMENSION * sizeof(float);
    competency_error err = {0};
    assert_int_equal(competency_memory_cache_create(&cache, &inner, &options, &err),
                     COMPETENCY_EINVAL);
    assert_string_equal(err.message, "a cache of 96 bytes for vectors of 24 numbers");
    assert_null(cache.self);
    options.size = 1;
    assert_int_equal(competency_memory_cache_create(&cache, &inner, &options, &err),
                     COMPETENCY_EINVAL);
    competency_cache_usage none = {.hits = 1};
    competency_memory_cache_usage(&inner, &none);
    assert_int_equal(none.hits, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_memory_cache__asks_once_for_each_distinct_text,
                                  destroy_cache),
        cmocka_unit_test_teardown(test_memory_cache__a_known_text_allocates_nothing, destroy_cache),
        cmocka_unit_test_teardown(test_memory_cache__drops_what_was_asked_for_least_recently,
                                  destroy_cache),
        cmocka_unit_test_teardown(
            test_memory_cache__holds_no_more_than_it_may_after_a_call_that_brings_more,
            destroy_cache),
        cmocka_unit_test_teardown(test_memory_cache__forgets_what_the_inner_embedder_failed_at,
                                  destroy_cache),
        cmocka_unit_test(test_memory_cache__refuses_room_for_less_than_one_vector),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

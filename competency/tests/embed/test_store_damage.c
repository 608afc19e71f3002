// SPDX-License-Identifier: MIT
// A store whose file is damaged, or cannot be written: the vectors are right all the same.
#include <competency/cache.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counting_embedder.h"
#include "expect.h"
#include "store_folder.h"

enum { COUNT = 400 };

static char path[STORE_PATH_BYTES];
static float out[COUNT * COUNTING_DIMENSION];

static int make_folder(void **state)
{
    (void)state;
    store_folder_create(path);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    store_folder_remove(path);
    return 0;
}

static size_t embed_through(competency_store *store)
{
    counting_embedder counting = {0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_embedder stored;
    assert_int_equal(competency_store_embedder(&stored, store, &inner, "model", NULL),
                     COMPETENCY_OK);
    assert_int_equal(stored.embed(stored.self, out, store_names(0), COUNT, NULL), COMPETENCY_OK);
    for (size_t i = 0; i < COUNT; i++) {
        EXPECT(counting_vector_is(out + i * COUNTING_DIMENSION, *store_names(i)), "row %zu", i);
    }
    competency_embedder_destroy(&stored);
    return counting.asked;
}

static size_t embed_once(void)
{
    competency_store *const store = store_folder_open(path, 0);
    const size_t asked = embed_through(store);
    competency_store_close(store);
    return asked;
}

static unsigned char *read_data(size_t *size)
{
    FILE *const file = fopen(store_folder_data(path), "rb");
    struct stat info;
    assert_non_null(file);
    assert_int_equal(stat(store_folder_data(path), &info), 0);
    *size = (size_t)info.st_size;
    unsigned char *const bytes = malloc(*size);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    (void)fclose(file);
    return bytes;
}

static void write_data(const void *bytes, size_t size)
{
    FILE *const file = fopen(store_folder_data(path), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

// The next place from `from` on where the file has the vector of a name; NULL if there is none.
// LMDB copies a page before it changes it: an entry may be there more than once, and one counts.
static unsigned char *find_vector(unsigned char *from, const unsigned char *end, size_t name)
{
    float vector[COUNTING_DIMENSION];
    counting_vector(vector, *store_names(name));
    return memmem(from, (size_t)(end - from), vector, sizeof(vector));
}

static void test_store_damage__a_damaged_entry_is_absent_and_is_replaced(void **state)
{
    (void)state;
    enum { DAMAGED = 20, VECTOR_BYTES = COUNTING_DIMENSION * sizeof(float) };
    assert_int_equal(embed_once(), COUNT);
    size_t size = 0;
    unsigned char *const bytes = read_data(&size);
    for (size_t k = 0; k < DAMAGED; k++) {
        unsigned char *place = find_vector(bytes, bytes + size, k * 20);
        assert_non_null(place);
        // A bit of a number, or of the checksum behind the last one.
        for (; place != NULL; place = find_vector(place, bytes + size, k * 20)) {
            place[k % 2 == 0 ? k * 4 + 1 : VECTOR_BYTES + k % 8] ^= 0x10U;
            place += VECTOR_BYTES;
        }
    }
    write_data(bytes, size);
    free(bytes);
    assert_int_equal(embed_once(), DAMAGED);
    assert_int_equal(embed_once(), 0);
}

static void test_store_damage__an_entry_under_the_key_of_another_is_absent(void **state)
{
    (void)state;
    enum { ENTRY_BYTES = COUNTING_DIMENSION * sizeof(float) + 8 };  // with its checksum
    assert_int_equal(embed_once(), COUNT);
    size_t size = 0;
    unsigned char *const bytes = read_data(&size);
    const unsigned char *const other = find_vector(bytes, bytes + size, 2);
    assert_non_null(other);
    unsigned char *place = find_vector(bytes, bytes + size, 1);
    assert_non_null(place);
    for (; place != NULL; place = find_vector(place, bytes + size, 1)) {
        memcpy(place, other, ENTRY_BYTES);
    }
    write_data(bytes, size);
    free(bytes);
    assert_int_equal(embed_once(), 1);
}

static void test_store_damage__what_is_no_store_is_refused(void **state)
{
    (void)state;
    assert_int_equal(embed_once(), COUNT);
    static unsigned char noise[20000];
    memset(noise, 0x5A, sizeof(noise));
    write_data(noise, sizeof(noise));
    competency_store *store = NULL;
    competency_error err = {0};
    assert_int_equal(competency_store_open(&store, path, NULL, &err), COMPETENCY_EFORMAT);
    assert_non_null(strstr(err.message, "is damaged or something else"));
    assert_null(store);
}

static void test_store_damage__a_file_that_was_cut_gives_right_vectors_or_none(void **state)
{
    (void)state;
    assert_int_equal(embed_once(), COUNT);
    size_t size = 0;
    unsigned char *const bytes = read_data(&size);
    for (size_t kept = 8192; kept < size; kept += 4096 * 3) {
        write_data(bytes, kept);
        competency_store *store = NULL;
        const competency_status status = competency_store_open(&store, path, NULL, NULL);
        if (status == COMPETENCY_OK) {
            (void)embed_through(store);
            competency_store_close(store);
        } else {
            assert_int_equal(status, COMPETENCY_EFORMAT);
        }
    }
    free(bytes);
}

// splitmix64. Source: Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators".
static uint64_t next_random(uint64_t *random)
{
    *random += 0x9E3779B97F4A7C15U;
    uint64_t word = *random;
    word = (word ^ word >> 30) * 0xBF58476D1CE4E5B9U;
    word = (word ^ word >> 27) * 0x94D049BB133111EBU;
    return word ^ word >> 31;
}

// One of: a bit anywhere, a bit in the head of a page, a page of noise, a page in another's place.
static void damage(unsigned char *bytes, size_t size, uint64_t *random)
{
    enum { PAGE = 4096, HEAD = 64 };
    const size_t page = next_random(random) % (size / PAGE) * PAGE;
    const size_t other = next_random(random) % (size / PAGE) * PAGE;
    const uint64_t kind = next_random(random) % 4;
    const unsigned char bit = (unsigned char)(1U << next_random(random) % 8);
    if (kind == 0) {
        bytes[next_random(random) % size] ^= bit;
    } else if (kind == 1) {
        bytes[page + next_random(random) % HEAD] ^= bit;
    } else if (kind == 2) {
        for (size_t i = 0; i < PAGE; i++) {
            bytes[page + i] = (unsigned char)next_random(random);
        }
    } else {
        memmove(bytes + page, bytes + other, PAGE);
    }
}

static void test_store_damage__no_damage_ends_the_process_or_gives_a_wrong_vector(void **state)
{
    (void)state;
    enum { TRIALS = 60 };
    assert_int_equal(embed_once(), COUNT);
    size_t size = 0;
    unsigned char *const bytes = read_data(&size);
    unsigned char *const damaged = malloc(size);
    assert_non_null(damaged);
    uint64_t random = 2026;
    size_t refused = 0;
    for (size_t k = 0; k < TRIALS; k++) {
        memcpy(damaged, bytes, size);
        damage(damaged, size, &random);
        write_data(damaged, size);
        competency_store *store = NULL;
        const competency_status status = competency_store_open(&store, path, NULL, NULL);
        EXPECT(status == COMPETENCY_OK || status == COMPETENCY_EFORMAT, "trial %zu: %d", k,
               (int)status);
        refused += status != COMPETENCY_OK;
        if (store != NULL) {
            (void)embed_through(store);  // looks at every vector
            competency_store_close(store);
        }
    }
    assert_true(refused > TRIALS / 8 && refused < TRIALS);
    free(damaged);
    free(bytes);
}

// In a child, so that the limit ends with it. @return its exit status
static int run_with_file_limit(int (*work)(void), rlim_t bytes)
{
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGXFSZ, SIG_IGN);
        const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
        _exit(setrlimit(RLIMIT_FSIZE, &limit) == 0 ? work() : 99);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

// The file of a full disk grows no further either: writes fail at some point.
static int embed_on_a_full_disk(void)
{
    competency_store *store = NULL;
    competency_store_info info;
    if (competency_store_open(&store, path, NULL, NULL) != COMPETENCY_OK) {
        return 1;
    }
    for (size_t round = 0; round < 2; round++) {
        if (embed_through(store) != COUNT) {
            return 2;
        }
    }
    if (competency_store_describe(store, &info, NULL) != COMPETENCY_OK || info.problem == NULL ||
        strstr(info.problem, "cannot write to the cache") == NULL) {
        return 3;
    }
    competency_store_close(store);
    return 0;
}

static int open_on_a_full_disk(void)
{
    competency_store *store = NULL;
    competency_error err = {0};
    const competency_status status = competency_store_open(&store, path, NULL, &err);
    return status == COMPETENCY_EIO && err.message[0] != '\0' && store == NULL ? 0 : 1;
}

static void test_store_damage__a_disk_that_is_full_costs_the_cache_and_nothing_else(void **state)
{
    (void)state;
    competency_store_close(store_folder_open(path, 0));
    assert_int_equal(run_with_file_limit(embed_on_a_full_disk, 40960), 0);
    assert_int_equal(embed_once(), COUNT);
    assert_int_equal(embed_once(), 0);
}

static void test_store_damage__a_store_that_cannot_be_made_is_refused(void **state)
{
    (void)state;
    assert_int_equal(run_with_file_limit(open_on_a_full_disk, 4096), 0);
    competency_store *store = NULL;
    competency_error err = {0};
    assert_int_equal(competency_store_open(&store, "/proc/competency", NULL, &err), COMPETENCY_EIO);
    assert_non_null(strstr(err.message, "/proc/competency"));
    assert_int_equal(competency_store_open(&store, "/dev/null", NULL, &err), COMPETENCY_EIO);
    assert_int_equal(competency_store_open(&store, "", NULL, &err), COMPETENCY_EIO);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_store_damage__a_damaged_entry_is_absent_and_is_replaced),
        STORE_TEST(test_store_damage__an_entry_under_the_key_of_another_is_absent),
        STORE_TEST(test_store_damage__what_is_no_store_is_refused),
        STORE_TEST(test_store_damage__a_file_that_was_cut_gives_right_vectors_or_none),
        STORE_TEST(test_store_damage__no_damage_ends_the_process_or_gives_a_wrong_vector),
        STORE_TEST(test_store_damage__a_disk_that_is_full_costs_the_cache_and_nothing_else),
        STORE_TEST(test_store_damage__a_store_that_cannot_be_made_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

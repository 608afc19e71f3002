// SPDX-License-Identifier: MIT
// Several processes, and processes that are killed while they write.
#include <competency/cache.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counting_embedder.h"
#include "expect.h"
#include "store_folder.h"

enum { WRITERS = 4, COUNT = 1200, STEP = 300, KILLS = 40 };

static char path[STORE_PATH_BYTES];
static float out[STORE_NAMES * COUNTING_DIMENSION];

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

// Exit statuses of a child: cmocka's checks belong to the parent.
enum { CHILD_OK, CHILD_NO_STORE, CHILD_NO_VECTORS, CHILD_WRONG_VECTORS, CHILD_PROBLEM };

static int embed_range(competency_store *store, size_t first, size_t count, size_t *asked)
{
    counting_embedder counting = {0};
    const competency_embedder inner = counting_embedder_table(&counting);
    competency_embedder stored;
    if (competency_store_embedder(&stored, store, &inner, "model", NULL) != COMPETENCY_OK ||
        stored.embed(stored.self, out, store_names(first), count, NULL) != COMPETENCY_OK) {
        return CHILD_NO_VECTORS;
    }
    competency_embedder_destroy(&stored);
    *asked = counting.asked;
    for (size_t i = 0; i < count; i++) {
        if (!counting_vector_is(out + i * COUNTING_DIMENSION, *store_names(first + i))) {
            return CHILD_WRONG_VECTORS;
        }
    }
    competency_store_info info;
    const competency_status status = competency_store_describe(store, &info, NULL);
    return status == COMPETENCY_OK && info.problem == NULL ? CHILD_OK : CHILD_PROBLEM;
}

static int write_range(size_t first)
{
    competency_store *store = NULL;
    size_t asked = 0;
    if (competency_store_open(&store, path, NULL, NULL) != COMPETENCY_OK) {
        return CHILD_NO_STORE;
    }
    int status = CHILD_OK;
    for (size_t at = 0; at < COUNT && status == CHILD_OK; at += 50) {
        status = embed_range(store, first + at, 50, &asked);
    }
    competency_store_close(store);
    return status;
}

static void test_store_processes__all_find_what_each_has_written(void **state)
{
    (void)state;
    pid_t children[WRITERS];
    // No process has opened it before: they also race to make it. Each range overlaps the next.
    for (size_t i = 0; i < WRITERS; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] == 0) {
            _exit(write_range(i * STEP));
        }
    }
    for (size_t i = 0; i < WRITERS; i++) {
        int status = 0;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == CHILD_OK, "writer %zu: status %x", i,
               (unsigned)status);
    }
    competency_store *const store = store_folder_open(path, 0);
    size_t asked = 0;
    assert_int_equal(embed_range(store, 0, COUNT + (WRITERS - 1) * STEP, &asked), CHILD_OK);
    assert_int_equal(asked, 0);
    competency_store_close(store);
}

// Write, a transaction for every name, until somebody ends it.
static void write_forever(size_t round)
{
    competency_store *store = NULL;
    size_t asked = 0;
    if (competency_store_open(&store, path, NULL, NULL) != COMPETENCY_OK) {
        _exit(CHILD_NO_STORE);
    }
    for (size_t i = 0;; i++) {
        const int status = embed_range(store, (round * 97 + i * 3) % (STORE_NAMES - 3), 3, &asked);
        if (status != CHILD_OK) {
            _exit(status);
        }
    }
}

static void test_store_processes__a_kill_at_any_instant_leaves_whole_entries(void **state)
{
    (void)state;
    uint32_t seed = 20261126;
    size_t known = 0;
    for (size_t round = 0; round < KILLS; round++) {
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            write_forever(round);
        }
        seed = seed * 1664525U + 1013904223U;
        const struct timespec pause = {.tv_nsec = (long)(seed >> 8) % 30000000};
        (void)nanosleep(&pause, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        int status = 0;
        assert_int_equal(waitpid(child, &status, 0), child);
        EXPECT(WIFSIGNALED(status), "round %zu: the writer ended with %x", round, (unsigned)status);

        competency_store *const store = store_folder_open(path, 0);
        competency_store_info info;
        assert_int_equal(competency_store_describe(store, &info, NULL), COMPETENCY_OK);
        EXPECT(info.entries >= known, "round %zu: %zu entries, had %zu", round,
               (size_t)info.entries, known);
        known = (size_t)info.entries;
        competency_store_close(store);
    }
    assert_true(known > 0);
    competency_store *const store = store_folder_open(path, 0);
    size_t asked = 0;
    assert_int_equal(embed_range(store, 0, STORE_NAMES, &asked), CHILD_OK);
    assert_int_equal(asked, STORE_NAMES - known);
    competency_store_close(store);
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STORE_TEST(test_store_processes__all_find_what_each_has_written),
        STORE_TEST(test_store_processes__a_kill_at_any_instant_leaves_whole_entries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: MIT
// The cache of symbols changes what a look-up costs and nothing else: names are the same with any
// state of its folder, and follow the files when those change.
#define _GNU_SOURCE
#include "expect.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "profile/symbol_cache.h"
#include "symbol_session.h"

typedef struct place {
    char root[64];
    char cache[96];    // not made yet
    char library[96];  // a copy of the library whose debug file may lie beside it
    char debug[96];
} place;

static void copy_file(const char *from, const char *to)
{
    char command[512];
    (void)snprintf(command, sizeof(command), "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);  // NOLINT(concurrency-mt-unsafe,cert-env33-c)
}

static int set_up(void **state)
{
    place *const p = calloc(1, sizeof(*p));
    (void)snprintf(p->root, sizeof(p->root), "/tmp/heaplens-symbols-XXXXXX");
    if (p == NULL || mkdtemp(p->root) == NULL) {
        return 1;
    }
    (void)snprintf(p->cache, sizeof(p->cache), "%s/a/b", p->root);
    (void)snprintf(p->library, sizeof(p->library), "%s/library.so", p->root);
    // The name that the library's .gnu_debuglink has.
    (void)snprintf(p->debug, sizeof(p->debug), "%s/symbol_fixture_split.debug", p->root);
    copy_file(FIXTURE_SPLIT, p->library);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    place *const p = *state;
    char command[160];
    (void)snprintf(command, sizeof(command), "chmod -R u+w '%s'; rm -r '%s'", p->root, p->root);
    free(p);
    return system(command);  // NOLINT(concurrency-mt-unsafe,cert-env33-c)
}

// The one book of the cache.
static void find_book(const place *p, char *path, size_t cap)
{
    DIR *const folder = opendir(p->cache);
    assert_non_null(folder);
    size_t books = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    for (const struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;) {
        if (strstr(entry->d_name, ".symbols") != NULL) {
            (void)snprintf(path, cap, "%s/%s", p->cache, entry->d_name);
            books++;
        }
        assert_null(strstr(entry->d_name, ".part"));
    }
    (void)closedir(folder);
    assert_int_equal(books, 1);
}

static size_t read_file(const char *path, unsigned char *data, size_t cap)
{
    FILE *const file = fopen(path, "rb");
    assert_non_null(file);
    const size_t size = fread(data, 1, cap, file);
    (void)fclose(file);
    return size;
}

static void write_file(const char *path, const unsigned char *data, size_t size)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

// Everything that symbols are: what was there of them, frames, names and the order of the names.
static void expect_same(const heaplens_session *a, const heaplens_session *b)
{
    const heaplens_process *const x = &a->processes[0];
    const heaplens_process *const y = &b->processes[0];
    assert_int_equal(x->modules[0].symbols, y->modules[0].symbols);
    assert_int_equal(x->frame_count, y->frame_count);
    assert_memory_equal(x->frames, y->frames, x->frame_count * sizeof(*x->frames));
    assert_int_equal(a->names.size, b->names.size);
    assert_memory_equal(a->names.text, b->names.text, a->names.size);
    for (size_t i = 0; i < x->location_count; i++) {
        assert_int_equal(x->locations[i].frame_first, y->locations[i].frame_first);
        assert_int_equal(x->locations[i].frame_count, y->locations[i].frame_count);
    }
}

// Look the library up with the cache, and expect what there is without one.
static void expect_as_without(const place *p, uint32_t kind)
{
    heaplens_session *const without = symbol_session(p->library, FIXTURE_BUILD_ID, NULL);
    heaplens_session *const with = symbol_session(p->library, FIXTURE_BUILD_ID, p->cache);
    assert_int_equal(without->processes[0].modules[0].symbols, kind);
    expect_same(with, without);
    heaplens_session_destroy(with);
    heaplens_session_destroy(without);
}

// Give a function another name in the book, which only a reader of the book can know.
static void forge_book(const char *path)
{
    static unsigned char data[1 << 16];
    static const char other[6] = {'f', 'o', 'r', 'g', 'e', 'd'};  // the rest of the name stays
    unsigned char *forged = NULL;
    heaplens_symbol_book book;
    size_t size = read_file(path, data, sizeof(data));
    assert_int_equal(heaplens__symbol_book_decode(&book, data, size), HEAPLENS_OK);
    char *const name = memmem(book.names.text, book.names.size, "static_caller", 13);
    assert_non_null(name);
    memcpy(name, other, sizeof other);
    assert_int_equal(heaplens__symbol_book_encode(&book, &forged, &size), HEAPLENS_OK);
    write_file(path, forged, size);
    free(forged);
    heaplens__symbol_book_deinit(&book);
}

// What was looked up is kept, and then forged.
static void keep_forged_book(const place *p)
{
    char book[512];
    copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
    expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    find_book(p, book, sizeof(book));
    forge_book(book);
}

static bool names_function(const heaplens_session *session, const char *function)
{
    const heaplens_process *const process = &session->processes[0];
    for (size_t i = 0; i < process->frame_count; i++) {
        const char *const name = heaplens__names_text(&session->names, process->frames[i].function);
        if (strcmp(name, function) == 0) {
            return true;
        }
    }
    return false;
}

static void test_symbol_cache__names_are_the_same_cold_and_warm(void **state)
{
    const place *const p = *state;
    copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
    for (int i = 0; i < 3; i++) {
        expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    }
}

static void test_symbol_cache__answers_without_the_file_when_it_is_warm(void **state)
{
    const place *const p = *state;
    keep_forged_book(p);
    heaplens_session *const session = symbol_session(p->library, FIXTURE_BUILD_ID, p->cache);
    assert_true(names_function(session, "forged_caller"));
    heaplens_session_destroy(session);
}

static void test_symbol_cache__adds_what_was_not_asked_before(void **state)
{
    const place *const p = *state;
    copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
    for (size_t count = 1; count < LOCATIONS; count++) {
        heaplens_session_destroy(
            symbol_session_part(p->library, FIXTURE_BUILD_ID, p->cache, count));
    }
    expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    static unsigned char data[1 << 16];
    char path[512];
    heaplens_symbol_book book;
    find_book(p, path, sizeof(path));
    assert_int_equal(heaplens__symbol_book_decode(&book, data, read_file(path, data, sizeof(data))),
                     HEAPLENS_OK);
    assert_int_equal(book.entry_count, LOCATIONS);  // the one without a name too
    heaplens__symbol_book_deinit(&book);
}

static void test_symbol_cache__a_debug_file_that_comes_and_goes_is_noticed(void **state)
{
    const place *const p = *state;
    for (int i = 0; i < 2; i++) {
        expect_as_without(p, HEAPLENS_SYMBOLS_NAMES);
        copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
        expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
        expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
        assert_int_equal(unlink(p->debug), 0);
    }
}

static void test_symbol_cache__another_file_in_place_of_the_first_is_noticed(void **state)
{
    const place *const p = *state;
    expect_as_without(p, HEAPLENS_SYMBOLS_NAMES);
    copy_file(FIXTURE_WITH_DWARF, p->library);
    expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    copy_file("/dev/null", p->library);
    expect_as_without(p, HEAPLENS_SYMBOLS_MISSING);
    assert_int_equal(unlink(p->library), 0);
    expect_as_without(p, HEAPLENS_SYMBOLS_MISSING);
}

static void test_symbol_cache__no_damage_changes_a_name(void **state)
{
    const place *const p = *state;
    static unsigned char whole[1 << 16];
    char book[512];
    heaplens_symbol_book ignored;
    copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
    expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    find_book(p, book, sizeof(book));
    const size_t size = read_file(book, whole, sizeof(whole));
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(heaplens__symbol_book_decode(&ignored, whole, cut), HEAPLENS_EFORMAT);
    }
    for (size_t at = 0; at < size; at++) {
        whole[at] ^= 0x10;
        assert_int_equal(heaplens__symbol_book_decode(&ignored, whole, size), HEAPLENS_EFORMAT);
        whole[at] ^= 0x10;
    }
    for (size_t at = 0; at < size; at += 97) {
        whole[at] ^= 0x10;
        write_file(book, whole, size);
        whole[at] ^= 0x10;
        expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    }
}

static void test_symbol_cache__a_folder_that_cannot_be_used_changes_no_name(void **state)
{
    const place *const p = *state;
    copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
    const char *const folders[] = {"/dev/null/a", "/proc/self/a", p->library, ""};
    heaplens_session *const without = symbol_session(p->library, FIXTURE_BUILD_ID, NULL);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        heaplens_session *const with = symbol_session(p->library, FIXTURE_BUILD_ID, folders[i]);
        expect_same(with, without);
        heaplens_session_destroy(with);
    }
    heaplens_session_destroy(without);
}

static void test_symbol_cache__strangers_do_not_name_functions(void **state)
{
    const place *const p = *state;
    keep_forged_book(p);
    assert_int_equal(chmod(p->cache, 0777), 0);
    expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
}

static void test_symbol_cache__is_bounded(void **state)
{
    const place *const p = *state;
    char path[512];
    expect_as_without(p, HEAPLENS_SYMBOLS_NAMES);
    // Books of long ago, as large as the limit together: sparse files.
    for (int i = 0; i < 32; i++) {
        (void)snprintf(path, sizeof(path), "%s/%032x-00000000.symbols", p->cache, i);
        write_file(path, (const unsigned char *)"", 0);
        assert_int_equal(truncate(path, HEAPLENS_SYMBOL_CACHE_BYTES_MAX / 32), 0);
        const struct timespec old[2] = {{.tv_sec = 1000 + i}, {.tv_sec = 1000 + i}};
        assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
    }
    copy_file(FIXTURE_SPLIT_DEBUG, p->debug);
    expect_as_without(p, HEAPLENS_SYMBOLS_LINES);
    int left = 0;
    for (int i = 0; i < 32; i++) {
        (void)snprintf(path, sizeof(path), "%s/%032x-00000000.symbols", p->cache, i);
        const bool is_there = access(path, F_OK) == 0;
        assert_true(is_there || left == 0);  // the oldest went first
        left += is_there ? 1 : 0;
    }
    assert_true(left >= 22 && left <= 24);  // three quarters
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_symbol_cache__names_are_the_same_cold_and_warm, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_symbol_cache__answers_without_the_file_when_it_is_warm,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_symbol_cache__adds_what_was_not_asked_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_symbol_cache__a_debug_file_that_comes_and_goes_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            test_symbol_cache__another_file_in_place_of_the_first_is_noticed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_symbol_cache__no_damage_changes_a_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            test_symbol_cache__a_folder_that_cannot_be_used_changes_no_name, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_symbol_cache__strangers_do_not_name_functions, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_symbol_cache__is_bounded, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

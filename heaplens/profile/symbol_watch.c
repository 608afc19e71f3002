// SPDX-License-Identifier: MIT
// The files that answers about a file depend on.
#define _GNU_SOURCE

#include "profile/symbol_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "profile/array.h"

static const char debug_root[] = "/usr/lib/debug";

enum { PATH_BYTES = 4096 };

static int64_t nanoseconds(struct timespec time)
{
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static heaplens_watched look_at(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        return (heaplens_watched){0};
    }
    return (heaplens_watched){
        .inode = info.st_ino,
        .bytes = (uint64_t)info.st_size,
        .modified_ns = nanoseconds(info.st_mtim),
        .changed_ns = nanoseconds(info.st_ctim),
    };
}

static bool is_same(const heaplens_watched *a, const heaplens_watched *b)
{
    return a->inode == b->inode && a->bytes == b->bytes && a->modified_ns == b->modified_ns &&
           a->changed_ns == b->changed_ns;
}

heaplens_status heaplens__watch(heaplens_symbol_book *book, const char *path)
{
    heaplens_name name = HEAPLENS_NAME_NONE;
    const heaplens_status status = heaplens__names_add(&book->names, path, strlen(path), &name);
    if (status != HEAPLENS_OK) {
        return status;
    }
    for (size_t i = 0; i < book->watched_count; i++) {
        if (book->watched[i].path == name) {
            return HEAPLENS_OK;
        }
    }
    if (book->watched_count >= HEAPLENS_WATCHED_MAX) {
        return HEAPLENS_ECAPACITY;
    }
    if (!heaplens__array_reserve(&book->watched, &book->watched_capacity, book->watched_count + 1,
                                 sizeof(*book->watched))) {
        return HEAPLENS_ENOMEM;
    }
    heaplens_watched watched = look_at(path);
    watched.path = name;
    book->watched[book->watched_count++] = watched;
    return HEAPLENS_OK;
}

// A path in three parts.
static heaplens_status watch_joined(heaplens_symbol_book *book, const char *a, const char *b,
                                    const char *c)
{
    char path[PATH_BYTES];
    const int length = snprintf(path, sizeof(path), "%s%s%s", a, b, c);
    if (length < 0 || (size_t)length >= sizeof(path)) {
        return HEAPLENS_ECAPACITY;
    }
    return heaplens__watch(book, path);
}

static heaplens_status watch_by_build_id(heaplens_symbol_book *book, const char *build_id)
{
    if (strlen(build_id) < 3) {
        return HEAPLENS_OK;
    }
    char folder[sizeof(debug_root) + 32];
    (void)snprintf(folder, sizeof(folder), "%s/.build-id/%.2s/", debug_root, build_id);
    return watch_joined(book, folder, build_id + 2, ".debug");
}

// Where a debug file of this name belongs, if the file lies at `path`.
static heaplens_status watch_by_name(heaplens_symbol_book *book, const char *path, const char *name)
{
    char folder[PATH_BYTES];
    const char *const base = strrchr(path, '/');
    if (base == NULL || (size_t)(base - path) + 2 > sizeof(folder)) {
        return HEAPLENS_ECAPACITY;
    }
    (void)snprintf(folder, sizeof(folder), "%.*s/", (int)(base - path), path);
    heaplens_status status = watch_joined(book, folder, "", name);
    if (status == HEAPLENS_OK) {
        status = watch_joined(book, folder, ".debug/", name);
    }
    for (const char *end = folder; status == HEAPLENS_OK && end != NULL;
         end = strchr(end + 1, '/')) {
        char below[PATH_BYTES + sizeof(debug_root)];
        (void)snprintf(below, sizeof(below), "%s%s", debug_root, end);
        status = watch_joined(book, below, "", name);
    }
    return status;
}

heaplens_status heaplens__watch_debug_files(heaplens_symbol_book *book, const char *path,
                                            const char *build_id, const char *debuglink)
{
    const char *const base = strrchr(path, '/');
    char own[PATH_BYTES];  // what libdwfl tries where there is no .gnu_debuglink
    (void)snprintf(own, sizeof(own), "%s.debug", base == NULL ? path : base + 1);
    const char *const name = debuglink == NULL ? own : debuglink;
    char target[PATH_BYTES];
    heaplens_status status = watch_by_build_id(book, build_id);
    if (status == HEAPLENS_OK) {
        status = watch_by_name(book, path, name);
    }
    if (status == HEAPLENS_OK && realpath(path, target) != NULL) {
        status = watch_by_name(book, target, name);
    }
    return status;
}

bool heaplens__watch_covers(const heaplens_symbol_book *book, const char *path)
{
    const heaplens_watched here = look_at(path);
    for (size_t i = 0; i < book->watched_count; i++) {
        if (here.inode != 0 && is_same(&book->watched[i], &here)) {
            return true;
        }
    }
    return false;
}

bool heaplens__watch_is_unchanged(const heaplens_symbol_book *book)
{
    for (size_t i = 0; i < book->watched_count; i++) {
        const heaplens_watched here =
            look_at(heaplens__names_text(&book->names, book->watched[i].path));
        if (!is_same(&book->watched[i], &here)) {
            return false;
        }
    }
    return true;
}

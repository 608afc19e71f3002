// SPDX-License-Identifier: MIT
// Books of symbols in the user's cache.
#define _GNU_SOURCE

#include "profile/symbol_cache.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <elfutils/libdwfl.h>

#include "profile/array.h"
#include "profile/folders.h"
#include "profile/symbol_watch.h"

static const char book_end[] = ".symbols";
static const char part_end[] = ".part";  // of a book that is being written

enum {
    NAME_BYTES = 256,
    BUILD_ID_DIGITS_MAX = 128,
    PART_SECONDS_MAX = 600,  // an older one was left by a process that was killed
    FOLDER_MODE = 0700,
    FILE_MODE = 0600,
};

// ------------------------------------------------------------------------------- the folder

static bool folder_is_ours(int fd)
{
    struct stat info;
    return fstat(fd, &info) == 0 && info.st_uid == geteuid() &&
           (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int open_folder(const char *path)
{
    const int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && !folder_is_ours(fd)) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

heaplens_symbol_cache heaplens__symbol_cache_open(const char *path)
{
    return (heaplens_symbol_cache){.folder = path == NULL ? -1 : open_folder(path), .path = path};
}

void heaplens__symbol_cache_close(heaplens_symbol_cache *cache)
{
    if (cache->folder >= 0) {
        (void)close(cache->folder);
    }
    *cache = (heaplens_symbol_cache){.folder = -1};
}

// The folder and those above it that are missing.
static void make_folder(heaplens_symbol_cache *cache)
{
    char path[4096];
    const int length = snprintf(path, sizeof(path), "%s/", cache->path);
    if (length > 0 && (size_t)length < sizeof(path) && heaplens__make_folders(path, FOLDER_MODE)) {
        cache->folder = open_folder(path);
    }
}

// ------------------------------------------------------------------------------- one book

bool heaplens__symbol_cache_takes(const heaplens_symbol_cache *cache, const char *path,
                                  const char *build_id)
{
    const size_t digits = strlen(build_id);
    return cache->path != NULL && path[0] == '/' && digits > 0 && digits <= BUILD_ID_DIGITS_MAX &&
           strspn(build_id, "0123456789abcdef") == digits;
}

// The rules by which names are chosen have a revision of their own, between versions.
void heaplens__symbol_reader(char *out, size_t cap)
{
    enum { RULES = 2 };
    (void)snprintf(out, cap, "heaplens %s, rules %d, elfutils %s", HEAPLENS_VERSION, RULES,
                   dwfl_version(NULL));
}

// FNV-1a, 32 bits. Two paths with one hash and one build id take turns: the book says whose it is.
static uint32_t hash_path(const char *path)
{
    uint32_t hash = 0x811c9dc5U;
    for (; *path != '\0'; path++) {
        hash = (hash ^ (unsigned char)*path) * 0x01000193U;
    }
    return hash;
}

static void name_book(char *name, const char *path, const char *build_id)
{
    (void)snprintf(name, NAME_BYTES, "%s-%08x%s", build_id, hash_path(path), book_end);
}

static heaplens_status read_book(int fd, heaplens_symbol_book *book)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_size > HEAPLENS_SYMBOL_BOOK_BYTES_MAX) {
        return HEAPLENS_EFORMAT;
    }
    const size_t size = (size_t)info.st_size;
    unsigned char *const data = heaplens__array_zeroed(size, 1);
    if (data == NULL) {
        return HEAPLENS_ENOMEM;
    }
    const ssize_t got = read(fd, data, size);
    const heaplens_status status =
        got == (ssize_t)size ? heaplens__symbol_book_decode(book, data, size) : HEAPLENS_EFORMAT;
    free(data);
    return status;
}

static bool is_book_of(const heaplens_symbol_book *book, const char *path, const char *build_id)
{
    char reader[128];
    heaplens__symbol_reader(reader, sizeof(reader));
    const heaplens_names *const names = &book->names;
    return book->watched_count > 0 &&
           strcmp(heaplens__names_text(names, book->watched[0].path), path) == 0 &&
           strcmp(heaplens__names_text(names, book->build_id), build_id) == 0 &&
           strcmp(heaplens__names_text(names, book->reader), reader) == 0 &&
           heaplens__watch_is_unchanged(book);
}

heaplens_status heaplens__symbol_cache_load(const heaplens_symbol_cache *cache, const char *path,
                                            const char *build_id, heaplens_symbol_book *book)
{
    *book = (heaplens_symbol_book){0};
    if (cache->folder < 0 || !heaplens__symbol_cache_takes(cache, path, build_id)) {
        return HEAPLENS_OK;
    }
    char name[NAME_BYTES];
    name_book(name, path, build_id);
    const int fd = openat(cache->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        return HEAPLENS_OK;
    }
    const heaplens_status status = read_book(fd, book);
    (void)close(fd);
    if (status == HEAPLENS_OK && !is_book_of(book, path, build_id)) {
        heaplens__symbol_book_deinit(book);
    }
    return status == HEAPLENS_ENOMEM ? status : HEAPLENS_OK;
}

// ------------------------------------------------------------------------------- keeping

typedef struct kept_file {
    char name[NAME_BYTES];
    int64_t modified_s;
    uint64_t bytes;
} kept_file;

static bool ends_with(const char *name, const char *end)
{
    const size_t length = strlen(name);
    return length >= strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static int compare_age(const void *a, const void *b)
{
    const kept_file *const x = a;
    const kept_file *const y = b;
    return (x->modified_s > y->modified_s) - (x->modified_s < y->modified_s);
}

// The books of the folder. Parts that nobody writes any more are removed.
static kept_file *list_books(DIR *folder, size_t *count)
{
    kept_file *files = NULL;
    size_t capacity = 0;
    *count = 0;
    const int64_t now_s = time(NULL);
    // NOLINTNEXTLINE(concurrency-mt-unsafe): a stream of this function's own
    for (const struct dirent *entry = NULL; (entry = readdir(folder)) != NULL;) {
        struct stat info;
        if (strlen(entry->d_name) >= NAME_BYTES ||
            fstatat(dirfd(folder), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
            continue;
        }
        if (ends_with(entry->d_name, part_end) && now_s - info.st_mtime > PART_SECONDS_MAX) {
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
        }
        if (!ends_with(entry->d_name, book_end)) {
            continue;
        }
        if (!heaplens__array_reserve(&files, &capacity, *count + 1, sizeof(*files))) {
            break;
        }
        kept_file *const file = &files[(*count)++];
        *file = (kept_file){.modified_s = info.st_mtime, .bytes = (uint64_t)info.st_size};
        (void)snprintf(file->name, sizeof(file->name), "%s", entry->d_name);
    }
    return files;
}

static void bound_folder(int fd)
{
    const int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *const folder = own < 0 ? NULL : fdopendir(own);
    if (folder == NULL) {
        if (own >= 0) {
            (void)close(own);
        }
        return;
    }
    size_t count = 0;
    kept_file *const files = list_books(folder, &count);
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += files[i].bytes;
    }
    if (bytes > HEAPLENS_SYMBOL_CACHE_BYTES_MAX) {
        const uint64_t bytes_left = (uint64_t)HEAPLENS_SYMBOL_CACHE_BYTES_MAX / 4 * 3;
        qsort(files, count, sizeof(*files), compare_age);
        for (size_t i = 0; i < count && bytes > bytes_left; i++) {
            (void)unlinkat(fd, files[i].name, 0);
            bytes -= files[i].bytes;
        }
    }
    free(files);
    (void)closedir(folder);
}

static bool write_part(int folder, const char *part, const unsigned char *data, size_t size)
{
    const int fd =
        openat(folder, part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (fd < 0) {
        return false;
    }
    const ssize_t wrote = write(fd, data, size);
    if (close(fd) == 0 && wrote == (ssize_t)size) {
        return true;
    }
    (void)unlinkat(folder, part, 0);
    return false;
}

bool heaplens__symbol_cache_save(heaplens_symbol_cache *cache, const char *path,
                                 const heaplens_symbol_book *book)
{
    unsigned char *data = NULL;
    size_t size = 0;
    if (cache->folder < 0 && cache->path != NULL) {
        make_folder(cache);
    }
    const heaplens_status status =
        cache->folder < 0 ? HEAPLENS_EIO : heaplens__symbol_book_encode(book, &data, &size);
    if (status != HEAPLENS_OK) {
        return status != HEAPLENS_ECAPACITY;
    }
    char name[NAME_BYTES];
    char part[NAME_BYTES + 32];
    name_book(name, path, heaplens__names_text(&book->names, book->build_id));
    // A part of this name that is there already is another container's, or was left by a process that
    // was killed: it is not ours to remove while it is young.
    (void)snprintf(part, sizeof(part), "%s.%ld%s", name, (long)gettid(), part_end);
    if (write_part(cache->folder, part, data, size)) {
        if (renameat(cache->folder, part, cache->folder, name) != 0) {
            (void)unlinkat(cache->folder, part, 0);
        }
        bound_folder(cache->folder);
    }
    free(data);
    return true;
}

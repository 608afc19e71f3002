// SPDX-License-Identifier: MIT
#include "model/packed_cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/folders.h"

enum { STAMP_TEXT_BYTES = 2048, KEY_DIGITS = 32 };

// Raised when weights of the same model are packed to other numbers than before.
static const char packing[] = "packing 3\n";

// Every file that model.c reads. Another folder for the pooling module is not looked at, which is
// why such a model is not kept (model.c).
static const char *const source_files[] = {
    "config.json",
    "modules.json",
    "1_Pooling/config.json",
    "sentence_bert_config.json",
    "config_sentence_transformers.json",
    "tokenizer_config.json",
    "tokenizer.json",
    "vocab.txt",
    "model.safetensors",
};

static size_t describe_file(char *out, size_t size, const char *directory, const char *name)
{
    char path[4096];
    struct stat info;
    const int length = snprintf(path, sizeof(path), "%s/%s", directory, name);
    if (length < 0 || (size_t)length >= sizeof(path) || stat(path, &info) != 0) {
        return (size_t)snprintf(out, size, "%s -\n", name);
    }
    return (size_t)snprintf(out, size, "%s %lld %lld %lld.%09ld %lld.%09ld\n", name,
                            (long long)info.st_size, (long long)info.st_ino,
                            (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
                            (long long)info.st_ctim.tv_sec, info.st_ctim.tv_nsec);
}

competency_status competency__packed_cache_stamp(unsigned char stamp[COMPETENCY__SHA256_BYTES],
                                                 const char *directory, competency_error *err)
{
    char text[STAMP_TEXT_BYTES];
    size_t used = sizeof(packing) - 1;
    memcpy(text, packing, used);
    for (size_t i = 0; i < sizeof(source_files) / sizeof(source_files[0]); i++) {
        used += describe_file(text + used, sizeof(text) - used, directory, source_files[i]);
        if (used >= sizeof(text)) {
            return competency__fail(err, COMPETENCY_EIO, "%s: times of its files do not fit",
                                    directory);
        }
    }
    competency__sha256(stamp, text, used);
    return COMPETENCY_OK;
}

// An unset variable and an empty one mean the same, and so does a relative path.
static const char *find_folder(const char **below)
{
    // A program that changes its environment while another thread opens a model must guard both.
    const char *const cache = getenv("XDG_CACHE_HOME");  // NOLINT(concurrency-mt-unsafe)
    if (cache != NULL && cache[0] == '/') {
        *below = "";
        return cache;
    }
    const char *const home = getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
    *below = "/.cache";
    return home != NULL && home[0] == '/' ? home : NULL;
}

competency_status competency__packed_cache_path(char out[COMPETENCY__PATH_BYTES],
                                                const char *directory,
                                                competency__precision precision,
                                                competency_error *err)
{
    out[0] = '\0';
    const char *below = NULL;
    const char *const folder = find_folder(&below);
    char resolved[COMPETENCY__PATH_BYTES];
    if (folder == NULL || realpath(directory, resolved) == NULL) {
        return competency__fail(err, COMPETENCY_EIO, "no folder for caches, or no %s", directory);
    }
    char key[COMPETENCY__SHA256_HEX_BYTES];
    competency__sha256_hex(key, resolved, strlen(resolved));
    char name[KEY_DIGITS + 64];
    (void)snprintf(name, sizeof(name), "/competency/models/%.*s.%s.cmodel", KEY_DIGITS, key,
                   competency__precision_name(precision));
    return competency__path_join(out, folder, below, name, err);
}

competency_status competency__packed_cache_prepare(const char *path, competency_error *err)
{
    char folder[COMPETENCY__PATH_BYTES];
    (void)snprintf(folder, sizeof(folder), "%s", path);
    return competency__make_folders(folder, err);
}

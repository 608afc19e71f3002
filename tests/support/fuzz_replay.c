// SPDX-License-Identifier: MIT
// Runs a fuzz target over the files and folders named on the command line, so that a corpus is a
// test in every build, with any compiler.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t replayed;

static int replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        (void)fprintf(stderr, "cannot open %s\n", path);
        return 1;
    }
    uint8_t *data = NULL;
    size_t size = 0;
    size_t got = 0;
    do {
        uint8_t *const grown = realloc(data, size + 65536);
        if (grown == NULL) {
            free(data);
            (void)fclose(file);
            return 1;
        }
        data = grown;
        got = fread(data + size, 1, 65536, file);
        size += got;
    } while (got == 65536);
    (void)fclose(file);

    // An exact-size copy, so that the address sanitizer sees a read past the end.
    uint8_t *const exact = malloc(size == 0 ? 1 : size);
    if (exact != NULL) {
        if (size > 0) {
            memcpy(exact, data, size);
        }
        (void)LLVMFuzzerTestOneInput(exact, size);
        replayed++;
    }
    free(exact);
    free(data);
    return exact == NULL;
}

static int replay(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0) {
        (void)fprintf(stderr, "no such corpus: %s\n", path);
        return 1;
    }
    if (!S_ISDIR(info.st_mode)) {
        return replay_file(path);
    }
    DIR *folder = opendir(path);
    if (folder == NULL) {
        return 1;
    }
    int failed = 0;
    // Tests replay in one thread.
    for (const struct dirent *entry = readdir(folder);  // NOLINT(concurrency-mt-unsafe)
         entry != NULL; entry = readdir(folder)) {      // NOLINT(concurrency-mt-unsafe)
        if (entry->d_name[0] == '.') {
            continue;
        }
        char inner[4096];
        (void)snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        failed |= replay_file(inner);
    }
    (void)closedir(folder);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++) {
        failed |= replay(argv[i]);
    }
    printf("%zu inputs replayed\n", replayed);
    return failed != 0 || replayed == 0;
}

// SPDX-License-Identifier: MIT
// Files and standard streams.
#include "cli/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A document is read whole. Beyond this it is candidates, which are read as a stream.
static const size_t document_bytes_max = (size_t)1 << 30;

cli_exit cli_file_open(cli_file *out, const char *path)
{
    const bool is_standard = strcmp(path, "-") == 0;
    *out = (cli_file){.name = is_standard ? "standard input" : path};
    out->descriptor = is_standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (out->descriptor < 0) {
        cli_complain("cannot open %s: %s", path, strerror(errno));  // NOLINT(concurrency-mt-unsafe)
        return CLI_EXIT_NO_INPUT;
    }
    return CLI_EXIT_OK;
}

void cli_file_close(cli_file *file)
{
    if (file->descriptor > STDIN_FILENO) {
        (void)close(file->descriptor);
    }
    file->descriptor = -1;
}

static competency_status read_file(void *self, char *buffer, size_t cap, size_t *got)
{
    cli_file *const file = self;
    ssize_t count = 0;
    do {
        count = read(file->descriptor, buffer, cap);
    } while (count < 0 && errno == EINTR);
    *got = count > 0 ? (size_t)count : 0;
    file->error = count < 0 ? errno : 0;
    return count < 0 ? COMPETENCY_EIO : COMPETENCY_OK;
}

competency_source cli_file_source(cli_file *file)
{
    return (competency_source){.self = file, .read = read_file};
}

static cli_exit grow(char **text, size_t *capacity)
{
    const size_t grown = *capacity == 0 ? (size_t)64 * 1024 : *capacity * 2;
    char *const larger = realloc(*text, grown);
    if (larger == NULL) {
        cli_complain("out of memory");
        return CLI_EXIT_NO_MEMORY;
    }
    *text = larger;
    *capacity = grown;
    return CLI_EXIT_OK;
}

static cli_exit read_to_end(cli_file *file, char **text, size_t *size)
{
    size_t capacity = 0;
    for (size_t got = 1; got > 0; *size += got) {
        if (*size == capacity) {
            const cli_exit status = grow(text, &capacity);
            if (status != CLI_EXIT_OK) {
                return status;
            }
        }
        if (read_file(file, *text + *size, capacity - *size, &got) != COMPETENCY_OK) {
            cli_complain("cannot read %s: %s", file->name,
                         strerror(file->error));  // NOLINT(concurrency-mt-unsafe)
            return CLI_EXIT_IO;
        }
        if (*size + got > document_bytes_max) {
            cli_complain("%s: longer than the limit of %zu bytes", file->name, document_bytes_max);
            return CLI_EXIT_DATA;
        }
    }
    return CLI_EXIT_OK;
}

cli_exit cli_file_read_all(const char *path, char **text, size_t *size)
{
    *text = NULL;
    *size = 0;
    cli_file file;
    cli_exit status = cli_file_open(&file, path);
    if (status != CLI_EXIT_OK) {
        return status;
    }
    status = read_to_end(&file, text, size);
    cli_file_close(&file);
    if (status != CLI_EXIT_OK) {
        free(*text);
        *text = NULL;
    }
    return status;
}

static competency_status write_stdout(void *self, const char *data, size_t size)
{
    int *const error = self;
    while (size > 0) {
        const ssize_t count = write(STDOUT_FILENO, data, size);
        if (count < 0 && errno != EINTR) {
            *error = errno;
            return COMPETENCY_EIO;
        }
        data += count > 0 ? count : 0;
        size -= count > 0 ? (size_t)count : 0;
    }
    return COMPETENCY_OK;
}

competency_sink cli_stdout_sink(int *error)
{
    return (competency_sink){.self = error, .write = write_stdout};
}

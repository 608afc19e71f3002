// SPDX-License-Identifier: MIT
#define _GNU_SOURCE

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

static int write_to(int fd, heaplens_write_what *write_what, const void *what, const char *name)
{
    heaplens_sink sink = {.write = heaplens__write_fd, .self = &fd};
    const heaplens_status status = write_what(&sink, what);
    heaplens_failure failure = {0};
    if (status == HEAPLENS_EIO) {  // the last call was write()
        (void)heaplens__fail(&failure, status, "%s", strerrordesc_np(errno));
    }
    return status == HEAPLENS_OK ? EXIT_CODE_OK : heaplens__complain_status(status, name, &failure);
}

// Devices and pipes are written into: a rename would put a file in their place.
static bool is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

static int write_through(const char *path, heaplens_write_what *write_what, const void *what)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) {
        heaplens__complain("cannot open %s: %s", path, strerrordesc_np(errno));
        return EXIT_CODE_IO;
    }
    const int code = write_to(fd, write_what, what, path);
    if (close(fd) != 0 && code == EXIT_CODE_OK) {
        heaplens__complain("cannot write %s: %s", path, strerrordesc_np(errno));
        return EXIT_CODE_IO;
    }
    return code;
}

static int write_beside(const char *path, heaplens_write_what *write_what, const void *what)
{
    char beside[4096];
    const int length = snprintf(beside, sizeof(beside), "%s.%ld.part", path, (long)getpid());
    const int fd = length < 0 || (size_t)length >= sizeof(beside)
                       ? -1
                       : open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) {
        heaplens__complain("cannot create %s: %s", path, strerrordesc_np(errno));
        return EXIT_CODE_IO;
    }
    int code = write_to(fd, write_what, what, path);
    if (close(fd) != 0 || (code == EXIT_CODE_OK && rename(beside, path) != 0)) {
        heaplens__complain("cannot write %s: %s", path, strerrordesc_np(errno));
        code = EXIT_CODE_IO;
    }
    if (code != EXIT_CODE_OK) {
        (void)unlink(beside);
    }
    return code;
}

int heaplens__write_output(const char *path, heaplens_write_what *write_what, const void *what)
{
    if (path == NULL) {
        return write_to(STDOUT_FILENO, write_what, what, "standard output");
    }
    return is_special(path) ? write_through(path, write_what, what)
                            : write_beside(path, write_what, what);
}

bool heaplens__can_write_output(const char *path)
{
    char folder[4096];
    const char *const slash = strrchr(path, '/');
    // "/x" is in "/", "x" in ".".
    const size_t length = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);
    struct stat info;
    const bool is_there = stat(path, &info) == 0;
    int reason = is_there && S_ISDIR(info.st_mode) ? EISDIR : 0;
    if (reason == 0 && !(is_there && is_special(path))) {
        (void)snprintf(folder, sizeof(folder), "%.*s", (int)length, length == 0 ? "" : path);
        reason = access(length == 0 ? "." : folder, W_OK | X_OK) == 0 ? 0 : errno;
    }
    if (reason != 0) {
        heaplens__complain("cannot write %s: %s", path, strerrordesc_np(reason));
    }
    return reason == 0;
}

bool heaplens__output_has_color(void)
{
    const char *const terminal = getenv("TERM");      // NOLINT(concurrency-mt-unsafe): one thread
    const char *const no_color = getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): one thread
    return isatty(STDOUT_FILENO) != 0 && (no_color == NULL || no_color[0] == '\0') &&
           terminal != NULL && strcmp(terminal, "dumb") != 0;
}

bool heaplens__output_has_utf8(void)
{
    const locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
    if (locale == (locale_t)0) {
        return false;
    }
    const bool has_utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    freelocale(locale);
    return has_utf8;
}

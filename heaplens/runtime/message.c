// SPDX-License-Identifier: MIT
// The one line that the recorder may say. No stdio: it could allocate, and lock.
#include "runtime/message.h"

#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES = 512 };

static struct {
    bool is_known;
    dev_t device;
    ino_t inode;
} standard_error;

void heaplens__message_init(void)
{
    struct stat info;
    standard_error.is_known = fstat(STDERR_FILENO, &info) == 0;
    if (standard_error.is_known) {
        standard_error.device = info.st_dev;
        standard_error.inode = info.st_ino;
    }
}

static bool is_unchanged(void)
{
    struct stat info;
    return standard_error.is_known && fstat(STDERR_FILENO, &info) == 0 &&
           info.st_dev == standard_error.device && info.st_ino == standard_error.inode;
}

static size_t append(char *line, size_t used, const char *text)
{
    const size_t room = LINE_BYTES - used;
    const size_t length = strlen(text);
    const size_t taken = length < room ? length : room;
    memcpy(line + used, text, taken);
    return used + taken;
}

void heaplens__message_unprofiled(const char *what, const char *subject, int number)
{
    if (!is_unchanged()) {
        return;
    }
    const char *const reason = strerrordesc_np(number);
    char line[LINE_BYTES];
    size_t used = append(line, 0, "heaplens: ");
    used = append(line, used, what);
    if (number != 0) {
        used = append(line, used, " ");
        used = append(line, used, subject);
        used = append(line, used, ": ");
        used = append(line, used, reason != NULL ? reason : "unknown error");
    }
    used = append(line, used, "; the program runs unprofiled\n");
    // Nothing can be done about a failure to say that something failed.
    const ssize_t ignored = write(STDERR_FILENO, line, used);
    (void)ignored;
}

// SPDX-License-Identifier: MIT
// The path of the program. Containers and chroots may have no /proc.
#include "runtime/program.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

// What exec was called with; relative to the folder that the process began in, which is still the
// current one when the recorder starts with the program.
static size_t called_path(char *path, size_t cap)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the system gives addresses as numbers
    const char *const called = (const char *)getauxval(AT_EXECFN);
    size_t used = 0;
    if (called == NULL) {
        return 0;
    }
    if (called[0] != '/') {
        if (getcwd(path, cap) == NULL) {
            return 0;
        }
        used = strlen(path);
        path[used++] = '/';  // where the terminator was
    }
    const size_t length = strlen(called);
    if (length > cap - used) {
        return 0;
    }
    memcpy(path + used, called, length);  // NOLINT(bugprone-not-null-terminated-result): as asked
    return used + length;
}

size_t heaplens__program_path(char *path, size_t cap)
{
    const ssize_t length = readlink("/proc/self/exe", path, cap);
    return length > 0 && (size_t)length < cap ? (size_t)length : called_path(path, cap);
}

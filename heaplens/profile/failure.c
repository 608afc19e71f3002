// SPDX-License-Identifier: MIT
#include "profile/failure.h"

#include <stdarg.h>
#include <stdio.h>

heaplens_status heaplens__fail(heaplens_failure *failure, heaplens_status status,
                               const char *format, ...)
{
    if (failure != NULL) {
        va_list values;
        va_start(values, format);
        // clang-tidy 14 does not see va_start() here.
        (void)vsnprintf(failure->text, sizeof(failure->text), format,
                        values);  // NOLINT(clang-analyzer-valist.Uninitialized)
        va_end(values);
    }
    return status;
}

// SPDX-License-Identifier: MIT
#include "base/path.h"

#include <stdio.h>

#include "base/error.h"

competency_status competency__path_join(char out[COMPETENCY__PATH_BYTES], const char *first,
                                        const char *second, const char *third,
                                        competency_error *err)
{
    const int length = snprintf(out, COMPETENCY__PATH_BYTES, "%s%s%s", first, second, third);
    return length >= 0 && length < COMPETENCY__PATH_BYTES
               ? COMPETENCY_OK
               : competency__fail(err, COMPETENCY_EIO, "a path of %d bytes, limit %d", length,
                                  COMPETENCY__PATH_BYTES - 1);
}

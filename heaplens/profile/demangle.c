// SPDX-License-Identifier: MIT
#include "profile/demangle.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <libiberty/demangle.h>

// A few hundred bytes are usual and expressions of templates reach some thousands. A mangled name
// can refer to its own parts, so what it expands to can be exponential in its length.
enum { MANGLED_BYTES_MAX = 8192 };

static bool may_be_mangled(const char *name)
{
    return name[0] == '_' && (name[1] == 'Z' || name[1] == 'R' || name[1] == 'D' ||
                              (name[1] == '_' && name[2] == 'Z'));
}

char *heaplens__demangle(const char *name)
{
    if (!may_be_mangled(name) || strlen(name) > MANGLED_BYTES_MAX) {
        return NULL;
    }
    return cplus_demangle(name, DMGL_AUTO | DMGL_PARAMS | DMGL_ANSI);
}

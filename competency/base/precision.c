// SPDX-License-Identifier: MIT
#include "base/precision.h"

#include <stddef.h>
#include <string.h>

static const char *const names[] = {
    [COMPETENCY__F32] = "f32", [COMPETENCY__F16] = "f16", [COMPETENCY__INT8] = "int8"};

const char *competency__precision_name(competency__precision precision)
{
    return names[precision];
}

bool competency__precision_find(competency__precision *out, const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = (competency__precision)i;
            return true;
        }
    }
    return false;
}

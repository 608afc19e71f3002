// SPDX-License-Identifier: MIT
// The names of the modes.
#include "runtime/mode_text.h"

#include <string.h>

#include "runtime/sampler.h"

// A decimal number in 1 .. HEAPLENS__SAMPLE_BYTES_MAX; 0: it is not.
static uint64_t read_bytes(const char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9' && number <= HEAPLENS__SAMPLE_BYTES_MAX; text++) {
        number = number * 10 + (uint64_t)(*text - '0');
    }
    return *text == '\0' && number <= HEAPLENS__SAMPLE_BYTES_MAX ? number : 0;
}

bool heaplens__mode_read(const char *text, heaplens_mode *mode, uint64_t *sample_bytes)
{
    static const struct {
        const char *name;
        heaplens_mode mode;
    } names[] = {
        {"off", HEAPLENS_MODE_OFF},
        {"count", HEAPLENS_MODE_COUNT},
        {"full", HEAPLENS_MODE_FULL},
        {"sample", HEAPLENS_MODE_SAMPLE},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text, names[i].name) == 0) {
            *mode = names[i].mode;
            *sample_bytes = 0;
            return true;
        }
    }
    static const char prefix[] = "sample=";
    const uint64_t bytes =
        strncmp(text, prefix, sizeof prefix - 1) == 0 ? read_bytes(text + sizeof prefix - 1) : 0;
    if (bytes == 0) {
        return false;
    }
    *mode = HEAPLENS_MODE_SAMPLE;
    *sample_bytes = bytes;
    return true;
}

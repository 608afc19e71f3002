// SPDX-License-Identifier: MIT
// Any bytes as a configuration: refused, with the result untouched, or one that passes the check.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <competency/io.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    competency_classic_config config;
    competency_classic_config untouched;
    memset(&config, 0x5A, sizeof(config));
    memset(&untouched, 0x5A, sizeof(untouched));
    competency_error err = {0};
    const competency_status status =
        competency_classic_config_parse(&config, (const char *)data, size, &err);
    const bool is_right =
        status == COMPETENCY_OK
            ? competency_classic_config_check(&config, NULL) == COMPETENCY_OK
            : memcmp((const char *)&config, (const char *)&untouched, sizeof(config)) == 0 &&
                  err.message[0] != '\0';
    if (!is_right) {
        abort();
    }
    return 0;
}

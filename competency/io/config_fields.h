// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_CONFIG_FIELDS_H
#define COMPETENCY_IO_CONFIG_FIELDS_H

#include <stddef.h>

/** One parameter: where its JSON form has it, and where competency_classic_config has it. */
typedef struct competency__config_field {
    const char *group;  // "penalty_config"
    const char *name;   // "similarity_threshold"
    size_t offset;      // of a double in competency_classic_config
} competency__config_field;

/** Every parameter, in the order in which they are written; the groups are contiguous. */
extern const competency__config_field competency__config_fields[];
extern const size_t competency__config_field_count;

#endif

// SPDX-License-Identifier: MIT
#include "export/function_table.h"

#include <stdlib.h>

#include "profile/array.h"

// A function's key: its name above its file. The name 0 is no name: its place is below it then.
static uint64_t key_of(heaplens_name name, uint32_t below)
{
    return (uint64_t)name << 32 | below;
}

static void number_location(heaplens_function_table *table, const heaplens_process *process,
                            uint32_t index)
{
    const heaplens_location *const location = &process->locations[index];
    if (location->frame_count == 0) {
        table->of_location[index] =
            heaplens__numbering_of(&table->functions, key_of(HEAPLENS_NAME_NONE, index));
    }
    for (uint32_t f = 0; f < location->frame_count; f++) {
        const uint32_t at = location->frame_first + f;
        const heaplens_frame *const frame = &process->frames[at];
        const uint32_t below = frame->function == HEAPLENS_NAME_NONE ? index : frame->file;
        table->of_frame[at] =
            heaplens__numbering_of(&table->functions, key_of(frame->function, below));
    }
}

bool heaplens__function_table_init(heaplens_function_table *table, const heaplens_process *process)
{
    *table = (heaplens_function_table){
        .of_frame = heaplens__array_zeroed(process->frame_count, sizeof(*table->of_frame)),
        .of_location = heaplens__array_zeroed(process->location_count, sizeof(*table->of_location)),
    };
    // A frame has one key, a location without frames too.
    const size_t most = process->frame_count + process->location_count;
    if (!heaplens__numbering_init(&table->functions, most) || table->of_frame == NULL ||
        table->of_location == NULL) {
        return false;
    }
    for (size_t i = 0; i < process->location_count; i++) {
        number_location(table, process, (uint32_t)i);
    }
    return true;
}

uint32_t heaplens__function_table_at(const heaplens_function_table *table,
                                     const heaplens_process *process, uint32_t location,
                                     uint32_t index)
{
    const heaplens_location *const at = &process->locations[location];
    return at->frame_count == 0 ? table->of_location[location]
                                : table->of_frame[at->frame_first + index];
}

heaplens_function_row heaplens__function_table_row(const heaplens_function_table *table,
                                                   uint32_t function)
{
    const uint64_t key = table->functions.keys[function];
    const heaplens_name name = (heaplens_name)(key >> 32);
    const uint32_t below = (uint32_t)key;
    return name == HEAPLENS_NAME_NONE
               ? (heaplens_function_row){.location = below}
               : (heaplens_function_row){.name = name, .file = below, .location = UINT32_MAX};
}

void heaplens__function_table_deinit(heaplens_function_table *table)
{
    heaplens__numbering_deinit(&table->functions);
    free(table->of_frame);
    free(table->of_location);
    *table = (heaplens_function_table){0};
}

// SPDX-License-Identifier: MIT
#include "profile/symbols_module.h"

#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/demangle.h"

// Functions come again and again, and most often the same pointer: what was found for a pointer is
// kept.
heaplens_status heaplens__answers_name(heaplens_answers *answers, const char *function,
                                       heaplens_name *out)
{
    heaplens_known_name *const known =
        &answers->known[((uintptr_t)function >> 2) % HEAPLENS_KNOWN_NAMES];
    if (known->text == function) {
        *out = known->name;
        return HEAPLENS_OK;
    }
    char *const readable = heaplens__demangle(function);
    const char *const shown = readable == NULL ? function : readable;
    const heaplens_status status = heaplens__names_add(answers->names, shown, strlen(shown), out);
    free(readable);
    if (status == HEAPLENS_OK) {
        *known = (heaplens_known_name){.text = function, .name = *out};
    }
    return status;
}

heaplens_status heaplens__answers_add(heaplens_answers *answers, const char *function,
                                      const char *file, uint32_t line)
{
    if (answers->frame_count >= UINT32_MAX) {
        return HEAPLENS_ECAPACITY;
    }
    if (!heaplens__array_reserve(&answers->frames, &answers->frame_capacity,
                                 answers->frame_count + 1, sizeof(*answers->frames))) {
        return HEAPLENS_ENOMEM;
    }
    heaplens_frame frame = {.line = line};
    heaplens_status status = HEAPLENS_OK;
    if (function != NULL) {
        status = heaplens__answers_name(answers, function, &frame.function);
    }
    if (status == HEAPLENS_OK && file != NULL) {
        status = heaplens__names_add(answers->names, file, strlen(file), &frame.file);
    }
    if (status == HEAPLENS_OK) {
        answers->frames[answers->frame_count++] = frame;
    }
    return status;
}

heaplens_status heaplens__answers_copy(heaplens_answers *answers, const heaplens_names *names,
                                       const heaplens_frame *frames, uint32_t count)
{
    if (answers->frame_count + count > UINT32_MAX) {
        return HEAPLENS_ECAPACITY;
    }
    if (!heaplens__array_reserve(&answers->frames, &answers->frame_capacity,
                                 answers->frame_count + count, sizeof(*answers->frames))) {
        return HEAPLENS_ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++) {
        heaplens_frame frame = {.line = frames[i].line};
        heaplens_status status =
            heaplens__names_copy(answers->names, names, frames[i].function, &frame.function);
        if (status == HEAPLENS_OK) {
            status = heaplens__names_copy(answers->names, names, frames[i].file, &frame.file);
        }
        if (status != HEAPLENS_OK) {
            return status;
        }
        answers->frames[answers->frame_count++] = frame;
    }
    return HEAPLENS_OK;
}

void heaplens__answers_forget_texts(heaplens_answers *answers)
{
    memset(answers->known, 0, sizeof(answers->known));
}

void heaplens__answers_deinit(heaplens_answers *answers)
{
    free(answers->frames);
    *answers = (heaplens_answers){0};
}

// SPDX-License-Identifier: MIT
#include "profile/names.h"

#include <stdlib.h>
#include <string.h>

// FNV-1a, 64 bits. Source: Fowler, Noll, Vo, http://www.isthe.com/chongo/tech/comp/fnv/.
static uint64_t hash_text(const char *text, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 0x100000001b3U;
    }
    return hash ^ (hash >> 32);
}

// The slot that holds the text, or the free slot where it belongs.
static size_t find_slot(const heaplens_names *names, const char *text, size_t length)
{
    size_t at = (size_t)hash_text(text, length) & (names->slot_count - 1);
    while (names->slots[at] != HEAPLENS_NAME_NONE) {
        const char *const known = names->text + names->slots[at];
        if (strncmp(known, text, length) == 0 && known[length] == '\0') {
            return at;
        }
        at = (at + 1) & (names->slot_count - 1);
    }
    return at;
}

static bool grow_slots(heaplens_names *names)
{
    heaplens_name *const old = names->slots;
    const size_t old_count = names->slot_count;
    const size_t count = old_count == 0 ? 1024 : old_count * 2;
    heaplens_name *const slots = calloc(count, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    names->slots = slots;
    names->slot_count = count;
    for (size_t i = 0; i < old_count; i++) {
        if (old[i] != HEAPLENS_NAME_NONE) {
            const char *const text = names->text + old[i];
            slots[find_slot(names, text, strlen(text))] = old[i];
        }
    }
    free(old);
    return true;
}

static bool grow_text(heaplens_names *names, size_t need)
{
    if (need <= names->capacity) {
        return true;
    }
    const size_t wanted = need + names->capacity / 2 + 4096;  // both below 2^33: no overflow
    char *const moved = realloc(names->text, wanted);
    if (moved == NULL) {
        return false;
    }
    names->text = moved;
    names->capacity = wanted;
    return true;
}

heaplens_status heaplens__names_add(heaplens_names *names, const char *text, size_t length,
                                    heaplens_name *out)
{
    const char *const end = length == 0 ? NULL : memchr(text, '\0', length);
    length = end == NULL ? length : (size_t)(end - text);
    if (length == 0) {
        *out = HEAPLENS_NAME_NONE;
        return HEAPLENS_OK;
    }
    if (names->slots_used * 2 >= names->slot_count && !grow_slots(names)) {
        return HEAPLENS_ENOMEM;
    }
    const size_t slot = find_slot(names, text, length);
    if (names->slots[slot] != HEAPLENS_NAME_NONE) {
        *out = names->slots[slot];
        return HEAPLENS_OK;
    }

    const size_t at = names->size == 0 ? 1 : names->size;  // 0 is the empty text
    if (length >= UINT32_MAX - at) {
        return HEAPLENS_ECAPACITY;
    }
    if (!grow_text(names, at + length + 1)) {
        return HEAPLENS_ENOMEM;
    }
    names->text[0] = '\0';
    memcpy(names->text + at, text, length);
    names->text[at + length] = '\0';
    names->size = at + length + 1;
    names->slots[slot] = (heaplens_name)at;
    names->slots_used++;
    *out = (heaplens_name)at;
    return HEAPLENS_OK;
}

const char *heaplens__names_text(const heaplens_names *names, heaplens_name name)
{
    return name < names->size ? names->text + name : "";
}

heaplens_status heaplens__names_copy(heaplens_names *names, const heaplens_names *from,
                                     heaplens_name name, heaplens_name *out)
{
    const char *const text = heaplens__names_text(from, name);
    return heaplens__names_add(names, text, strlen(text), out);
}

void heaplens__names_deinit(heaplens_names *names)
{
    free(names->text);
    free(names->slots);
    *names = (heaplens_names){0};
}

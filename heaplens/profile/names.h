// SPDX-License-Identifier: MIT
#ifndef HEAPLENS_PROFILE_NAMES_H
#define HEAPLENS_PROFILE_NAMES_H

#include <heaplens/heaplens.h>

/**
 * Every text of a session, each once: one block of NUL-terminated texts, and their offsets as ids.
 * A comparison of names is a comparison of ids.
 */
typedef uint32_t heaplens_name;  // offset into heaplens_names.text

enum { HEAPLENS_NAME_NONE = 0 };  // the empty text

typedef struct heaplens_names {
    char *text;            // owned; begins with the empty text, ends with NUL once not empty
    size_t size;           // bytes used
    size_t capacity;       // bytes that fit
    heaplens_name *slots;  // open-addressing table of ids; 0 is free
    size_t slot_count;     // power of two, or 0
    size_t slots_used;
} heaplens_names;

/**
 * The id of a text, which is added when it is new.
 *
 * @param[in]  text    (length) copied; a NUL inside ends it
 * @param[out] out     unchanged on failure
 * @return HEAPLENS_OK; HEAPLENS_ENOMEM; HEAPLENS_ECAPACITY beyond 4 GiB of texts
 */
heaplens_status heaplens__names_add(heaplens_names *names, const char *text, size_t length,
                                    heaplens_name *out);

/** The text of an id; "" for an id that is not one. Borrowed until the next add. */
const char *heaplens__names_text(const heaplens_names *names, heaplens_name name);

/**
 * The id here of a text that another table has.
 *
 * @return as heaplens__names_add()
 */
heaplens_status heaplens__names_copy(heaplens_names *names, const heaplens_names *from,
                                     heaplens_name name, heaplens_name *out);

/** Release what `names` owns and make it empty. */
void heaplens__names_deinit(heaplens_names *names);

#endif

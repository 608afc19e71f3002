// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_IO_JSON_TREE_H
#define COMPETENCY_IO_JSON_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/status.h>

/**
 * @file
 * A JSON text as a tree in two arrays that the next text uses again.
 *
 * A *node* is one value. The nodes of a tree stand in the order of the text: the first child of a
 * node comes right after it, its next sibling after its *span*. Strings lie in one block, without
 * their escapes.
 */
typedef enum competency__json_kind {
    COMPETENCY__JSON_NULL = 0,
    COMPETENCY__JSON_FALSE,
    COMPETENCY__JSON_TRUE,
    COMPETENCY__JSON_INTEGER,
    COMPETENCY__JSON_REAL,
    COMPETENCY__JSON_STRING,
    COMPETENCY__JSON_ARRAY,
    COMPETENCY__JSON_OBJECT,
} competency__json_kind;

typedef struct competency__json {
    competency__json_kind kind;
    const char *key;  // of a member of an object, NUL-terminated; else NULL
    union {
        int64_t integer;
        double real;
        const char *string;  // UTF-8 without NUL, NUL-terminated
    } value;
    size_t count;  // bytes of a string; values of an array or object
    size_t span;   // nodes, this one and all below it
} competency__json;

/** Zero-initialise it, but for `memory`. */
typedef struct competency__json_tree {
    competency_allocator memory;  // zeroed: the C library's
    competency__json *nodes;      // owned
    size_t node_count;
    size_t node_capacity;
    char *text;  // owned
    size_t text_capacity;
} competency__json_tree;

/**
 * Read a text: strict JSON (RFC 8259) whose root is an object or an array, UTF-8, without duplicate
 * keys, NUL in strings, integers beyond 64 bits, reals beyond double; at most 2048 levels deep.
 *
 * @param[out] root     in the tree, until the next call; NULL on failure
 * @param      is_line  the text is one line: the message gives the column only
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT; COMPETENCY_ENOMEM
 *
 * Cost: O(size); allocates only what earlier texts did not need, and a block for each number of more
 * than 1023 bytes. Jansson, which names what is wrong with a text, takes memory from the C library
 * meanwhile.
 */
competency_status competency__json_load(competency__json_tree *tree, const competency__json **root,
                                        const char *text, size_t size, bool is_line,
                                        competency_error *err);

void competency__json_tree_deinit(competency__json_tree *tree);

/** The member of an object; NULL if there is none, or `object` is NULL or no object. */
const competency__json *competency__json_get(const competency__json *object, const char *key);

/** The first value of an array or object that has one. */
const competency__json *competency__json_first(const competency__json *parent);

/** The value after `node` in the same array or object, which has one. */
const competency__json *competency__json_next(const competency__json *node);

/** Each is false for NULL. */
bool competency__json_is(const competency__json *node, competency__json_kind kind);
bool competency__json_is_number(const competency__json *node);

/** Of a node that is a number. */
double competency__json_value(const competency__json *node);

/**
 * Parse `text` as one JSON number of at most 1023 bytes and nothing else but blanks around it.
 *
 * The result is the double next to the decimal number, whatever the locale.
 */
bool competency__json_parse_number(double *out, const char *text, size_t size);

#endif

// SPDX-License-Identifier: MIT
// A JSON text as a tree in two arrays, built from the events of yajl.
//
// yajl reads a text of a candidate in a fifth of the time that jansson takes, which makes a table and
// a dozen allocations for each object. jansson words the refusals, since it says what was expected
// where, and decides about escaped surrogates, which yajl replaces by '?' where they are alone.
#include "io/json_tree.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <yajl/yajl_parse.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/utf8.h"
#include "io/parser_memory.h"

enum {
    DEPTH_MAX = 2048,           // as jansson's
    LINEAR_KEYS_MAX = 8,        // up to here every key is compared with every other
    NUMBER_SHORT_BYTES = 1024,  // with a NUL: numbers that need no block of their own
};

static const size_t NO_PARENT = SIZE_MAX;

typedef struct tree_builder {
    competency__json_tree *tree;
    char *text;       // where the next string goes
    const char *key;  // of the value that comes; NULL in an array
    size_t open;      // the innermost array or object that has not ended; NO_PARENT: none
    size_t depth;     // values around the next one
    bool is_out_of_memory;
    yajl_handle parser;
    size_t root_end;  // bytes of the text up to the root's last bracket, once that is read
} tree_builder;

// ------------------------------------------------------------------------------- numbers

static bool is_digit(const char *at, const char *end)
{
    return at < end && *at >= '0' && *at <= '9';
}

static const char *skip_digits(const char *at, const char *end)
{
    while (is_digit(at, end)) {
        at++;
    }
    return at;
}

// The end of the JSON number at `at`; NULL if there is none.
static const char *skip_number(const char *at, const char *end, bool *is_integer)
{
    *is_integer = true;
    at += at < end && *at == '-' ? 1 : 0;
    if (!is_digit(at, end)) {
        return NULL;
    }
    at = *at == '0' ? at + 1 : skip_digits(at, end);
    if (at < end && *at == '.') {
        *is_integer = false;
        if (!is_digit(at + 1, end)) {
            return NULL;
        }
        at = skip_digits(at + 1, end);
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        *is_integer = false;
        at++;
        at += at < end && (*at == '-' || *at == '+') ? 1 : 0;
        return is_digit(at, end) ? skip_digits(at, end) : NULL;
    }
    return at;
}

// `text` is a number and NUL-terminated; the thread's locale is "C". False beyond 64 bits or double.
static bool convert_number(competency__json *out, const char *text, bool is_integer)
{
    errno = 0;
    if (is_integer) {
        out->kind = COMPETENCY__JSON_INTEGER;
        out->value.integer = strtoll(text, NULL, 10);
        return errno == 0;
    }
    out->kind = COMPETENCY__JSON_REAL;
    out->value.real = strtod(text, NULL);  // ERANGE is also what is too small: that is 0, or nearly
    return isfinite(out->value.real);
}

// As convert_number(), for (size) bytes without a NUL, copied to `room`.
static bool read_number(competency__json *out, char *room, const char *text, size_t size,
                        bool is_integer)
{
    memcpy(room, text, size);
    room[size] = '\0';
    return convert_number(out, room, is_integer);
}

// The calling thread reads and writes numbers as C does, until it is given what this returned.
static locale_t enter_c_locale(void)
{
    return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));  // a constant of the C library
}

// ---------------------------------------------------------------------------------- nodes

static bool reserve_node(tree_builder *builder)
{
    competency__json_tree *const tree = builder->tree;
    if (tree->node_count < tree->node_capacity) {
        return true;
    }
    const size_t capacity = tree->node_capacity == 0 ? 256 : tree->node_capacity * 2;
    size_t bytes = 0;
    competency__json *const nodes = competency__mul(&bytes, capacity, sizeof(*nodes))
                                        ? competency__resize(&tree->memory, tree->nodes, bytes)
                                        : NULL;
    if (nodes == NULL) {
        builder->is_out_of_memory = true;
        return false;
    }
    tree->nodes = nodes;
    tree->node_capacity = capacity;
    return true;
}

// The next value in the array or object that is open. NULL: there is no memory, or it is too deep,
// or a scalar alone.
static competency__json *add_node(tree_builder *builder, competency__json_kind kind)
{
    const bool is_container = kind == COMPETENCY__JSON_ARRAY || kind == COMPETENCY__JSON_OBJECT;
    if (builder->depth == DEPTH_MAX || (builder->open == NO_PARENT && !is_container) ||
        !reserve_node(builder)) {
        return NULL;
    }
    competency__json_tree *const tree = builder->tree;
    if (builder->open != NO_PARENT) {
        tree->nodes[builder->open].count++;
    }
    competency__json *const node = &tree->nodes[tree->node_count++];
    *node = (competency__json){.kind = kind, .key = builder->key, .span = 1};
    builder->key = NULL;
    return node;
}

// While it is open, the span of an array or object is the index of the one around it.
static int begin_container(tree_builder *builder, competency__json_kind kind)
{
    competency__json *const node = add_node(builder, kind);
    if (node == NULL) {
        return 0;
    }
    node->span = builder->open;
    builder->open = builder->tree->node_count - 1;
    builder->depth++;
    return 1;
}

static competency__json *end_container(tree_builder *builder)
{
    const size_t index = builder->open;
    competency__json *const node = &builder->tree->nodes[index];
    builder->open = node->span;
    builder->depth--;
    node->span = builder->tree->node_count - index;
    return node;
}

// The block for strings is as large as the whole text, and a string with its NUL is never longer than
// with its quotes and escapes. NULL: it holds a NUL, or is not UTF-8.
static const char *copy_string(tree_builder *builder, const unsigned char *text, size_t size)
{
    char *const copy = builder->text;
    if (memchr(text, 0, size) != NULL ||
        competency__utf8_valid_prefix((const char *)text, size) != size) {
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    builder->text += size + 1;
    return copy;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_duplicates_sorted(tree_builder *builder, const competency__json *object, bool *has)
{
    const competency_allocator *const memory = &builder->tree->memory;
    const char **const keys = competency__allocate(memory, object->count * sizeof(keys[0]));
    if (keys == NULL) {
        builder->is_out_of_memory = true;
        return false;
    }
    const competency__json *member = object + 1;
    for (size_t i = 0; i < object->count; i++, member += member->span) {
        keys[i] = member->key;
    }
    qsort((void *)keys, object->count, sizeof(keys[0]), compare_keys);
    *has = false;
    for (size_t i = 1; i < object->count && !*has; i++) {
        *has = strcmp(keys[i - 1], keys[i]) == 0;
    }
    competency__release(memory, (void *)keys);
    return true;
}

static bool has_distinct_keys(tree_builder *builder, const competency__json *object)
{
    if (object->count > LINEAR_KEYS_MAX) {
        bool has = true;
        return has_duplicates_sorted(builder, object, &has) && !has;
    }
    const competency__json *member = object + 1;
    for (size_t i = 0; i < object->count; i++, member += member->span) {
        const competency__json *earlier = object + 1;
        for (size_t k = 0; k < i; k++, earlier += earlier->span) {
            if (strcmp(earlier->key, member->key) == 0) {
                return false;
            }
        }
    }
    return true;
}

// --------------------------------------------------------------------------- yajl's events

static int on_null(void *self)
{
    return add_node(self, COMPETENCY__JSON_NULL) != NULL;
}

static int on_boolean(void *self, int is_true)
{
    return add_node(self, is_true ? COMPETENCY__JSON_TRUE : COMPETENCY__JSON_FALSE) != NULL;
}

static int on_number(void *self, const char *text, size_t size)
{
    bool is_integer = false;
    competency__json *const node = add_node(self, COMPETENCY__JSON_REAL);
    if (node == NULL || skip_number(text, text + size, &is_integer) != text + size) {
        return false;
    }
    char buffer[NUMBER_SHORT_BYTES];
    if (size < sizeof(buffer)) {
        return read_number(node, buffer, text, size, is_integer);
    }
    tree_builder *const builder = self;
    char *const room = competency__allocate(&builder->tree->memory, size + 1);
    if (room == NULL) {
        builder->is_out_of_memory = true;
        return false;
    }
    const bool is_read = read_number(node, room, text, size, is_integer);
    competency__release(&builder->tree->memory, room);
    return is_read;
}

static int on_string(void *self, const unsigned char *text, size_t size)
{
    competency__json *const node = add_node(self, COMPETENCY__JSON_STRING);
    if (node == NULL) {
        return 0;
    }
    node->value.string = copy_string(self, text, size);
    node->count = size;
    return node->value.string != NULL;
}

static int on_key(void *self, const unsigned char *text, size_t size)
{
    tree_builder *const builder = self;
    builder->key = copy_string(builder, text, size);
    return builder->key != NULL;
}

static int on_object(void *self)
{
    return begin_container(self, COMPETENCY__JSON_OBJECT);
}

static void note_root_end(tree_builder *builder)
{
    if (builder->open == NO_PARENT) {
        builder->root_end = yajl_get_bytes_consumed(builder->parser);
    }
}

static int on_object_end(void *self)
{
    const int is_sound = has_distinct_keys(self, end_container(self));
    note_root_end(self);
    return is_sound;
}

static int on_array(void *self)
{
    return begin_container(self, COMPETENCY__JSON_ARRAY);
}

static int on_array_end(void *self)
{
    (void)end_container(self);
    note_root_end(self);
    return 1;
}

// yajl lets the beginning of a string, or of a number, pass behind the root.
static bool is_blank(const char *at, const char *end)
{
    while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0') {
        at++;
    }
    return at == end;
}

static bool build_tree(tree_builder *builder, const char *text, size_t size)
{
    static const yajl_callbacks events = {
        .yajl_null = on_null,
        .yajl_boolean = on_boolean,
        .yajl_number = on_number,
        .yajl_string = on_string,
        .yajl_start_map = on_object,
        .yajl_map_key = on_key,
        .yajl_end_map = on_object_end,
        .yajl_start_array = on_array,
        .yajl_end_array = on_array_end,
    };
    competency__parser_memory memory = {.memory = &builder->tree->memory};
    yajl_alloc_funcs functions = competency__parser_memory_functions(&memory);
    const locale_t before = enter_c_locale();
    if (setjmp(memory.exhausted) != 0) {
        (void)uselocale(before);
        competency__parser_memory_release(&memory);
        builder->is_out_of_memory = true;
        return false;
    }
    const yajl_handle parser = yajl_alloc(&events, &functions, builder);
    builder->parser = parser;
    (void)yajl_config(parser, yajl_dont_validate_strings, 1);  // copy_string() does, and strictly
    const bool is_read = yajl_parse(parser, (const unsigned char *)text, size) == yajl_status_ok &&
                         yajl_complete_parse(parser) == yajl_status_ok;
    (void)uselocale(before);
    yajl_free(parser);
    return is_read && builder->open == NO_PARENT && builder->tree->node_count > 0 &&
           is_blank(text + builder->root_end, text + size);
}

// ------------------------------------------------------------------------------- the whole

// yajl takes vertical tabs and form feeds for blanks. They are nowhere in JSON, neither between
// values nor, bare, in strings.
static bool has_foreign_blank(const char *text, size_t size)
{
    return size > 0 && (memchr(text, '\v', size) != NULL || memchr(text, '\f', size) != NULL);
}

// Is there an escape that could be half of a surrogate pair?
static bool may_have_surrogate(const char *text, size_t size)
{
    const char *const end = text + size;
    for (const char *at = text; (at = memchr(at, '\\', (size_t)(end - at))) != NULL; at++) {
        if (end - at > 2 && at[1] == 'u' && (at[2] == 'd' || at[2] == 'D')) {
            return true;
        }
    }
    return false;
}

static bool is_accepted_by_jansson(const char *text, size_t size)
{
    json_t *const root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    json_decref(root);
    return root != NULL;
}

// jansson's words for what is wrong with a text.
static competency_status refuse_text(const char *text, size_t size, bool is_line,
                                     competency_error *err)
{
    json_error_t why;
    json_t *const root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    json_decref(root);
    if (root != NULL) {  // it lets a NUL pass behind a number or a word
        return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: a NUL byte");
    }
    if (json_error_code(&why) == json_error_out_of_memory) {
        return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
    }
    if (is_blank(text, text + size)) {
        return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: it is empty");
    }
    // jansson names a flag of its own here.
    const char *const what =
        json_error_code(&why) == json_error_null_character ? "\\u0000 in a text" : why.text;
    if (is_line) {
        return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: %s (column %d)", what,
                                why.column);
    }
    return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: %s (line %d, column %d)", what,
                            why.line, why.column);
}

static bool reserve_text(competency__json_tree *tree, size_t size)
{
    if (size < tree->text_capacity) {
        return true;
    }
    competency__release(&tree->memory, tree->text);  // its contents are not needed any more
    tree->text = competency__allocate(&tree->memory, size + 1);
    tree->text_capacity = tree->text == NULL ? 0 : size + 1;
    return tree->text != NULL;
}

competency_status competency__json_load(competency__json_tree *tree, const competency__json **root,
                                        const char *text, size_t size, bool is_line,
                                        competency_error *err)
{
    *root = NULL;
    tree->node_count = 0;
    if (size == SIZE_MAX || !reserve_text(tree, size)) {
        return competency__fail(err, COMPETENCY_ENOMEM, "out of memory");
    }
    tree_builder builder = {.tree = tree, .text = tree->text, .open = NO_PARENT};
    if (!has_foreign_blank(text, size) && build_tree(&builder, text, size) &&
        (!may_have_surrogate(text, size) || is_accepted_by_jansson(text, size))) {
        *root = tree->nodes;
        return COMPETENCY_OK;
    }
    return builder.is_out_of_memory ? competency__fail(err, COMPETENCY_ENOMEM, "out of memory")
                                    : refuse_text(text, size, is_line, err);
}

void competency__json_tree_deinit(competency__json_tree *tree)
{
    competency__release(&tree->memory, tree->nodes);
    competency__release(&tree->memory, tree->text);
    *tree = (competency__json_tree){.memory = tree->memory};
}

const competency__json *competency__json_get(const competency__json *object, const char *key)
{
    if (!competency__json_is(object, COMPETENCY__JSON_OBJECT)) {
        return NULL;
    }
    const competency__json *member = object + 1;
    for (size_t i = 0; i < object->count; i++, member += member->span) {
        if (strcmp(member->key, key) == 0) {
            return member;
        }
    }
    return NULL;
}

const competency__json *competency__json_first(const competency__json *parent)
{
    return parent + 1;
}

const competency__json *competency__json_next(const competency__json *node)
{
    return node + node->span;
}

bool competency__json_is(const competency__json *node, competency__json_kind kind)
{
    return node != NULL && node->kind == kind;
}

bool competency__json_is_number(const competency__json *node)
{
    return competency__json_is(node, COMPETENCY__JSON_INTEGER) ||
           competency__json_is(node, COMPETENCY__JSON_REAL);
}

double competency__json_value(const competency__json *node)
{
    return node->kind == COMPETENCY__JSON_INTEGER ? (double)node->value.integer : node->value.real;
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) {
        at++;
    }
    return at;
}

bool competency__json_parse_number(double *out, const char *text, size_t size)
{
    const char *const end = text + size;
    const char *const first = skip_blanks(text, end);
    bool is_integer = false;
    const char *const last = skip_number(first, end, &is_integer);
    competency__json number = {0};
    char room[NUMBER_SHORT_BYTES];
    if (last == NULL || skip_blanks(last, end) != end || last - first >= NUMBER_SHORT_BYTES) {
        return false;
    }
    const locale_t before = enter_c_locale();
    const bool is_read = read_number(&number, room, first, (size_t)(last - first), is_integer);
    (void)uselocale(before);
    if (is_read) {
        *out = competency__json_value(&number);
    }
    return is_read;
}

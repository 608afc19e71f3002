// SPDX-License-Identifier: MIT
// A JSON parser for many small texts: one pass, no allocation once its arrays are large enough.
//
// It accepts what the general parser (jansson) accepts, which fuzz_json_tree.c holds it to, and
// leaves two rare things to it: the wording of a refusal, and numbers whose value needs more than
// one rounding.
#include "io/json_tree.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/checked.h"
#include "base/error.h"
#include "base/utf8.h"

enum {
    DEPTH_MAX = 2048,     // as jansson's
    LINEAR_KEYS_MAX = 8,  // up to here every key is compared with every other
};

typedef struct json_parser {
    competency__json_tree *tree;
    const char *at;
    const char *end;
    char *text;    // where the next string goes
    size_t depth;  // values around the one that is read
    bool is_out_of_memory;
} json_parser;

static void skip_blanks(json_parser *parser)
{
    while (parser->at < parser->end && (*parser->at == ' ' || *parser->at == '\n' ||
                                        *parser->at == '\r' || *parser->at == '\t')) {
        parser->at++;
    }
}

static bool take_char(json_parser *parser, char wanted)
{
    if (parser->at == parser->end || *parser->at != wanted) {
        return false;
    }
    parser->at++;
    return true;
}

static bool take_word(json_parser *parser, const char *word)
{
    const size_t length = strlen(word);
    if ((size_t)(parser->end - parser->at) < length || memcmp(parser->at, word, length) != 0) {
        return false;
    }
    parser->at += length;
    return true;
}

// Four hexadecimal digits.
static bool take_unit(json_parser *parser, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < 4; i++) {
        if (parser->at == parser->end) {
            return false;
        }
        const char c = *parser->at++;
        uint32_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
            digit = (uint32_t)((c | 0x20) - 'a') + 10;
        } else {
            return false;
        }
        *out = *out << 4 | digit;
    }
    return true;
}

// What follows "\u": one unit, or the two of a surrogate pair.
static bool take_code_point(json_parser *parser)
{
    uint32_t code_point = 0;
    if (!take_unit(parser, &code_point) || code_point == 0) {
        return false;
    }
    if (code_point >= 0xDC00 && code_point <= 0xDFFF) {
        return false;
    }
    if (code_point >= 0xD800 && code_point <= 0xDBFF) {
        uint32_t low = 0;
        if (!take_word(parser, "\\u") || !take_unit(parser, &low) || low < 0xDC00 || low > 0xDFFF) {
            return false;
        }
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
    }
    parser->text += competency__utf8_encode(parser->text, code_point);
    return true;
}

static bool take_escape(json_parser *parser)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (parser->at == parser->end) {
        return false;
    }
    const char letter = *parser->at++;
    if (letter == 'u') {
        return take_code_point(parser);
    }
    const char *const found = letter == '\0' ? NULL : strchr(letters, letter);
    if (found == NULL) {
        return false;
    }
    *parser->text++ = meanings[found - letters];
    return true;
}

// A string, its opening quote taken. The block for strings is as large as the whole text, and a
// string with its NUL is never longer than with its quotes and escapes.
static bool take_string(json_parser *parser, const char **out, size_t *length)
{
    char *const first = parser->text;
    while (parser->at < parser->end) {
        const unsigned char c = (unsigned char)*parser->at;
        if (c == '"') {
            parser->at++;
            *length = (size_t)(parser->text - first);
            *parser->text++ = '\0';
            *out = first;
            return true;
        }
        if (c == '\\') {
            parser->at++;
            if (!take_escape(parser)) {
                return false;
            }
        } else if (c >= 0x80) {
            uint32_t ignored = 0;
            const size_t size =
                competency__utf8_decode(&ignored, parser->at, (size_t)(parser->end - parser->at));
            if (size == 0) {
                return false;
            }
            memcpy(parser->text, parser->at, size);
            parser->text += size;
            parser->at += size;
        } else if (c < 0x20) {
            return false;
        } else {
            *parser->text++ = (char)c;
            parser->at++;
        }
    }
    return false;
}

static bool is_digit(const json_parser *parser)
{
    return parser->at < parser->end && *parser->at >= '0' && *parser->at <= '9';
}

// A number's digits as one integer, and where its point stands.
typedef struct decimal {
    bool is_negative;
    bool is_integer;
    uint64_t digits;     // meaningful up to 19 of them
    size_t digit_count;  // after leading zeros
    int64_t exponent;    // of ten
} decimal;

static void take_digits(json_parser *parser, decimal *number, bool is_fraction)
{
    while (is_digit(parser)) {
        const uint64_t digit = (uint64_t)(*parser->at++ - '0');
        number->digit_count += number->digits != 0 || digit != 0 ? 1 : 0;
        number->digits = number->digits * 10 + digit;
        number->exponent -= is_fraction ? 1 : 0;
    }
}

static bool take_exponent(json_parser *parser, decimal *number)
{
    const bool is_negative = take_char(parser, '-');
    if (!is_negative) {
        (void)take_char(parser, '+');
    }
    if (!is_digit(parser)) {
        return false;
    }
    int64_t exponent = 0;
    while (is_digit(parser)) {
        exponent = exponent * 10 + (*parser->at++ - '0');
        exponent = exponent > 1000000 ? 1000000 : exponent;
    }
    number->exponent += is_negative ? -exponent : exponent;
    return true;
}

static bool take_decimal(json_parser *parser, decimal *number)
{
    *number = (decimal){.is_integer = true};
    number->is_negative = take_char(parser, '-');
    if (!is_digit(parser)) {
        return false;
    }
    if (*parser->at == '0') {
        parser->at++;
        if (is_digit(parser)) {
            return false;
        }
    } else {
        take_digits(parser, number, false);
    }
    if (take_char(parser, '.')) {
        number->is_integer = false;
        if (!is_digit(parser)) {
            return false;
        }
        take_digits(parser, number, true);
    }
    if (take_char(parser, 'e') || take_char(parser, 'E')) {
        number->is_integer = false;
        return take_exponent(parser, number);
    }
    return true;
}

// Up to 15 digits and a power of ten up to 22 are both exact doubles: one rounding, so the result
// is the nearest double. Source: Clinger 1990, "How to Read Floating Point Numbers Accurately".
static bool round_once(double *out, const decimal *number)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    if (number->digit_count > 15 || number->exponent < -22 || number->exponent > 22) {
        return false;
    }
    const double digits = (double)number->digits;
    const double value = number->exponent < 0 ? digits / powers[-number->exponent]
                                              : digits * powers[number->exponent];
    *out = number->is_negative ? -value : value;
    return true;
}

static bool load_number(competency__json *out, const char *text, size_t size)
{
    json_t *const value = json_loadb(text, size, JSON_DECODE_ANY, NULL);
    const bool is_number = json_is_number(value);
    if (json_is_integer(value)) {
        out->kind = COMPETENCY__JSON_INTEGER;
        out->value.integer = json_integer_value(value);
    } else if (is_number) {
        out->kind = COMPETENCY__JSON_REAL;
        out->value.real = json_real_value(value);
    }
    json_decref(value);
    return is_number;
}

static bool take_number(json_parser *parser, competency__json *out)
{
    const char *const first = parser->at;
    decimal number;
    if (!take_decimal(parser, &number)) {
        return false;
    }
    if (number.is_integer && number.digit_count <= 18) {
        out->kind = COMPETENCY__JSON_INTEGER;
        out->value.integer = number.is_negative ? -(int64_t)number.digits : (int64_t)number.digits;
        return true;
    }
    out->kind = COMPETENCY__JSON_REAL;
    return (!number.is_integer && round_once(&out->value.real, &number)) ||
           load_number(out, first, (size_t)(parser->at - first));
}

static bool add_node(json_parser *parser, size_t *index)
{
    competency__json_tree *const tree = parser->tree;
    if (tree->node_count == tree->node_capacity) {
        const size_t capacity = tree->node_capacity == 0 ? 256 : tree->node_capacity * 2;
        size_t bytes = 0;
        competency__json *const nodes =
            competency__mul(&bytes, capacity, sizeof(*nodes)) ? realloc(tree->nodes, bytes) : NULL;
        if (nodes == NULL) {
            parser->is_out_of_memory = true;
            return false;
        }
        tree->nodes = nodes;
        tree->node_capacity = capacity;
    }
    *index = tree->node_count++;
    tree->nodes[*index] = (competency__json){.span = 1};
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_duplicates_sorted(json_parser *parser, const competency__json *object, bool *has)
{
    const char **const keys = calloc(object->count, sizeof(keys[0]));
    if (keys == NULL) {
        parser->is_out_of_memory = true;
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
    free((void *)keys);
    return true;
}

static bool has_distinct_keys(json_parser *parser, const competency__json *object)
{
    if (object->count > LINEAR_KEYS_MAX) {
        bool has = true;
        return has_duplicates_sorted(parser, object, &has) && !has;
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

static bool take_value(json_parser *parser, const char *key);

static bool take_member(json_parser *parser)
{
    const char *key = NULL;
    size_t length = 0;
    if (!take_char(parser, '"') || !take_string(parser, &key, &length)) {
        return false;
    }
    skip_blanks(parser);
    if (!take_char(parser, ':')) {
        return false;
    }
    skip_blanks(parser);
    return take_value(parser, key);
}

// The values of an array or object, its opening bracket taken.
static bool take_values(json_parser *parser, size_t index, competency__json_kind kind)
{
    const char closing = kind == COMPETENCY__JSON_ARRAY ? ']' : '}';
    size_t count = 0;
    skip_blanks(parser);
    if (!take_char(parser, closing)) {
        do {
            skip_blanks(parser);
            if (!(kind == COMPETENCY__JSON_ARRAY ? take_value(parser, NULL)
                                                 : take_member(parser))) {
                return false;
            }
            count++;
            skip_blanks(parser);
        } while (take_char(parser, ','));
        if (!take_char(parser, closing)) {
            return false;
        }
    }
    competency__json *const node = &parser->tree->nodes[index];
    node->kind = kind;
    node->count = count;
    node->span = parser->tree->node_count - index;
    return kind == COMPETENCY__JSON_ARRAY || has_distinct_keys(parser, node);
}

static bool take_scalar(json_parser *parser, competency__json *node)
{
    if (take_char(parser, '"')) {
        node->kind = COMPETENCY__JSON_STRING;
        return take_string(parser, &node->value.string, &node->count);
    }
    if (take_word(parser, "null")) {
        return true;
    }
    if (take_word(parser, "true") || take_word(parser, "false")) {
        node->kind = parser->at[-2] == 'u' ? COMPETENCY__JSON_TRUE : COMPETENCY__JSON_FALSE;
        return true;
    }
    return take_number(parser, node);
}

static bool take_value(json_parser *parser, const char *key)
{
    size_t index = 0;
    if (parser->depth == DEPTH_MAX || !add_node(parser, &index)) {
        return false;
    }
    parser->depth++;
    parser->tree->nodes[index].key = key;
    bool is_taken = false;
    if (take_char(parser, '[')) {
        is_taken = take_values(parser, index, COMPETENCY__JSON_ARRAY);
    } else if (take_char(parser, '{')) {
        is_taken = take_values(parser, index, COMPETENCY__JSON_OBJECT);
    } else {
        is_taken = take_scalar(parser, &parser->tree->nodes[index]);
    }
    parser->depth--;
    return is_taken;
}

static bool take_root(json_parser *parser)
{
    skip_blanks(parser);
    const bool is_container =
        parser->at < parser->end && (*parser->at == '{' || *parser->at == '[');
    if (!is_container || !take_value(parser, NULL)) {
        return false;
    }
    skip_blanks(parser);
    return parser->at == parser->end;
}

// The general parser's words for what is wrong with a text.
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
    if (is_line) {
        return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: %s (column %d)", why.text,
                                why.column);
    }
    return competency__fail(err, COMPETENCY_EFORMAT, "not JSON: %s (line %d, column %d)", why.text,
                            why.line, why.column);
}

static bool reserve_text(competency__json_tree *tree, size_t size)
{
    if (size < tree->text_capacity) {
        return true;
    }
    free(tree->text);  // its contents are not needed any more
    tree->text = malloc(size + 1);
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
    json_parser parser = {.tree = tree, .at = text, .end = text + size, .text = tree->text};
    if (take_root(&parser)) {
        *root = tree->nodes;
        return COMPETENCY_OK;
    }
    return parser.is_out_of_memory ? competency__fail(err, COMPETENCY_ENOMEM, "out of memory")
                                   : refuse_text(text, size, is_line, err);
}

void competency__json_tree_deinit(competency__json_tree *tree)
{
    free(tree->nodes);
    free(tree->text);
    *tree = (competency__json_tree){0};
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

bool competency__json_parse_number(double *out, const char *text, size_t size)
{
    json_parser parser = {.at = text, .end = text + size};
    competency__json number = {0};
    skip_blanks(&parser);
    bool is_number = take_number(&parser, &number);
    skip_blanks(&parser);
    is_number = is_number && parser.at == parser.end;
    if (is_number) {
        *out = competency__json_value(&number);
    }
    return is_number;
}

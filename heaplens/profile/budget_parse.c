// SPDX-License-Identifier: MIT
// The reader of budget files, by recursive descent; docs/format/budget.md has the grammar.
#include <stdlib.h>
#include <string.h>

#include "profile/array.h"
#include "profile/budget_file.h"

enum {
    MILLION = 1000000,
    PERCENT_DIGITS = 4,  // 0.0001 % is one millionth
};

// Of a limit relative to the baseline. Bounds the product in share_of().
#define SHARE_PPM_MAX UINT64_C(1000000000000)

typedef struct parser {
    heaplens_budget_file *budget;
    const char *text;
    const char *end;
    const char *at;
    const char *line_start;
    uint32_t line;
    heaplens_failure *failure;
} parser;

// The column counts bytes, as compilers do.
#define FAIL_AT(p, where, format, ...)                                                       \
    heaplens__fail((p)->failure, HEAPLENS_EFORMAT, "line %u, column %u: " format, (p)->line, \
                   (unsigned)((where) - (p)->line_start) + 1, __VA_ARGS__)

static char peek(const parser *p)
{
    return p->at < p->end ? *p->at : '\n';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static void skip_blanks(parser *p)
{
    while (p->at < p->end && is_blank(*p->at)) {
        p->at++;
    }
}

static bool is_line_end(const parser *p)
{
    return peek(p) == '\n' || peek(p) == '#';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// A word of letters at the cursor; 0 long if there is none.
static size_t take_word(parser *p, const char **word)
{
    *word = p->at;
    while (p->at < p->end && is_letter(*p->at)) {
        p->at++;
    }
    return (size_t)(p->at - *word);
}

static bool is_word(const char *word, size_t length, const char *want)
{
    return strlen(want) == length && memcmp(word, want, length) == 0;
}

// What stands at a place, for a message: at most a few characters, printable.
typedef struct excerpt {
    char text[24];
} excerpt;

static excerpt excerpt_at(const parser *p, const char *at)
{
    excerpt out = {.text = "the end of the line"};
    size_t length = 0;
    while (at + length < p->end && at[length] != '\n' && length < 20) {
        const unsigned char c = (unsigned char)at[length];
        out.text[length++] = c < 0x20 || c >= 0x7f ? '?' : (char)c;
    }
    if (length > 0) {
        out.text[length] = '\0';
    }
    return out;
}

static heaplens_status keep_text(parser *p, const char *text, size_t length, heaplens_name *out)
{
    return heaplens__names_add(&p->budget->names, text, length, out);
}

// ------------------------------------------------------------------------------------- amounts

typedef struct unit_factor {
    const char *word;
    uint64_t factor;
} unit_factor;

static const unit_factor byte_units[] = {
    {"B", 1},
    {"KiB", 1ULL << 10},
    {"MiB", 1ULL << 20},
    {"GiB", 1ULL << 30},
    {"TiB", 1ULL << 40},
    {"kB", 1000},
    {"MB", 1000000},
    {"GB", 1000000000},
    {NULL, 0},
};
static const unit_factor block_units[] = {
    {"k", 1000},
    {"M", 1000000},
    {"G", 1000000000},
    {NULL, 0},
};
static const unit_factor time_units[] = {
    {"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}, {NULL, 0},
};

static const unit_factor *units_of(heaplens_budget_unit unit)
{
    switch (unit) {
    case HEAPLENS_BUDGET_UNIT_BYTES: return byte_units;
    case HEAPLENS_BUDGET_UNIT_BLOCKS: return block_units;
    case HEAPLENS_BUDGET_UNIT_TIME: return time_units;
    }
    return byte_units;
}

static const char *unit_words(heaplens_budget_unit unit)
{
    switch (unit) {
    case HEAPLENS_BUDGET_UNIT_BYTES: return "bytes: B, KiB, MiB, GiB, TiB, kB, MB or GB";
    case HEAPLENS_BUDGET_UNIT_BLOCKS: return "blocks: k, M or G";
    case HEAPLENS_BUDGET_UNIT_TIME: return "time: ns, us, ms or s";
    }
    return "";
}

// A decimal number in units of 10^-places, e.g. 1.5 with 3 places is 1500.
typedef struct decimal {
    uint64_t whole;
    uint64_t fraction;  // of `scale`
    uint64_t scale;     // a power of ten, at most a million
} decimal;

static heaplens_status take_decimal(parser *p, decimal *out)
{
    const char *const start = p->at;
    *out = (decimal){.scale = 1};
    if (!is_digit(peek(p))) {
        return FAIL_AT(p, start, "a number or \"baseline\" is wanted, not \"%s\"",
                       excerpt_at(p, start).text);
    }
    // 18 digits and an underscore between any two of them: 10^18 fits, so nothing overflows here.
    size_t digits = 0;
    for (; is_digit(peek(p)) || (peek(p) == '_' && digits > 0); p->at++) {
        if (peek(p) != '_') {
            digits++;
            out->whole = digits <= 18 ? out->whole * 10 + (uint64_t)(peek(p) - '0') : 0;
        }
    }
    if (digits > 18) {
        return FAIL_AT(p, start, "a number of %zu digits, limit 18", digits);
    }
    if (peek(p) == '.') {
        p->at++;
        if (!is_digit(peek(p))) {
            return FAIL_AT(p, p->at, "a digit is wanted behind the point, not \"%s\"",
                           excerpt_at(p, p->at).text);
        }
        for (; is_digit(peek(p)); p->at++) {
            if (out->scale == MILLION) {
                return FAIL_AT(p, start, "more than %d digits behind the point", 6);
            }
            out->scale *= 10;
            out->fraction = out->fraction * 10 + (uint64_t)(peek(p) - '0');
        }
    }
    return HEAPLENS_OK;
}

// number * factor, rounded down.
static bool scale_decimal(decimal number, uint64_t factor, uint64_t *out)
{
    // fraction < scale <= 10^6 and factor <= 2^40: no overflow.
    const uint64_t part = number.fraction * factor / number.scale;
    if (factor != 0 && number.whole > (UINT64_MAX - part) / factor) {
        return false;
    }
    *out = number.whole * factor + part;
    return true;
}

static heaplens_status take_unit(parser *p, heaplens_budget_unit unit, const char *number_start,
                                 decimal number, uint64_t *out)
{
    const char *word = NULL;
    skip_blanks(p);
    const char *const start = p->at;
    const size_t length = take_word(p, &word);
    uint64_t factor = length == 0 ? 1 : 0;
    for (const unit_factor *u = units_of(unit); u->word != NULL && factor == 0; u++) {
        factor = is_word(word, length, u->word) ? u->factor : 0;
    }
    if (factor == 0) {
        return FAIL_AT(p, start, "\"%s\" is no unit of %s", excerpt_at(p, start).text,
                       unit_words(unit));
    }
    if (length == 0 && unit == HEAPLENS_BUDGET_UNIT_TIME && number.whole + number.fraction > 0) {
        return FAIL_AT(p, start, "a unit is wanted of %s", unit_words(unit));
    }
    if (factor == 1 && number.fraction > 0) {
        return FAIL_AT(p, number_start, "a fraction of one is none of %s", unit_words(unit));
    }
    return scale_decimal(number, factor, out)
               ? HEAPLENS_OK
               : FAIL_AT(p, number_start, "%s is larger than 2^64", "the number");
}

static heaplens_status take_amount(parser *p, heaplens_budget_unit unit, uint64_t *out)
{
    const char *const start = p->at;
    decimal number;
    const heaplens_status status = take_decimal(p, &number);
    return status == HEAPLENS_OK ? take_unit(p, unit, start, number, out) : status;
}

// "baseline" has been read: [("+" | "-") (amount | number "%")]
static heaplens_status take_offset(parser *p, heaplens_budget_limit *limit)
{
    skip_blanks(p);
    if (peek(p) != '+' && peek(p) != '-') {
        return HEAPLENS_OK;
    }
    limit->is_below = peek(p) == '-';
    p->at++;
    skip_blanks(p);
    const char *const start = p->at;
    decimal number;
    const heaplens_status status = take_decimal(p, &number);
    if (status != HEAPLENS_OK) {
        return status;
    }
    skip_blanks(p);
    if (peek(p) != '%') {
        return take_unit(p, heaplens_budget_metric_unit(limit->metric), start, number,
                         &limit->amount);
    }
    p->at++;
    if (!scale_decimal(number, MILLION / 100, &limit->share_ppm) ||
        limit->share_ppm > SHARE_PPM_MAX) {
        return FAIL_AT(p, start, "%s is more than 100,000,000 %%", "the share");
    }
    if (number.fraction * (MILLION / 100) % number.scale != 0) {
        return FAIL_AT(p, start, "a share has at most %d digits behind the point", PERCENT_DIGITS);
    }
    return HEAPLENS_OK;
}

// -------------------------------------------------------------------------------------- limits

static heaplens_status take_bound(parser *p, heaplens_budget_limit *limit)
{
    const char *word = NULL;
    skip_blanks(p);
    const char *const start = p->at;
    const size_t length = take_word(p, &word);
    if (is_word(word, length, "baseline")) {
        limit->is_relative = true;
        p->budget->is_relative = true;
        return take_offset(p, limit);
    }
    p->at = start;
    return take_amount(p, heaplens_budget_metric_unit(limit->metric), &limit->amount);
}

static bool find_metric(const char *word, size_t length, heaplens_budget_metric *out)
{
    for (int i = 0; i < HEAPLENS_BUDGET_METRIC_COUNT; i++) {
        if (is_word(word, length, heaplens_budget_metric_name((heaplens_budget_metric)i))) {
            *out = (heaplens_budget_metric)i;
            return true;
        }
    }
    return false;
}

static heaplens_status take_limit(parser *p, const char *word, size_t length)
{
    heaplens_budget_file *const budget = p->budget;
    heaplens_budget_limit limit = {.section = (uint32_t)(budget->section_count - 1),
                                   .line = p->line};
    if (!find_metric(word, length, &limit.metric)) {
        return FAIL_AT(p, word,
                       "\"%s\" is no figure: peak, total, blocks, leaked, leaked_blocks, "
                       "temporary, mean_lifetime, max_lifetime or max_lifetime_time",
                       excerpt_at(p, word).text);
    }
    const bool has_equal = p->at + 1 < p->end && p->at[1] == '=';
    if (peek(p) == '=') {  // "==": a single one is a setting
        limit.comparison = HEAPLENS_BUDGET_EXACTLY;
    } else {
        limit.comparison = has_equal ? HEAPLENS_BUDGET_AT_MOST : HEAPLENS_BUDGET_BELOW;
    }
    p->at += has_equal ? 2 : 1;
    heaplens_status status = take_bound(p, &limit);
    const char *end = p->at;
    while (end > word && is_blank(end[-1])) {
        end--;
    }
    if (status == HEAPLENS_OK) {
        status = keep_text(p, word, (size_t)(end - word), &limit.text);
    }
    if (status == HEAPLENS_OK && !heaplens__array_reserve(&budget->limits, &budget->limit_capacity,
                                                          budget->limit_count + 1, sizeof(limit))) {
        status = HEAPLENS_ENOMEM;
    }
    if (status == HEAPLENS_OK) {
        budget->limits[budget->limit_count++] = limit;
    }
    return status;
}

// ------------------------------------------------------------------------------------ settings

// "..." on one line; \" is a quote, any other backslash is left to the pattern.
static heaplens_status take_string(parser *p, heaplens_name *out)
{
    const char *const start = p->at;
    char text[HEAPLENS_BUDGET_TEXT_MAX];
    size_t length = 0;
    if (peek(p) != '"') {
        return FAIL_AT(p, start, "a pattern in quotes is wanted, not \"%s\"",
                       excerpt_at(p, start).text);
    }
    for (p->at++; peek(p) != '"'; p->at++) {
        if ((unsigned char)peek(p) < 0x20) {  // a line end, too
            return FAIL_AT(p, start, "%s has no end on this line", "the pattern");
        }
        if (peek(p) == '\\' && p->at + 1 < p->end && p->at[1] == '"') {
            p->at++;
        }
        if (length == sizeof(text)) {
            return FAIL_AT(p, start, "a pattern of more than %d bytes", HEAPLENS_BUDGET_TEXT_MAX);
        }
        text[length++] = *p->at;
    }
    p->at++;
    if (length == 0) {
        return FAIL_AT(p, start, "%s is empty, so nothing could match it", "the pattern");
    }
    return keep_text(p, text, length, out);
}

static heaplens_status take_absent(parser *p, heaplens_budget_section *section)
{
    const char *word = NULL;
    const char *const start = p->at;
    const size_t length = take_word(p, &word);
    if (!is_word(word, length, "allowed")) {
        return FAIL_AT(p, start, "only \"absent = allowed\" is known, not \"%s\"",
                       excerpt_at(p, start).text);
    }
    section->may_be_absent = true;
    return HEAPLENS_OK;
}

static heaplens_status take_setting(parser *p, const char *word, size_t length)
{
    heaplens_budget_section *const section = &p->budget->sections[p->budget->section_count - 1];
    p->at++;  // "="
    skip_blanks(p);
    if (is_word(word, length, "absent")) {
        return take_absent(p, section);
    }
    heaplens_name *pattern = NULL;
    if (is_word(word, length, "function")) {
        pattern = &section->function;
    } else if (is_word(word, length, "module")) {
        pattern = &section->module;
    } else if (is_word(word, length, "process")) {
        pattern = &section->process;
    } else if (is_word(word, length, "label")) {
        pattern = &section->label;
    } else {
        return FAIL_AT(p, word, "\"%s\" is no setting: function, module, process, label or absent",
                       excerpt_at(p, word).text);
    }
    if (section->is_profile && pattern != &section->process) {
        return FAIL_AT(p, word, "%s is the whole profile; a part of it needs another name",
                       "[profile]");
    }
    if (*pattern != HEAPLENS_NAME_NONE) {
        return FAIL_AT(p, word, "\"%s\" was given before", excerpt_at(p, word).text);
    }
    return take_string(p, pattern);
}

// ------------------------------------------------------------------------------------ sections

// Scopes are measured as a whole: by their own figures, not by those of call stacks.
static heaplens_status check_label(const parser *p, const heaplens_budget_section *section,
                                   const char *name)
{
    const heaplens_budget_file *const budget = p->budget;
    if (section->function != HEAPLENS_NAME_NONE || section->module != HEAPLENS_NAME_NONE) {
        return heaplens__fail(
            p->failure, HEAPLENS_EFORMAT,
            "line %u, column 1: [%.80s] has a label, and so no function or module", section->line,
            name);
    }
    for (size_t i = budget->limit_count; i > 0; i--) {
        const heaplens_budget_limit *const limit = &budget->limits[i - 1];
        if (limit->section != budget->section_count - 1) {
            break;
        }
        if (limit->metric == HEAPLENS_BUDGET_MEAN_LIFETIME ||
            limit->metric == HEAPLENS_BUDGET_MAX_LIFETIME ||
            limit->metric == HEAPLENS_BUDGET_MAX_LIFETIME_TIME) {
            return heaplens__fail(p->failure, HEAPLENS_EFORMAT,
                                  "line %u, column 1: scopes have no lifetimes", limit->line);
        }
    }
    return HEAPLENS_OK;
}

// A section without a limit, or that is no part of anything, is a mistake that would pass.
static heaplens_status check_section(const parser *p)
{
    const heaplens_budget_file *const budget = p->budget;
    if (budget->section_count == 0) {
        return HEAPLENS_OK;
    }
    const size_t last = budget->section_count - 1;
    const heaplens_budget_section *const section = &budget->sections[last];
    const char *const name = heaplens__budget_text(budget, section->name);
    if (!section->is_profile && section->function == HEAPLENS_NAME_NONE &&
        section->module == HEAPLENS_NAME_NONE && section->process == HEAPLENS_NAME_NONE &&
        section->label == HEAPLENS_NAME_NONE) {
        return heaplens__fail(
            p->failure, HEAPLENS_EFORMAT,
            "line %u, column 1: [%.80s] names no function, module, process or label; "
            "the whole is [profile]",
            section->line, name);
    }
    if (budget->limit_count == 0 || budget->limits[budget->limit_count - 1].section != last) {
        return heaplens__fail(p->failure, HEAPLENS_EFORMAT,
                              "line %u, column 1: [%.80s] has no limit", section->line, name);
    }
    return section->label == HEAPLENS_NAME_NONE ? HEAPLENS_OK : check_label(p, section, name);
}

static heaplens_status add_section(parser *p, const char *start, const char *name, size_t length)
{
    heaplens_budget_file *const budget = p->budget;
    heaplens_budget_section section = {.line = p->line,
                                       .is_profile = is_word(name, length, "profile")};
    const heaplens_status status = keep_text(p, name, length, &section.name);
    if (status != HEAPLENS_OK) {
        return status;
    }
    for (size_t i = 0; i < budget->section_count; i++) {
        if (budget->sections[i].name == section.name) {
            return FAIL_AT(p, start, "[%.80s] was on line %u already",
                           heaplens__budget_text(budget, section.name), budget->sections[i].line);
        }
    }
    if (budget->section_count == HEAPLENS_BUDGET_SECTIONS_MAX) {
        return FAIL_AT(p, start, "more than %d sections", HEAPLENS_BUDGET_SECTIONS_MAX);
    }
    if (!heaplens__array_reserve(&budget->sections, &budget->section_capacity,
                                 budget->section_count + 1, sizeof(section))) {
        return HEAPLENS_ENOMEM;
    }
    budget->sections[budget->section_count++] = section;
    return HEAPLENS_OK;
}

static heaplens_status take_section(parser *p)
{
    const char *const start = p->at++;
    skip_blanks(p);
    const char *const name = p->at;
    while (peek(p) != ']') {
        const unsigned char c = (unsigned char)peek(p);
        if (c == '\n' || c == '[' || (c < 0x20 && c != '\t') || c == 0x7f) {
            return FAIL_AT(p, start, "%s has no \"]\"", "the name of the section");
        }
        p->at++;
    }
    const char *end = p->at++;
    while (end > name && is_blank(end[-1])) {
        end--;
    }
    if (end == name || end - name > HEAPLENS_BUDGET_TEXT_MAX) {
        return FAIL_AT(p, start, "the name of a section has 1 to %d bytes",
                       HEAPLENS_BUDGET_TEXT_MAX);
    }
    const heaplens_status status = check_section(p);
    return status == HEAPLENS_OK ? add_section(p, start, name, (size_t)(end - name)) : status;
}

// -------------------------------------------------------------------------------------- the file

static heaplens_status take_statement(parser *p)
{
    const char *word = NULL;
    const char *const start = p->at;
    const size_t length = take_word(p, &word);
    if (length == 0) {
        return FAIL_AT(p, start, "a figure or a setting is wanted, not \"%s\"",
                       excerpt_at(p, start).text);
    }
    if (p->budget->section_count == 0) {
        return FAIL_AT(p, start, "%s stands before the first section; begin with [profile]",
                       "a limit or a setting");
    }
    skip_blanks(p);
    const bool is_single = peek(p) == '=' && (p->at + 1 == p->end || p->at[1] != '=');
    heaplens_budget_metric metric = HEAPLENS_BUDGET_PEAK;
    if (is_single && !find_metric(word, length, &metric)) {
        return take_setting(p, word, length);
    }
    if (is_single || (peek(p) != '<' && peek(p) != '=')) {
        return FAIL_AT(p, p->at, "\"<=\", \"<\", \"==\" or \"=\" is wanted, not \"%s\"",
                       excerpt_at(p, p->at).text);
    }
    return take_limit(p, word, length);
}

// One line: [section] [statement] [comment]
static heaplens_status take_line(parser *p)
{
    heaplens_status status = HEAPLENS_OK;
    skip_blanks(p);
    if (peek(p) == '[') {
        status = take_section(p);
        skip_blanks(p);
    }
    if (status == HEAPLENS_OK && !is_line_end(p)) {
        status = take_statement(p);
        skip_blanks(p);
    }
    if (status == HEAPLENS_OK && !is_line_end(p)) {
        status =
            FAIL_AT(p, p->at, "the line should end here, before \"%s\"", excerpt_at(p, p->at).text);
    }
    while (p->at < p->end && *p->at != '\n') {
        p->at++;
    }
    return status;
}

static heaplens_status parse_file(parser *p)
{
    heaplens_status status = HEAPLENS_OK;
    while (p->at < p->end && status == HEAPLENS_OK) {
        p->line++;
        p->line_start = p->at;
        status = take_line(p);
        p->at += p->at < p->end ? 1 : 0;
    }
    if (status == HEAPLENS_OK) {
        status = check_section(p);
    }
    if (status == HEAPLENS_OK && p->budget->limit_count == 0) {
        status = heaplens__fail(p->failure, HEAPLENS_EFORMAT, "there is no limit in the file");
    }
    return status;
}

heaplens_status heaplens_budget_file_parse(heaplens_budget_file **out, const char *text,
                                           size_t size, heaplens_failure *failure)
{
    *out = NULL;
    if (size > HEAPLENS_BUDGET_BYTES_MAX) {
        return heaplens__fail(failure, HEAPLENS_EFORMAT, "%zu bytes, limit %d", size,
                              HEAPLENS_BUDGET_BYTES_MAX);
    }
    heaplens_budget_file *const budget = calloc(1, sizeof(*budget));
    if (budget == NULL) {
        return HEAPLENS_ENOMEM;
    }
    parser p = {
        .budget = budget,
        .text = text,
        .at = text,
        .end = text + size,
        .line_start = text,
        .failure = failure,
    };
    const heaplens_status status = parse_file(&p);
    if (status != HEAPLENS_OK) {
        heaplens_budget_file_destroy(budget);
        return status;
    }
    *out = budget;
    return HEAPLENS_OK;
}

// SPDX-License-Identifier: MIT
// The parameters of the classic scoring model as JSON.
#include <stddef.h>
#include <string.h>

#include <competency/io.h>

#include "base/error.h"
#include "io/config_fields.h"
#include "io/json_reader.h"
#include "io/number_text.h"

static const competency__config_field *find_field(const char *group, const char *name)
{
    for (size_t i = 0; i < competency__config_field_count; i++) {
        const competency__config_field *const field = &competency__config_fields[i];
        if (strcmp(field->group, group) == 0 && strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

static bool is_group(const char *name)
{
    for (size_t i = 0; i < competency__config_field_count; i++) {
        if (strcmp(competency__config_fields[i].group, name) == 0) {
            return true;
        }
    }
    return false;
}

static competency_status read_field(competency_classic_config *config,
                                    competency__json_reader *reader, const char *group,
                                    const char *name, const competency__json *value)
{
    const competency__config_field *const field = find_field(group, name);
    if (field == NULL) {
        return competency__json_refuse(reader, COMPETENCY_EFORMAT, "no such parameter: \"%s\"",
                                       name);
    }
    double number = 0;
    const size_t mark = competency__json_enter(reader, field->name);
    const competency_status status = competency__json_number(reader, value, &number);
    competency__json_leave(reader, mark);
    if (status == COMPETENCY_OK) {
        memcpy((char *)config + field->offset, &number, sizeof(number));
    }
    return status;
}

static competency_status read_group(competency_classic_config *config,
                                    competency__json_reader *reader, const char *group,
                                    const competency__json *object)
{
    if (!competency__json_is(object, COMPETENCY__JSON_OBJECT)) {
        return competency__json_mistyped(reader, object, "an object with parameters");
    }
    const competency__json *value = competency__json_first(object);
    for (size_t i = 0; i < object->count; i++, value = competency__json_next(value)) {
        const competency_status status = read_field(config, reader, group, value->key, value);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

static competency_status read_groups(competency_classic_config *config,
                                     competency__json_reader *reader, const competency__json *root)
{
    if (!competency__json_is(root, COMPETENCY__JSON_OBJECT)) {
        return competency__json_mistyped(reader, root, "an object with groups of parameters");
    }
    const competency__json *value = competency__json_first(root);
    for (size_t i = 0; i < root->count; i++, value = competency__json_next(value)) {
        const char *const group = value->key;
        if (!is_group(group)) {
            return competency__json_refuse(reader, COMPETENCY_EFORMAT,
                                           "no such group of parameters: \"%s\"", group);
        }
        const size_t mark = competency__json_enter(reader, group);
        const competency_status status = read_group(config, reader, group, value);
        competency__json_leave(reader, mark);
        if (status != COMPETENCY_OK) {
            return status;
        }
    }
    return COMPETENCY_OK;
}

static double value_of(const competency_classic_config *config,
                       const competency__config_field *field)
{
    double value = 0;
    memcpy(&value, (const char *)config + field->offset, sizeof(value));
    return value;
}

// The published text names the parameter and its range; the value that is out of it is added.
static competency_status check_config(const competency_classic_config *config,
                                      competency_error *err)
{
    competency_error why = {0};
    const competency_status status = competency_classic_config_check(config, &why);
    if (status == COMPETENCY_OK) {
        return status;
    }
    const size_t length = strcspn(why.message, " ");
    for (size_t i = 0; i < competency__config_field_count; i++) {
        const competency__config_field *const field = &competency__config_fields[i];
        if (strlen(field->name) == length && strncmp(why.message, field->name, length) == 0) {
            char text[COMPETENCY__NUMBER_TEXT_BYTES];
            (void)competency__number_text(text, value_of(config, field));
            return competency__fail(err, status, "%s, not %s", why.message, text);
        }
    }
    return competency__fail(err, status, "%s", why.message);
}

// Equal but for '-' where the field has '_'.
static bool is_named(const competency__config_field *field, const char *name)
{
    size_t i = 0;
    while (field->name[i] != '\0' &&
           (name[i] == field->name[i] || (field->name[i] == '_' && name[i] == '-'))) {
        i++;
    }
    return field->name[i] == '\0' && name[i] == '\0';
}

competency_status competency_classic_config_set(competency_classic_config *config, const char *name,
                                                const char *text, competency_error *err)
{
    for (size_t i = 0; i < competency__config_field_count; i++) {
        const competency__config_field *const field = &competency__config_fields[i];
        if (!is_named(field, name)) {
            continue;
        }
        double value = 0;
        if (!competency__json_parse_number(&value, text, strlen(text))) {
            return competency__fail(err, COMPETENCY_EINVAL, "%s must be a number, not \"%.40s\"",
                                    field->name, text);
        }
        competency_classic_config changed = *config;
        memcpy((char *)&changed + field->offset, &value, sizeof(value));
        const competency_status status = check_config(&changed, err);
        if (status == COMPETENCY_OK) {
            *config = changed;
        }
        return status;
    }
    return competency__fail(err, COMPETENCY_EINVAL, "no such parameter: \"%.40s\"", name);
}

competency_status competency_classic_config_parse(competency_classic_config *out, const char *json,
                                                  size_t size, competency_error *err)
{
    competency__json_tree tree = {0};
    const competency__json *root = NULL;
    competency_status status = competency__json_load(&tree, &root, json, size, false, err);
    if (status == COMPETENCY_OK) {
        competency_classic_config config = competency_classic_config_default();
        competency__json_reader reader = {.err = err};
        status = read_groups(&config, &reader, root);
        if (status == COMPETENCY_OK) {
            status = check_config(&config, err);
        }
        if (status == COMPETENCY_OK) {
            *out = config;
        }
    }
    competency__json_tree_deinit(&tree);
    return status;
}

// SPDX-License-Identifier: MIT
#define _POSIX_C_SOURCE 200809L  // getline

#include "jsonl_cases.h"

#include <stdlib.h>
#include <string.h>

#include "expect.h"

size_t jsonl_cases_each(const char *path, const char *key, const char *value,
                        void (*check)(const json_t *line))
{
    FILE *const file = fopen(path, "r");
    EXPECT(file != NULL, "cannot open %s", path);
    char *text = NULL;
    size_t capacity = 0;
    size_t checked = 0;
    while (getline(&text, &capacity, file) > 0) {
        json_t *const line = json_loads(text, 0, NULL);
        EXPECT(line != NULL, "malformed: %.80s", text);
        if (key == NULL || strcmp(jsonl_string(line, key), value) == 0) {
            check(line);
            checked++;
        }
        json_decref(line);
    }
    free(text);
    EXPECT(fclose(file) == 0, "%s", path);
    return checked;
}

double jsonl_number(const json_t *object, const char *key)
{
    const json_t *const number = json_object_get(object, key);
    EXPECT(json_is_number(number), "no number at %s", key);
    return json_number_value(number);
}

const char *jsonl_string(const json_t *object, const char *key)
{
    const char *const string = json_string_value(json_object_get(object, key));
    EXPECT(string != NULL, "no string at %s", key);
    return string;
}

static void read_field(double *field, const json_t *group, const char *key)
{
    if (json_object_get(group, key) != NULL) {
        *field = jsonl_number(group, key);
    }
}

competency_classic_config jsonl_config(const json_t *object)
{
    competency_classic_config config = competency_classic_config_default();
    const json_t *const p = json_object_get(object, "penalty_config");
    read_field(&config.penalty.similarity_threshold, p, "similarity_threshold");
    read_field(&config.penalty.severe_threshold, p, "severe_threshold");
    read_field(&config.penalty.moderate_penalty, p, "moderate_penalty");
    read_field(&config.penalty.severe_penalty, p, "severe_penalty");
    const json_t *const s = json_object_get(object, "scoring_config");
    read_field(&config.scoring.ratio_weight_meets, s, "ratio_weight_meets");
    read_field(&config.scoring.ratio_weight_below, s, "ratio_weight_below");
    read_field(&config.scoring.max_confidence_weight, s, "max_confidence_weight");
    const json_t *const d = json_object_get(object, "distribution_config");
    read_field(&config.distribution.desired_variance, d, "desired_variance");
    read_field(&config.distribution.max_variance_factor, d, "max_variance_factor");
    read_field(&config.distribution.zero_proficiency_alpha, d, "zero_proficiency_alpha");
    read_field(&config.distribution.zero_proficiency_beta, d, "zero_proficiency_beta");
    read_field(&config.distribution.perfect_proficiency_alpha, d, "perfect_proficiency_alpha");
    read_field(&config.distribution.perfect_proficiency_beta, d, "perfect_proficiency_beta");
    return config;
}

static float *read_vector(const json_t *array)
{
    const size_t count = json_array_size(array);
    float *const vector = malloc((count + 1) * sizeof(vector[0]));
    EXPECT(vector != NULL, "memory");
    for (size_t i = 0; i < count; i++) {
        vector[i] = (float)json_number_value(json_array_get(array, i));
    }
    return vector;
}

competency_profile jsonl_profile(const json_t *array)
{
    const size_t count = json_array_size(array);
    competency_skill *const skills = calloc(count + 1, sizeof(skills[0]));
    EXPECT(skills != NULL, "memory");
    for (size_t i = 0; i < count; i++) {
        const json_t *const object = json_array_get(array, i);
        const json_t *const embedding = json_object_get(object, "embedding");
        skills[i] = (competency_skill){
            .name = jsonl_string(object, "name"),
            .level = {.value = jsonl_number(object, "value"),
                      .max = jsonl_number(object, "max"),
                      .is_disclosed = true},
            .embedding = embedding == NULL ? NULL : read_vector(embedding),
            .embedding_size = json_array_size(embedding),
            .weight = 1,
        };
    }
    return (competency_profile){.skills = skills, .count = count};
}

// The profile has its arrays as constants; these are our own.
static void free_constant(const void *block)
{
    union {
        const void *borrowed;
        void *owned;
    } pointer = {.borrowed = block};
    free(pointer.owned);
}

void jsonl_profile_free(competency_profile *profile)
{
    for (size_t i = 0; i < profile->count; i++) {
        free_constant(profile->skills[i].embedding);
    }
    free_constant(profile->skills);
    *profile = (competency_profile){0};
}

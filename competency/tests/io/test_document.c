// SPDX-License-Identifier: MIT
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <competency/io.h>

#include "expect.h"

static competency_document *read_ok(competency_document_kind kind, const char *json)
{
    competency_document *document = NULL;
    competency_error err = {0};
    const competency_status status =
        competency_document_parse(&document, kind, json, strlen(json), &err);
    EXPECT(status == COMPETENCY_OK, "%s: %s", json, err.message);
    return document;
}

static void expect_refused(competency_document_kind kind, const char *json, size_t size,
                           competency_status want, const char *message)
{
    competency_document *document = NULL;
    competency_error err = {0};
    const competency_status status = competency_document_parse(&document, kind, json, size, &err);
    EXPECT(document == NULL, "%s", json);
    EXPECT(status == want, "%s: status %d, \"%s\"", json, (int)status, err.message);
    EXPECT(strstr(err.message, message) != NULL, "%s: \"%s\" lacks \"%s\"", json, err.message,
           message);
}

static void test_document__a_role_and_candidates_are_read_with_all_that_is_said(void **state)
{
    (void)state;
    competency_document *const document = read_ok(
        COMPETENCY_DOCUMENT_MATCH,
        "{\"role\": {\"id\": 7, \"title\": \"Baker\", \"uri\": \"urn:r\", \"max_level\": 5, "
        "\"skills\": ["
        "{\"name\": \"Dough\", \"level\": 4, \"weight\": 2.5, \"must_have\": true, \"id\": \"d\"},"
        "{\"name\": \"\", \"level\": {\"value\": 1.5, \"max\": 2}, \"other\": [1]}]},"
        "\"candidates\": [{\"id\": \"x\", \"skills\": [{\"name\": \"Br\\u00f6tchen\", \"level\": "
        "null},"
        "{\"name\": \"Oven\", \"level\": \"3/4\", \"embedding\": [1, -0.5]}]},"
        "{\"skills\": [{\"name\": \"Oven\", \"level\": 0, \"max_level\": 1}]}]}");
    const competency_record *const role = competency_document_role(document);
    assert_string_equal(role->identity.id, "7");
    assert_string_equal(role->identity.title, "Baker");
    assert_string_equal(role->identity.uri, "urn:r");
    assert_int_equal(role->profile.count, 2);
    const competency_skill *const dough = &role->profile.skills[0];
    assert_string_equal(dough->name, "Dough");
    EXPECT_NEAR(dough->level.value, 4, 0, "value");
    EXPECT_NEAR(dough->level.max, 5, 0, "max");
    EXPECT_NEAR(dough->weight, 2.5, 0, "weight");
    assert_true(dough->is_must_have);
    assert_string_equal(role->skills[0].id, "d");
    assert_string_equal(role->profile.skills[1].name, "");
    EXPECT_NEAR(role->profile.skills[1].level.value, 1.5, 0, "value");
    EXPECT_NEAR(role->profile.skills[1].weight, 1, 0, "weight by default");
    assert_null(role->skills[1].id);

    assert_int_equal(competency_document_candidate_count(document), 2);
    const competency_record *const first = competency_document_candidate(document, 0);
    assert_string_equal(first->identity.id, "x");
    assert_string_equal(first->profile.skills[0].name, "Br\xC3\xB6tchen");
    assert_false(first->profile.skills[0].level.is_disclosed);
    assert_int_equal(first->disclosed_count, 1);
    const competency_skill *const oven = &first->profile.skills[1];
    EXPECT_NEAR(oven->level.value, 3, 0, "value");
    EXPECT_NEAR(oven->level.max, 4, 0, "max");
    assert_int_equal(oven->embedding_size, 2);
    EXPECT_NEAR(oven->embedding[1], -0.5, 0, "component");
    const competency_record *const second = competency_document_candidate(document, 1);
    assert_null(second->identity.id);
    assert_int_equal(second->number, 2);
    assert_true(second->profile.skills[0].level.is_disclosed);
    competency_document_destroy(document);
}

static void test_document__the_older_form_is_one_candidate(void **state)
{
    (void)state;
    competency_document *const document =
        read_ok(COMPETENCY_DOCUMENT_MATCH,
                "{\"requiredSkills\": [{\"name\": \"A\", \"level\": {\"value\": 4, \"max\": 5}}],"
                "\"candidateSkills\": [{\"name\": \"B\", \"level\": {\"value\": 3, \"max\": 5}},"
                "{\"name\": \"C\", \"level\": {\"value\": 5, \"max\": 5}}]}");
    assert_int_equal(competency_document_role(document)->profile.count, 1);
    assert_int_equal(competency_document_candidate_count(document), 1);
    assert_int_equal(competency_document_candidate(document, 0)->profile.count, 2);
    competency_document_destroy(document);
}

static void test_document__every_form_of_a_level_gives_the_same_level(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "\"level\": {\"value\": 4, \"max\": 5}",
        "\"level\": \"4/5\"",
        "\"level\": \" 4 / 5.0 \"",
        "\"level\": 4, \"max_level\": 5",
        "\"level\": 4.0",
        "\"level\": \"4/5\", \"max_level\": 9",
    };
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char json[200];
        (void)snprintf(json, sizeof(json),
                       "{\"max_level\": %s, \"skills\": [{\"name\": \"A\", %s}]}",
                       strstr(forms[i], "max_level") != NULL ? "7" : "5", forms[i]);
        competency_document *const document = read_ok(COMPETENCY_DOCUMENT_ROLE, json);
        const competency_level level = competency_document_role(document)->profile.skills[0].level;
        assert_true(level.is_disclosed);
        EXPECT_NEAR(level.value, 4, 0, "%s", forms[i]);
        EXPECT_NEAR(level.max, 5, 0, "%s", forms[i]);
        competency_document_destroy(document);
    }
}

// What is put in the place of one skill of a role, and what the message must say.
static void test_document__a_bad_skill_is_refused_with_pointer_value_and_limit(void **state)
{
    (void)state;
    static const struct {
        const char *skill;
        const char *message;
    } cases[] = {
        {"7", "/skills/1: is the number 7, expected an object"},
        {"{\"level\": \"1/2\"}", "/skills/1/name: is missing, expected a string"},
        {"{\"name\": 3, \"level\": \"1/2\"}", "/skills/1/name: is the number 3"},
        {"{\"name\": \"A\\u0000B\", \"level\": \"1/2\"}", "not JSON"},
        {"{\"name\": \"A\"}", "/skills/1/level: is missing"},
        {"{\"name\": \"A\", \"level\": true}", "/skills/1/level: is true"},
        {"{\"name\": \"A\", \"level\": [1]}", "/skills/1/level: is an array"},
        {"{\"name\": \"A\", \"level\": null}", "a requirement must state its level"},
        {"{\"name\": \"A\", \"level\": 3}", "/skills/1/level: a bare number needs a \"max_level\""},
        {"{\"name\": \"A\", \"level\": \"6/5\"}", "/skills/1/level: 6 is above the maximum 5"},
        {"{\"name\": \"A\", \"level\": \"x/5\"}", "/skills/1/level: is the string \"x/5\""},
        {"{\"name\": \"A\", \"level\": \"4\"}", "expected a level such as \"4/5\""},
        {"{\"name\": \"A\", \"level\": \"NaN/5\"}", "is the string \"NaN/5\""},
        {"{\"name\": \"A\", \"level\": \"1/0\"}", "0 is no maximum"},
        {"{\"name\": \"A\", \"level\": {\"value\": 7.5, \"max\": 5}}",
         "/skills/1/level/value: 7.5 is above the maximum 5"},
        {"{\"name\": \"A\", \"level\": {\"value\": -1, \"max\": 5}}",
         "/skills/1/level/value: -1 is below the minimum 0"},
        {"{\"name\": \"A\", \"level\": {\"value\": 0, \"max\": 0}}",
         "/skills/1/level/max: 0 is no maximum: it must be above 0"},
        {"{\"name\": \"A\", \"level\": {\"value\": 1}}", "/skills/1/level/max: is missing"},
        {"{\"name\": \"A\", \"level\": {\"max\": 1}}", "/skills/1/level/value: is missing"},
        {"{\"name\": \"A\", \"level\": {\"value\": \"4\", \"max\": 5}}",
         "/skills/1/level/value: is the string \"4\", expected a number"},
        {"{\"name\": \"A\", \"level\": 1, \"max_level\": -2}",
         "/skills/1/max_level: -2 is no maximum"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"weight\": 0}",
         "/skills/1/weight: 0 must be above 0"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"must_have\": 1}",
         "/skills/1/must_have: is the number 1"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"id\": 1.5}", "/skills/1/id: is the number 1.5"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"uri\": {}}", "/skills/1/uri: is an object"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"embedding\": \"x\"}",
         "/skills/1/embedding: is the string"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"embedding\": []}",
         "/skills/1/embedding: has no numbers"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"embedding\": [1, null]}",
         "/skills/1/embedding/1: is null, expected a number"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"embedding\": [1, 1e39]}",
         "/skills/1/embedding/1: 1e+39 is beyond the largest float"},
        {"{\"name\": \"A\", \"level\": \"1/2\", \"embedding\": [1, 2, 3]}",
         "/skills/1/embedding: has 3 numbers, the ones before it have 2"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char json[400];
        (void)snprintf(
            json, sizeof(json),
            "{\"skills\": [{\"name\": \"Z\", \"level\": \"1/1\", \"embedding\": [0, 1]}, %s]}",
            cases[i].skill);
        expect_refused(COMPETENCY_DOCUMENT_ROLE, json, strlen(json), COMPETENCY_EFORMAT,
                       cases[i].message);
    }
}

static void test_document__a_text_that_is_not_a_document_is_refused(void **state)
{
    (void)state;
    // In the order in which a case is read.
    static const struct {  // NOLINT(clang-analyzer-optin.performance.Padding)
        competency_document_kind kind;
        const char *json;
        competency_status status;
        const char *message;
    } cases[] = {
        {COMPETENCY_DOCUMENT_ROLE, "", COMPETENCY_EFORMAT, "not JSON"},
        {COMPETENCY_DOCUMENT_ROLE, "{\n \"skills\": [}", COMPETENCY_EFORMAT, "line 2"},
        {COMPETENCY_DOCUMENT_ROLE, "[]", COMPETENCY_EFORMAT, "is an array, expected an object"},
        {COMPETENCY_DOCUMENT_ROLE, "{}", COMPETENCY_EFORMAT, "/skills: is missing"},
        {COMPETENCY_DOCUMENT_ROLE, "{\"skills\": []}", COMPETENCY_EEMPTY, "/skills: has no skills"},
        {COMPETENCY_DOCUMENT_ROLE, "{\"a\": 1, \"a\": 2}", COMPETENCY_EFORMAT, "duplicate"},
        {COMPETENCY_DOCUMENT_ROLE, "{\"max_level\": NaN}", COMPETENCY_EFORMAT, "not JSON"},
        {COMPETENCY_DOCUMENT_ROLE, "{\"max_level\": 1e999}", COMPETENCY_EFORMAT, "overflow"},
        {COMPETENCY_DOCUMENT_ROLE, "{\"id\": \"\xC3\x28\"}", COMPETENCY_EFORMAT,
         "unable to decode byte 0xc3"},
        {COMPETENCY_DOCUMENT_ROLE, "{\"id\": \"J1\", \"skills\": [1]}", COMPETENCY_EFORMAT,
         "role J1: /skills/0: is"},
        {COMPETENCY_DOCUMENT_MATCH, "{}", COMPETENCY_EFORMAT, "has neither"},
        {COMPETENCY_DOCUMENT_MATCH,
         "{\"role\": {\"skills\": [{\"name\": \"A\", \"level\": \"1/1\"}]}}", COMPETENCY_EFORMAT,
         "/candidates: is missing"},
        {COMPETENCY_DOCUMENT_MATCH,
         "{\"role\": {\"skills\": [{\"name\": \"A\", \"level\": \"1/1\"}]}, \"candidates\": "
         "[{\"id\": \"c\", \"skills\": []}]}",
         COMPETENCY_EEMPTY, "candidate c: /candidates/0/skills: has no skills"},
        {COMPETENCY_DOCUMENT_MATCH,
         "{\"requiredSkills\": [{\"name\": \"A\", \"level\": \"1/1\"}], \"candidateSkills\": 3}",
         COMPETENCY_EFORMAT, "/candidateSkills: is the number 3"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_refused(cases[i].kind, cases[i].json, strlen(cases[i].json), cases[i].status,
                       cases[i].message);
    }
    expect_refused(COMPETENCY_DOCUMENT_ROLE, "{}\0{}", 5, COMPETENCY_EFORMAT, "not JSON");
}

static void test_document__deep_nesting_is_refused_not_followed(void **state)
{
    (void)state;
    enum { DEPTH = 200000 };
    char *const json = malloc(DEPTH);
    assert_non_null(json);
    memset(json, '[', DEPTH);
    json[DEPTH - 1] = '\0';
    expect_refused(COMPETENCY_DOCUMENT_ROLE, json, DEPTH - 1, COMPETENCY_EFORMAT, "depth");
    free(json);
}

static void test_document__an_error_is_optional(void **state)
{
    (void)state;
    competency_document *document = NULL;
    assert_int_equal(competency_document_parse(&document, COMPETENCY_DOCUMENT_ROLE, "{}", 2, NULL),
                     COMPETENCY_EFORMAT);
    competency_document_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_document__a_role_and_candidates_are_read_with_all_that_is_said),
        cmocka_unit_test(test_document__the_older_form_is_one_candidate),
        cmocka_unit_test(test_document__every_form_of_a_level_gives_the_same_level),
        cmocka_unit_test(test_document__a_bad_skill_is_refused_with_pointer_value_and_limit),
        cmocka_unit_test(test_document__a_text_that_is_not_a_document_is_refused),
        cmocka_unit_test(test_document__deep_nesting_is_refused_not_followed),
        cmocka_unit_test(test_document__an_error_is_optional),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

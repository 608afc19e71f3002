// SPDX-License-Identifier: MIT
// Candidates from a stream of JSON lines, matched one at a time. A bad one is told, the rest goes on.
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SKILLS(level) \
    "\"skills\": [{\"name\": \"Baking\", \"level\": \"" level "\", \"embedding\": [1, 0]}]}\n"

static const char role_json[] = "{" SKILLS("4/5");
// clang-format off
static const char pool_jsonl[] =
    "{\"id\": \"Ann\", " SKILLS("5/5")
    "{\"id\": \"Ben\", " SKILLS("6/5")  // more than the most
    "{\"id\": \"Cem\", " SKILLS("1/5");
// clang-format on

typedef struct text {
    const char *at;
    size_t left;
} text;

static competency_status read_text(void *self, char *buffer, size_t cap, size_t *got)
{
    text *const from = self;
    *got = from->left < cap ? from->left : cap;
    memcpy(buffer, from->at, *got);
    from->at += *got;
    from->left -= *got;
    return COMPETENCY_OK;
}

// The next candidate's score, or what is wrong with it. False at the end.
static bool match_next(competency_stream *stream, competency_scorer *scorer)
{
    competency_document *document = NULL;
    competency_error err = {0};
    const competency_status status = competency_stream_next(stream, &document, &err);
    if (document != NULL) {
        const competency_record *const candidate = competency_document_candidate(document, 0);
        const competency_match *match = NULL;
        if (competency_scorer_match(scorer, &match, &candidate->profile, 0, &err) ==
            COMPETENCY_OK) {
            printf("%s %.3f\n", candidate->identity.id, match->overall_score);
        }
    } else if (status == COMPETENCY_EFORMAT) {
        printf("%s: %s\n", competency_stream_id(stream), err.message);
    }
    competency_document_destroy(document);
    return document != NULL || status == COMPETENCY_EFORMAT;
}

int main(void)
{
    text pool = {pool_jsonl, sizeof pool_jsonl - 1};
    const competency_source source = {.self = &pool, .read = read_text};
    competency_document *role = NULL;
    competency_matcher *matcher = NULL;
    competency_scorer *scorer = NULL;
    competency_stream *stream = NULL;
    competency_error err = {0};
    competency_status status = competency_document_parse(&role, COMPETENCY_DOCUMENT_ROLE, role_json,
                                                         sizeof role_json - 1, &err);
    if (status == COMPETENCY_OK) {
        status = competency_matcher_create(&matcher, NULL, &err);
    }
    if (status == COMPETENCY_OK) {
        const competency_profile *const need = &competency_document_role(role)->profile;
        status = competency_scorer_create(&scorer, matcher, need, NULL, &err);
    }
    if (status == COMPETENCY_OK) {
        status = competency_stream_create(&stream, &source, COMPETENCY_STREAM_JSONL);
    }
    while (status == COMPETENCY_OK && match_next(stream, scorer)) {
    }
    competency_stream_destroy(stream);
    competency_scorer_destroy(scorer);
    competency_matcher_destroy(matcher);
    competency_document_destroy(role);
    return status == COMPETENCY_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

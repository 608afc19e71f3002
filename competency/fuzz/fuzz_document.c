// SPDX-License-Identifier: MIT
// Any bytes as a document of each kind: refused with a message, or read into records that hold
// what the public header promises.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <competency/io.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
    if (!is_true) {
        abort();
    }
}

static void check_record(const competency_record *record, bool is_role)
{
    size_t disclosed = 0;
    require(record->profile.count > 0);
    for (size_t i = 0; i < record->profile.count; i++) {
        const competency_skill *const skill = &record->profile.skills[i];
        const competency_level *const level = &skill->level;
        require(skill->name != NULL && skill->weight > 0 && isfinite(skill->weight));
        require((skill->embedding == NULL) == (skill->embedding_size == 0));
        for (size_t k = 0; k < skill->embedding_size; k++) {
            require(isfinite(skill->embedding[k]));
        }
        require(level->is_disclosed || !is_role);
        require(!level->is_disclosed ||
                (level->max > 0 && level->value >= 0 && level->value <= level->max));
        disclosed += level->is_disclosed ? 1 : 0;
    }
    require(disclosed == record->disclosed_count);
}

static void read_as(competency_document_kind kind, const char *text, size_t size)
{
    competency_document *document = NULL;
    competency_error err = {0};
    const competency_status status = competency_document_parse(&document, kind, text, size, &err);
    require((status == COMPETENCY_OK) == (document != NULL));
    if (document == NULL) {
        require(err.status == status && err.message[0] != '\0');
        return;
    }
    if (competency_document_role(document) != NULL) {
        check_record(competency_document_role(document), true);
    }
    for (size_t i = 0; i < competency_document_candidate_count(document); i++) {
        check_record(competency_document_candidate(document, i), false);
    }
    competency_document_destroy(document);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *const text = (const char *)data;
    read_as(COMPETENCY_DOCUMENT_MATCH, text, size);
    read_as(COMPETENCY_DOCUMENT_ROLE, text, size);
    read_as(COMPETENCY_DOCUMENT_CANDIDATE, text, size);
    return 0;
}

// SPDX-License-Identifier: MIT
// A program with several call sites of several sizes. check_target_grown asks for 5 % more at one of
// them, index_terms, and is otherwise the same.
#include <stdlib.h>

#if !defined(TERM_BYTES)
#define TERM_BYTES 200
#endif

enum { DOCUMENTS = 60, TERMS = 100, TAGS = 500 };

static void *documents[DOCUMENTS];
static void *terms[TERMS];
static void *tags[TAGS];

static void read_documents(void)
{
    for (size_t i = 0; i < DOCUMENTS; i++) {
        documents[i] = malloc(4000 + i);
    }
}

static void index_terms(void)
{
    for (size_t i = 0; i < TERMS; i++) {
        terms[i] = malloc(TERM_BYTES);
    }
}

static void add_tags(void)
{
    for (size_t i = 0; i < TAGS; i++) {
        void *const scratch = malloc(64);
        tags[i] = malloc(16);
        free(scratch);
    }
}

int main(void)
{
    read_documents();
    index_terms();
    add_tags();
    for (size_t i = 0; i < DOCUMENTS; i++) {
        free(documents[i]);
    }
    for (size_t i = 0; i < TAGS; i++) {
        free(tags[i]);
    }
    return 0;
}

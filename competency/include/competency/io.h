// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_IO_H
#define COMPETENCY_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <competency/allocator.h>
#include <competency/matcher.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * @file
 * Roles and candidates in, results out.
 *
 * A *record* is one role or one candidate with what its file says about it. A *document* owns the
 * records of one JSON text. A *stream* gives the candidates of a JSONL source one at a time. A
 * *writer* turns results into bytes and hands them to a *sink*. Nothing here opens a file or
 * prints: bytes come from a competency_source and go to a competency_sink.
 *
 * The forms that are read are described in docs/format/input.md, the forms that are written in
 * docs/format/results.md.
 *
 * @code
 * const char json[] = "{\"id\":\"r1\",\"skills\":[{\"name\":\"Welding\",\"level\":\"4/5\"}]}";
 * competency_document *document = NULL;
 * competency_error err = {0};
 * if (competency_document_parse(&document, COMPETENCY_DOCUMENT_ROLE, json, strlen(json), &err) !=
 *     COMPETENCY_OK) {
 *     fprintf(stderr, "%s\n", err.message);
 *     return 1;
 * }
 * const competency_record *role = competency_document_role(document);
 * const competency_skill *first = &role->profile.skills[0];
 * printf("%s: %s\n", role->identity.id, first->name);         // prints: r1: Welding
 * printf("%.1f\n", competency_level_ratio(&first->level));    // prints: 0.8
 * competency_document_destroy(document);
 * @endcode
 */

/** What a file calls a role, a candidate or a skill. Each is NULL when it is not given. */
typedef struct competency_identity {
    const char *id;     // a string, or the decimal text of an integer
    const char *title;  // for people
    const char *uri;    // for machines
} competency_identity;

/** One role or one candidate. Borrows everything from its document. */
typedef struct competency_record {
    competency_identity identity;
    uint64_t number;                    // 1-based: its line in a stream, its place in a document
    competency_profile profile;         // in input order
    const competency_identity *skills;  // (profile.count) what the file calls each skill
    size_t disclosed_count;             // skills whose level is known
} competency_record;

/** What one JSON text holds. Owns its strings and vectors. */
typedef struct competency_document competency_document;

/** What a JSON text is expected to be. */
typedef enum competency_document_kind {
    COMPETENCY_DOCUMENT_MATCH = 0,      // a role and candidates, in either form
    COMPETENCY_DOCUMENT_ROLE = 1,       // a role alone
    COMPETENCY_DOCUMENT_CANDIDATE = 2,  // a candidate alone
} competency_document_kind;

/**
 * Read a JSON text.
 *
 * Unknown fields are ignored. A role must state the level of every skill; a candidate may leave
 * one undisclosed (null).
 *
 * @param[out] out   NULL on entry and on failure; released by competency_document_destroy()
 * @param[in]  json  (size) UTF-8; not needed after the call
 * @param[out] err   optional; names the JSON pointer, the value and the limit
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if the text is not JSON, or a field has the wrong type
 *         or is out of range; COMPETENCY_EEMPTY if a role or a candidate has no skills;
 *         COMPETENCY_ENOMEM
 *
 * Threads: safe. Cost: O(size log size) at worst; memory of about twenty times `size` during the call.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_document_parse(competency_document **out, competency_document_kind kind,
                          const char *json, size_t size, competency_error *err);

/**
 * competency_document_parse() with memory from the caller.
 *
 * @param[in] allocator  copied, and kept as long as the document; NULL: the C library's. Only what
 *                       jansson takes to name a mistake is the C library's meanwhile
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_document_parse_with(
    competency_document **out, competency_document_kind kind, const char *json, size_t size,
    const competency_allocator *allocator, competency_error *err);

/** NULL is accepted. Every record of the document ends with it. */
COMPETENCY_API void competency_document_destroy(competency_document *document);

/** The role, or NULL if the document is a candidate alone. */
COMPETENCY_API const competency_record *
competency_document_role(const competency_document *document);

/** Number of candidates; 0 if the document is a role alone. */
COMPETENCY_API size_t competency_document_candidate_count(const competency_document *document);

/** Candidate `index`, which is below competency_document_candidate_count(). */
COMPETENCY_API const competency_record *
competency_document_candidate(const competency_document *document, size_t index);

/** Where bytes come from. */
typedef struct competency_source {
    void *self;

    /**
     * Read up to `cap` bytes, at least one unless the source has ended.
     *
     * @param[out] got  bytes written to `buffer`; 0 at the end
     * @return COMPETENCY_OK; COMPETENCY_EIO
     */
    competency_status (*read)(void *self, char *buffer, size_t cap, size_t *got);
} competency_source;

enum {
    COMPETENCY_LINE_BYTES_MAX = 16 << 20  // one candidate; 50 times a CV of 40 skills with vectors
};

/** Candidates, one after the other. */
typedef struct competency_stream competency_stream;

/** What a source of candidates contains. */
typedef enum competency_stream_form {
    COMPETENCY_STREAM_JSONL = 0,  // one JSON object a line
    COMPETENCY_STREAM_CSV =
        1,  // RFC 4180, a row for each skill: candidate_id,skill,level,max_level
} competency_stream_form;

/**
 * Start reading candidates from `source`.
 *
 * @param[out] out     NULL on entry and on failure; released by competency_stream_destroy()
 * @param[in]  source  copied; its `self` is borrowed until the stream is destroyed
 * @return COMPETENCY_OK; COMPETENCY_EINVAL if there is no such form; COMPETENCY_ENOMEM
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_stream_create(
    competency_stream **out, const competency_source *source, competency_stream_form form);

/**
 * competency_stream_create() with memory from the caller, also for the stream's documents.
 *
 * @param[in] allocator  as for competency_document_parse_with(); it outlives stream and documents
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_stream_create_with(competency_stream **out, const competency_source *source,
                              competency_stream_form form, const competency_allocator *allocator);

/**
 * Read the next candidate. Blank lines are skipped, but counted. In CSV consecutive rows with the
 * same candidate_id are one candidate; a bad row makes all of it bad.
 *
 * @param[out] out  the candidate's document, owned by the caller; NULL at the end and on failure
 * @param[out] err  optional; names the line, the candidate if it has an id, the JSON pointer
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT or COMPETENCY_EEMPTY if this record is bad: the next
 *         call goes on behind it; COMPETENCY_EINVAL if a CSV header is bad, COMPETENCY_EIO or
 *         COMPETENCY_ENOMEM, which end the stream
 *
 * Threads: one stream is used by one thread at a time.
 * Cost: memory of the longest line seen, at most COMPETENCY_LINE_BYTES_MAX, or of the largest
 * candidate in CSV, whatever the length of the stream.
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_stream_next(competency_stream *stream, competency_document **out, competency_error *err);

/** 1-based line of the record read last, good or bad, in CSV of its first row; 0 before the first. */
COMPETENCY_API uint64_t competency_stream_line(const competency_stream *stream);

/** Id of the record read last, also of a bad one that has a readable id; else NULL. Valid until
 *  the next call. */
COMPETENCY_API const char *competency_stream_id(const competency_stream *stream);

/** NULL is accepted. Does not end the source. */
COMPETENCY_API void competency_stream_destroy(competency_stream *stream);

/**
 * Read a configuration: a JSON object with the groups and names of competency_classic_config
 * (`penalty_config`, `scoring_config`, `distribution_config`). What is left out has its default.
 * An unknown group or field is refused: in a configuration it is a typing error that would change
 * every score in silence.
 *
 * @param[out] out  unchanged on failure
 * @return COMPETENCY_OK; COMPETENCY_EFORMAT if the text is not such an object; COMPETENCY_EINVAL if
 *         a parameter is out of range; COMPETENCY_ENOMEM
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_classic_config_parse(
    competency_classic_config *out, const char *json, size_t size, competency_error *err);

/**
 * Set one parameter by its name, as a command line has it.
 *
 * @param[in,out] config  unchanged on failure
 * @param[in]     name    of a field of competency_classic_config, with '_' or '-' between the words
 * @param[in]     text    a JSON number
 * @return COMPETENCY_OK; COMPETENCY_EINVAL, and `err` names the parameter, the value and the range
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_classic_config_set(
    competency_classic_config *config, const char *name, const char *text, competency_error *err);

/** How well a requirement is met, judged by the candidate's most similar skill. */
typedef enum competency_requirement_status {
    COMPETENCY_REQUIREMENT_MET = 0,      // similarity above 0.7 and the required level reached
    COMPETENCY_REQUIREMENT_PARTIAL = 1,  // similarity above 0.5 and half of the level reached
    COMPETENCY_REQUIREMENT_LOW = 2,      // something related, but less than that
    COMPETENCY_REQUIREMENT_MISSING = 3,  // similarity below the similarity threshold
} competency_requirement_status;

enum { COMPETENCY_REQUIREMENT_STATUS_COUNT = 4 };

/** "met", "partial", "low", "missing". */
COMPETENCY_API const char *competency_requirement_status_name(competency_requirement_status status);

/** How requirement `index` of `role` is met in `match`. */
COMPETENCY_API competency_requirement_status competency_requirement_judge(
    const competency_match *match, const competency_record *candidate,
    const competency_record *role, const competency_classic_config *config, size_t index);

/** One candidate in a line. */
typedef struct competency_summary {
    double score;                                          // the match's overall score
    double weighted_score;                                 // mean of the requirements' by weight
    double evidence;                                       // candidate skills disclosed, [0, 1]
    size_t statuses[COMPETENCY_REQUIREMENT_STATUS_COUNT];  // requirements with each status
    size_t must_haves;                                     // requirements that are must-haves
    size_t must_haves_met;                                 // of these
} competency_summary;

/** Summarise `match`. Threads: safe. Cost: O(requirements), allocates nothing. */
COMPETENCY_API competency_summary competency_summarise(const competency_match *match,
                                                       const competency_record *candidate,
                                                       const competency_record *role,
                                                       const competency_classic_config *config);

/** Where a writer puts bytes. */
typedef struct competency_sink {
    void *self;

    /** Take `size` bytes: all of them, or fail. @return COMPETENCY_OK; COMPETENCY_EIO */
    competency_status (*write)(void *self, const char *data, size_t size);
} competency_sink;

/** The forms of results. */
typedef enum competency_format {
    COMPETENCY_FORMAT_TABLE = 0,    // for people
    COMPETENCY_FORMAT_JSON = 1,     // one document
    COMPETENCY_FORMAT_JSONL = 2,    // a run line, then a line for each candidate
    COMPETENCY_FORMAT_CLASSIC = 3,  // the result of the published package, one a line
    COMPETENCY_FORMAT_CSV = 4,      // a row for each requirement, of a ranking for each candidate
} competency_format;

/** "table", "json", "jsonl", "classic", "csv"; COMPETENCY_EINVAL for anything else. */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_format_parse(competency_format *out,
                                                                             const char *name);

/** What produced the results, so that a score can be audited. Borrowed while it is used. */
typedef struct competency_run {
    const competency_record *role;
    const competency_classic_config *config;
    competency_strategy strategy;
    const char *model_name;       // NULL: every skill brought its own vector
    const char *model_sha256;     // NULL: the embedder has no such thing
    const char *model_precision;  // of its weights: "f32", "f16" or "int8"; NULL: not known
} competency_run;

/** One candidate's result. */
typedef struct competency_result {
    competency_identity identity;  // of the candidate
    uint64_t number;               // of the candidate's record
    uint64_t rank;                 // 1 is best; 0: not ranked
    competency_summary summary;
    const competency_record *candidate;  // with `match`: the explanation; NULL: a short line
    const competency_match *match;
} competency_result;

typedef struct competency_writer_options {
    uint32_t size;  // sizeof(competency_writer_options) as the caller saw it
    competency_format format;
    bool is_ranking;   // table, CSV: one line a candidate instead of one block
    bool is_coloured;  // table: ANSI colours
    bool is_fragment;  // results and errors only, without what stands around and between them
    const competency_allocator *allocator;  // copied; NULL: the C library's
} competency_writer_options;

#define COMPETENCY_WRITER_OPTIONS_INIT            \
    {                                             \
        .size = sizeof(competency_writer_options) \
    }

/**
 * Writes results in one format: begin, then results and errors in any order, then end.
 *
 * The first failure of the sink sticks: later writes do nothing, and competency_writer_end()
 * returns it.
 */
typedef struct competency_writer competency_writer;

/**
 * Make a writer.
 *
 * @param[out] out      NULL on entry and on failure; released by competency_writer_destroy()
 * @param[in]  sink     copied; its `self` is borrowed until the writer is destroyed
 * @return COMPETENCY_OK; COMPETENCY_ENOMEM; COMPETENCY_EINVAL if the format cannot say what is
 *         asked: the classic form has no ranks
 */
COMPETENCY_API COMPETENCY_MUST_USE competency_status competency_writer_create(
    competency_writer **out, const competency_sink *sink, const competency_writer_options *options);

/**
 * Begin, or go on with another run: a stream that needs no model may come to a record that does.
 *
 * `run` is borrowed until the next call of this function or competency_writer_end().
 */
COMPETENCY_API void competency_writer_run(competency_writer *writer, const competency_run *run);

/** Write one result. */
COMPETENCY_API void competency_writer_result(competency_writer *writer,
                                             const competency_result *result);

/** Write that a record failed. JSON, JSONL and CSV have a place for it; others write nothing. */
COMPETENCY_API void competency_writer_error(competency_writer *writer, const char *id,
                                            uint64_t number, const char *message);

/**
 * Write what a fragment writer of the same format and options wrote for one result or one error:
 * results can be made by several threads, and put in order by one.
 */
COMPETENCY_API void competency_writer_fragment(competency_writer *writer, const char *data,
                                               size_t size);

/** Hand everything written so far to the sink. @return as competency_writer_end() */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_writer_flush(competency_writer *writer);

/** Finish. @return COMPETENCY_OK; COMPETENCY_EIO or COMPETENCY_ENOMEM, the first failure */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_writer_end(competency_writer *writer);

/** Whether everything written so far was taken: what competency_writer_end() would return. */
COMPETENCY_API COMPETENCY_MUST_USE competency_status
competency_writer_status(const competency_writer *writer);

/** NULL is accepted. */
COMPETENCY_API void competency_writer_destroy(competency_writer *writer);

#ifdef __cplusplus
}
#endif

#endif

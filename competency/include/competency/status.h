// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef COMPETENCY_STATUS_H
#define COMPETENCY_STATUS_H

/**
 * @file
 * How every call of the library reports success and failure.
 *
 * A *status* says which kind of failure happened and is the return value. An *error* is a
 * caller's struct that also holds one line of text: the offending value and the limit. Only
 * functions that parse, open or load take one, always as the last parameter, always optional.
 *
 * @code
 * #include <competency/model.h>
 *
 * competency_model *model = NULL;
 * competency_error err = {0};
 * if (competency_model_open(&model, "/nowhere", &err) != COMPETENCY_OK) {
 *     printf("%s\n", competency_status_text(err.status));  // prints: no embedding model
 *     fprintf(stderr, "%s\n", err.message);                // which file, and what to do
 * }
 * competency_model_close(model);
 * @endcode
 */

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define COMPETENCY_API               __attribute__((visibility("default")))
#define COMPETENCY_MUST_USE          __attribute__((warn_unused_result))
#define COMPETENCY_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define COMPETENCY_API
#define COMPETENCY_MUST_USE
#define COMPETENCY_PRINTF(fmt, args)
#endif

// clang-format off
/** Every status a public function can return. The values are ABI: append, never renumber. */
#define COMPETENCY_STATUS_MAP(X)                                          \
    X(OK,            0,  "success")                                       \
    X(ENOMEM,        -1, "out of memory")                                 \
    X(EINVAL,        -2, "invalid argument")                              \
    X(EIO,           -3, "input/output error")                            \
    X(EFORMAT,       -4, "malformed input")                               \
    X(ECAPACITY,     -5, "destination too small")                         \
    X(ENOINPUT,      -6, "no such input")                                 \
    X(ENOMODEL,      -7, "no embedding model")                            \
    X(EEMPTY,        -8, "no skills provided")                            \
    X(EDISTRIBUTION, -9, "level or parameters give no Beta distribution") \
    X(EUNSUPPORTED,  -10, "not supported")                               \
    X(EINACTIVE,     -11, "the heap recorder is not active")
// clang-format on

typedef enum competency_status {
#define X(name, value, text) COMPETENCY_##name = (value),
    COMPETENCY_STATUS_MAP(X)
#undef X
} competency_status;

enum { COMPETENCY_ERROR_MESSAGE_BYTES = 256 };

/** Detail of a failure. Zero-initialise it; it is written only when a call does not succeed. */
typedef struct competency_error {
    competency_status status;                      // what the call returned
    char message[COMPETENCY_ERROR_MESSAGE_BYTES];  // one line of UTF-8, NUL-terminated, "" if none
} competency_error;

/** A constant, short, English text for `status`; never NULL. Safe from any thread. */
COMPETENCY_API const char *competency_status_text(competency_status status);

#ifdef __cplusplus
}
#endif

#endif

// SPDX-License-Identifier: MIT
// Copyright (c) 2026 the heaplens and competency authors
#ifndef HEAPLENS_STATUS_H
#define HEAPLENS_STATUS_H

/**
 * @file
 * What a call can answer, and what every header of heaplens declares with.
 *
 * @code
 * #include <heaplens/heaplens.h>
 *
 * const heaplens_status status = heaplens_save("profile.store");  // before anything is recorded
 * printf("%s\n", heaplens_status_text(status));  // prints: the recorder is not active
 * @endcode
 */
#if defined(__GNUC__) && defined(HEAPLENS_OPTIONAL)  // by heaplens/optional.h
#define HEAPLENS_API      __attribute__((visibility("default"), weak))
#define HEAPLENS_MUST_USE __attribute__((warn_unused_result))
#elif defined(__GNUC__)
#define HEAPLENS_API      __attribute__((visibility("default")))
#define HEAPLENS_MUST_USE __attribute__((warn_unused_result))
#else
#define HEAPLENS_API
#define HEAPLENS_MUST_USE
#endif

#ifdef __cplusplus
extern "C" {
#endif

// clang-format off
/** Every status a public function can return. The values are ABI: append, never renumber. */
#define HEAPLENS_STATUS_MAP(X)                         \
    X(OK,         0,  "success")                       \
    X(ENOMEM,     -1, "out of memory")                 \
    X(EINVAL,     -2, "invalid argument")              \
    X(EIO,        -3, "input/output error")            \
    X(EFORMAT,    -4, "malformed input")               \
    X(ECAPACITY,  -5, "destination too small")         \
    X(ENOINPUT,   -6, "no such input")                 \
    X(EINACTIVE,  -7, "the recorder is not active")    \
    X(EACTIVE,    -8, "the recorder is already active") \
    X(EBYPASSED,  -9, "another malloc comes before the recorder's")
// clang-format on

typedef enum heaplens_status {
#define X(name, value, text) HEAPLENS_##name = (value),
    HEAPLENS_STATUS_MAP(X)
#undef X
} heaplens_status;

/** A constant, short, English text for `status`; never NULL. */
HEAPLENS_API const char *heaplens_status_text(heaplens_status status);

/** Room for a label with its NUL: of a snapshot, a scope, a pool. Longer ones are cut to fit. */
enum { HEAPLENS_LABEL_BYTES = 64 };

#ifdef __cplusplus
}
#endif

#endif

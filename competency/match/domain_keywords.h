// SPDX-License-Identifier: MIT
#ifndef COMPETENCY_MATCH_DOMAIN_KEYWORDS_H
#define COMPETENCY_MATCH_DOMAIN_KEYWORDS_H

#include <stddef.h>

#include <competency/domain.h>

/** Every keyword is shorter than this. */
enum { COMPETENCY__KEYWORD_BYTES_MAX = 32 };

typedef struct competency__domain_keyword {
    competency_domain domain;
    const char *text;  // lower case ASCII, at least two bytes
} competency__domain_keyword;

/** The keywords in the order in which they are tried (R21). */
extern const competency__domain_keyword competency__domain_keywords[];
extern const size_t competency__domain_keyword_count;

#endif

// SPDX-License-Identifier: MIT
// The fourteen domains: classification by keyword and the penalty between two (R19-R25).
#include <competency/domain.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "match/domain_keywords.h"
#include "match/lower.h"

// The lower case of a name goes through a window of this size, so that a name of any length is
// classified without allocating. Almost every name fits at once.
enum { WINDOW_BYTES = 256 };

// Which pairs of neighbouring bytes a text has, by a hash: most keywords begin with none of them
// and need not be searched for.
enum { PAIR_WORDS = 16, PAIR_BITS = PAIR_WORDS * 64 };

typedef struct byte_pairs {
    uint64_t bits[PAIR_WORDS];
} byte_pairs;

static size_t pair_number(const char *text)
{
    return ((size_t)(unsigned char)text[0] * 33 + (unsigned char)text[1]) % PAIR_BITS;
}

static byte_pairs pairs_of(const char *text)
{
    byte_pairs pairs = {{0}};
    for (; text[0] != '\0'; text++) {
        const size_t number = pair_number(text);
        pairs.bits[number / 64] |= UINT64_C(1) << number % 64;
    }
    return pairs;
}

static bool may_contain(const byte_pairs *pairs, const char *keyword)
{
    const size_t number = pair_number(keyword);
    return (pairs->bits[number / 64] >> number % 64 & 1) != 0;
}

// Index of the first keyword, below `limit`, that occurs in `text`; `limit` if none does.
static size_t find_keyword(const char *text, size_t limit)
{
    const byte_pairs pairs = pairs_of(text);
    for (size_t i = 0; i < limit; i++) {
        const char *const keyword = competency__domain_keywords[i].text;
        if (may_contain(&pairs, keyword) && strstr(text, keyword) != NULL) {
            return i;
        }
    }
    return limit;
}

competency_domain competency_domain_classify(const char *name)
{
    char window[WINDOW_BYTES + 1];
    size_t filled = 0;
    size_t first = competency__domain_keyword_count;
    const char *text = name;
    while (*text != '\0') {
        char lower[COMPETENCY__LOWER_BYTES];
        size_t used = 0;
        const size_t length = competency__lower_next(lower, &used, name, text);
        if (length == 0) {
            return COMPETENCY_DOMAIN_GENERAL;
        }
        if (filled + length > WINDOW_BYTES) {
            // A keyword may lie across two windows: keep what could be the beginning of one.
            window[filled] = '\0';
            first = find_keyword(window, first);
            const size_t kept = COMPETENCY__KEYWORD_BYTES_MAX;
            memmove(window, window + filled - kept, kept);
            filled = kept;
        }
        memcpy(window + filled, lower, length);
        filled += length;
        text += used;
    }
    window[filled] = '\0';
    first = find_keyword(window, first);
    return first == competency__domain_keyword_count ? COMPETENCY_DOMAIN_GENERAL
                                                     : competency__domain_keywords[first].domain;
}

static bool is_pair(competency_domain a, competency_domain b, competency_domain x,
                    competency_domain y)
{
    return (a == x && b == y) || (a == y && b == x);
}

// Skills that every line of work has a use for.
static bool is_transferable(competency_domain domain)
{
    return domain == COMPETENCY_DOMAIN_LEADERSHIP || domain == COMPETENCY_DOMAIN_COMMUNICATION ||
           domain == COMPETENCY_DOMAIN_PROJECT_MANAGEMENT;
}

double competency_domain_penalty(competency_domain a, competency_domain b)
{
    if (a == b) {
        return 0.0;
    }
    if (is_pair(a, b, COMPETENCY_DOMAIN_SOFTWARE_DEVELOPMENT, COMPETENCY_DOMAIN_DATA_SCIENCE)) {
        return 0.15;
    }
    if (is_pair(a, b, COMPETENCY_DOMAIN_SOFTWARE_DEVELOPMENT, COMPETENCY_DOMAIN_DEVOPS)) {
        return 0.10;
    }
    if (is_pair(a, b, COMPETENCY_DOMAIN_MARKETING, COMPETENCY_DOMAIN_SALES)) {
        return 0.20;
    }
    if (is_transferable(a) || is_transferable(b)) {
        return 0.30;
    }
    if (a == COMPETENCY_DOMAIN_GENERAL || b == COMPETENCY_DOMAIN_GENERAL) {
        return 0.20;
    }
    return 0.60;
}

const char *competency_domain_name(competency_domain domain)
{
    switch (domain) {
    case COMPETENCY_DOMAIN_FINANCE: return "Finance";
    case COMPETENCY_DOMAIN_MARKETING: return "Marketing";
    case COMPETENCY_DOMAIN_SALES: return "Sales";
    case COMPETENCY_DOMAIN_HR: return "HR";
    case COMPETENCY_DOMAIN_OPERATIONS: return "Operations";
    case COMPETENCY_DOMAIN_SOFTWARE_DEVELOPMENT: return "SoftwareDevelopment";
    case COMPETENCY_DOMAIN_DATA_SCIENCE: return "DataScience";
    case COMPETENCY_DOMAIN_IT_SUPPORT: return "ITSupport";
    case COMPETENCY_DOMAIN_DEVOPS: return "DevOps";
    case COMPETENCY_DOMAIN_CYBERSECURITY: return "Cybersecurity";
    case COMPETENCY_DOMAIN_LEADERSHIP: return "Leadership";
    case COMPETENCY_DOMAIN_COMMUNICATION: return "Communication";
    case COMPETENCY_DOMAIN_PROJECT_MANAGEMENT: return "ProjectManagement";
    case COMPETENCY_DOMAIN_GENERAL: return "General";
    }
    return "";
}

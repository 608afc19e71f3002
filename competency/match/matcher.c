// SPDX-License-Identifier: MIT
// The life of a matcher.
#include "match/matcher.h"

#include "base/error.h"
#include "base/memory.h"
#include "match/strategy.h"

// Options as the caller's version of the header has them; what it does not know is 0.
static competency_status read_options(competency_matcher_options *out,
                                      const competency_matcher_options *options,
                                      competency_error *err)
{
    *out = (competency_matcher_options)COMPETENCY_MATCHER_OPTIONS_INIT;
    if (options == NULL) {
        return COMPETENCY_OK;
    }
    if (options->size != sizeof(*options)) {
        return competency__fail(err, COMPETENCY_EINVAL, "options of %u bytes, expected %zu",
                                (unsigned)options->size, sizeof(*options));
    }
    *out = *options;
    return COMPETENCY_OK;
}

static competency_status fill_matcher(competency_matcher *matcher,
                                      const competency_matcher_options *options,
                                      competency_error *err)
{
    const competency_strategy_table *const strategy =
        options->custom != NULL ? options->custom : competency__strategy_table(options->strategy);
    if (strategy == NULL) {
        return competency__fail(err, COMPETENCY_EINVAL, "no strategy has the number %d",
                                (int)options->strategy);
    }
    matcher->strategy = *strategy;
    matcher->config =
        options->config != NULL ? *options->config : competency_classic_config_default();
    matcher->has_custom_strategy = options->custom != NULL;
    matcher->embedder = options->embedder;
    matcher->kernels = competency__kernels_select(competency__kernels_cpu(), NULL);
    matcher->memory = competency__allocator(options->allocator);
    const bool has_similarity = options->similarity != NULL;
    if (has_similarity) {
        matcher->similarity = *options->similarity;
    }
    if (matcher->strategy.adjust == NULL || matcher->strategy.aggregate == NULL ||
        (has_similarity && matcher->similarity.fill == NULL)) {
        return competency__fail(err, COMPETENCY_EINVAL,
                                "a function of the strategy or the similarity is missing");
    }
    return competency_classic_config_check(&matcher->config, err);
}

competency_status competency_matcher_create(competency_matcher **out,
                                            const competency_matcher_options *options,
                                            competency_error *err)
{
    *out = NULL;
    competency_matcher_options known;
    competency_matcher filled = {0};
    competency_status status = read_options(&known, options, err);
    if (status == COMPETENCY_OK) {
        status = fill_matcher(&filled, &known, err);
    }
    if (status != COMPETENCY_OK) {
        return status;
    }
    competency_matcher *const matcher = competency__allocate(&filled.memory, sizeof(*matcher));
    if (matcher == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for a matcher");
    }
    *matcher = filled;
    *out = matcher;
    return COMPETENCY_OK;
}

void competency_matcher_destroy(competency_matcher *matcher)
{
    if (matcher != NULL) {
        const competency_allocator memory = matcher->memory;
        competency__release(&memory, matcher);
    }
}

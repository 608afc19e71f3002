// SPDX-License-Identifier: MIT
#include "embed/lane.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/phase.h"
#include "encoder/workspace.h"

enum {
    TEXT_TOKENS_MIN = 2,  // [CLS] and [SEP], which even the empty text has
};

competency_status competency__lane_init(competency__lane *out,
                                        const competency__lane_engine *engine,
                                        competency_error *err)
{
    const size_t longest = engine->encoder.config->tokens_max;
    const size_t most = engine->batch_tokens > longest ? engine->batch_tokens : longest;
    const size_t bytes = competency__workspace_bytes(engine->encoder.config, most, longest);
    out->ids = competency__allocate_zeroed(engine->memory, engine->batch_tokens + longest,
                                           sizeof(*out->ids));
    out->starts = competency__allocate_zeroed(
        engine->memory, engine->batch_tokens / TEXT_TOKENS_MIN + 2, sizeof(*out->starts));
    out->block = bytes == 0 ? NULL
                            : competency__allocate_aligned(engine->memory,
                                                           COMPETENCY__WORKSPACE_ALIGN, bytes);
    if (out->ids == NULL || out->starts == NULL || out->block == NULL) {
        return competency__fail(err, COMPETENCY_ENOMEM, "no memory for batches of %zu tokens",
                                most);
    }
    return COMPETENCY_OK;
}

void competency__lane_deinit(competency__lane *lane, const competency__lane_engine *engine)
{
    competency__release_aligned(engine->memory, lane->block);
    competency__release(engine->memory, lane->starts);
    competency__release(engine->memory, lane->ids);
    *lane = (competency__lane){0};
}

competency_status competency__lane_gather(competency__lane *lane,
                                          const competency__lane_engine *engine,
                                          competency__lane_texts *texts, size_t wanted,
                                          competency__lane_batch *batch, competency_error *err)
{
    const size_t longest = engine->encoder.config->tokens_max;
    const size_t hidden = engine->encoder.config->hidden;
    size_t tokens = 0;
    *batch =
        (competency__lane_batch){.out = texts->out + texts->next * hidden, .first = texts->next};
    while (texts->next < texts->count && (batch->count == 0 || tokens < wanted)) {
        const char *const text = texts->texts[texts->next];
        // Below batch_tokens ids so far: `longest` more fit behind them.
        competency__token_span span = {.ids = lane->ids + tokens, .cap = longest};
        COMPETENCY__PHASE_BEGIN("tokenise");
        const competency_status status = competency__tokenizer_encode(
            engine->tokenizer, &span, text, strlen(text), longest, err);
        COMPETENCY__PHASE_END();
        if (status != COMPETENCY_OK) {
            return status;
        }
        if (batch->count > 0 && tokens + span.count > engine->batch_tokens) {
            break;
        }
        tokens += span.count;
        lane->starts[++batch->count] = tokens;
        texts->next++;
    }
    return COMPETENCY_OK;
}

competency_status competency__lane_run(competency__lane *lane,
                                       const competency__lane_engine *engine,
                                       const competency__lane_batch *batch, competency_error *err)
{
    const size_t hidden = engine->encoder.config->hidden;
    const competency__batch packed = {
        .ids = lane->ids, .starts = lane->starts, .texts = batch->count};
    COMPETENCY__PHASE_BEGIN("encode");
    competency__encoder_run(&engine->encoder, batch->out, &packed, lane->block);
    COMPETENCY__PHASE_END();
    for (size_t i = 0; i < batch->count * hidden; i++) {
        if (!isfinite(batch->out[i])) {
            return competency__fail(err, COMPETENCY_EFORMAT,
                                    "model produced a non-finite value for text %zu",
                                    batch->first + i / hidden);
        }
    }
    return COMPETENCY_OK;
}

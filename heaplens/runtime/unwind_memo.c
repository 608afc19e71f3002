// SPDX-License-Identifier: MIT
// The walk that remembers. It goes outward until it meets a remembered frame whose callers are all
// as they were, and then hangs the frames that it walked under that one.
#include "runtime/unwind_memo.h"

#include "runtime/unwind_step.h"

#include <string.h>

_Static_assert(HEAPLENS__MEMO_FRAMES <= UINT16_MAX, "an index fits its fields");
_Static_assert(HEAPLENS__MEMO_DEPTH_MAX <= HEAPLENS__MEMO_FRAMES, "a stack fits into the memory");

void heaplens__unwind_forget(heaplens__unwind_memo *memo)
{
    if (memo->used != 0) {
        memset(memo->by_state, 0, sizeof(memo->by_state));
        memset(memo->by_caller, 0, sizeof(memo->by_caller));
        memo->used = 0;
        heaplens__imprints_clear(&memo->imprints);
    }
    memo->generation = heaplens__unwind_cache_generation();
}

// Fibonacci hashing. The rotation keeps apart what differs: the low bits of both numbers.
static inline size_t bucket_of(const heaplens__frame *f, uint64_t caller)
{
    const uint64_t key = (f->ip ^ (f->sp << 32 | f->sp >> 32)) + caller * (UINT64_C(1) << 47);
    return key * 0x9E3779B97F4A7C15U >> 52;
}

_Static_assert(HEAPLENS__MEMO_BUCKETS == 1 << (64 - 52), "the hash has as many values as buckets");

static inline bool has_state(const heaplens__memo_frame *known, const heaplens__frame *f)
{
    return known->state.ip == f->ip && known->state.sp == f->sp &&
           (!known->needs_fp || known->state.fp == f->fp);
}

/** 0 if the return address that a frame saved is the one into its caller, as it was. */
static inline uintptr_t return_address_differs(const heaplens__memo_frame *caller)
{
    return heaplens__stack_word(caller->state.sp - HEAPLENS__WORD) - caller->state.ip - 1;
}

/** The first frame of a run, from `known` outward, that has another caller; or the one behind it. */
static inline heaplens__memo_frame *end_of_run(heaplens__memo_frame *known)
{
    // Four at a time: they are all as they were nearly always, and the processor can read them at
    // once.
    enum { TOGETHER = 4 };
    uint32_t left = known->run;
    for (; left >= TOGETHER; left -= TOGETHER) {
        if ((return_address_differs(known - 1) | return_address_differs(known - 2) |
             return_address_differs(known - 3) | return_address_differs(known - 4)) != 0) {
            break;
        }
        known -= TOGETHER;
    }
    while (left > 0 && return_address_differs(known - 1) == 0) {
        known--;
        left--;
    }
    return known;
}

/** Whether the words saved between a frame and its caller are what they were. */
static inline bool saved_words_hold(const heaplens__memo_frame *known,
                                    const heaplens__memo_frame *caller)
{
    const uintptr_t cfa = caller->state.sp;
    return heaplens__stack_word(cfa - HEAPLENS__WORD) == caller->state.ip + 1 &&
           (known->fp_slot == 0 ||
            heaplens__stack_word(cfa - (uintptr_t)known->fp_slot * HEAPLENS__WORD) ==
                caller->state.fp);
}

/** The same of a link that is not made of two saved words. */
static bool step_repeats(const heaplens__unwind_memo *memo, const heaplens__memo_frame *known)
{
    heaplens__frame f = known->state;
    heaplens__stack_window window = heaplens__stack_window_load();
    heaplens__unwind_stop why = HEAPLENS__UNWIND_OUTERMOST;
    // The rule is asked for again: where there was none, code may have been loaded since.
    const uint64_t packed = heaplens__step_rule(f.ip, &why);
    const bool is_stepped = packed != 0 && heaplens__step_by(&f, packed, &window, &why);
    if (known->caller == 0) {
        return !is_stepped && why == (heaplens__unwind_stop)known->why;
    }
    return is_stepped && has_state(&memo->frames[known->caller], &f);
}

static inline bool link_holds(const heaplens__unwind_memo *memo, const heaplens__memo_frame *known)
{
    switch ((heaplens__memo_link)known->link) {
    case HEAPLENS__MEMO_END: return true;
    case HEAPLENS__MEMO_PLAIN:
    case HEAPLENS__MEMO_NEXT: return saved_words_hold(known, known - 1);
    case HEAPLENS__MEMO_CALL: return saved_words_hold(known, &memo->frames[known->caller]);
    case HEAPLENS__MEMO_STEP: break;
    }
    return step_repeats(memo, known);
}

/** The remembered frame with this state whose caller is what the stack says; NULL: none. */
static heaplens__memo_frame *find(heaplens__unwind_memo *memo, const heaplens__frame *f)
{
    for (uint32_t at = memo->by_state[bucket_of(f, 0)]; at != 0; at = memo->frames[at].older) {
        heaplens__memo_frame *const known = &memo->frames[at];
        if (has_state(known, f) && link_holds(memo, known)) {
            return known;
        }
    }
    return NULL;
}

/** The first frame, from `known` outward, whose caller is another than it was; NULL: none. */
static heaplens__memo_frame *find_change(heaplens__unwind_memo *memo, heaplens__memo_frame *known,
                                         heaplens__unwind_stop *why)
{
    for (;;) {
        known = end_of_run(known);
        // A frame within a run is asked once more, and says that it has changed.
        if (!link_holds(memo, known)) {
            return known;
        }
        if (known->caller == 0) {
            *why = (heaplens__unwind_stop)known->why;
            return NULL;
        }
        known = &memo->frames[known->caller];
    }
}

/** A walk in progress. */
typedef struct walk {
    heaplens__unwind_memo *memo;
    heaplens__frame f;
    heaplens__stack_window window;
    size_t cap;
    size_t count;  // of memo->steps
    heaplens__unwind_stop why;
} walk;

/** Take down the frame and step to its caller; false: the walk ends here. */
static inline bool advance(walk *w, uint32_t rule)
{
    heaplens__memo_step *const step = &w->memo->steps[w->count];
    step->state = w->f;
    step->rule = rule;
    w->count++;
    if (rule == 0 || !heaplens__step_by(&w->f, rule, &w->window, &w->why)) {
        return false;
    }
    if (w->count == w->cap) {
        w->why = HEAPLENS__UNWIND_DEPTH;
        return false;
    }
    return true;
}

/** Go along remembered frames up to the one whose caller changed, without looking rules up. */
static bool advance_to_change(walk *w, const heaplens__memo_frame *known,
                              const heaplens__memo_frame *change)
{
    while (known != change && advance(w, known->rule)) {
        known = &w->memo->frames[known->caller];
    }
    return known == change;
}

/** Whether a frame and all its callers are remembered, and are what they were. */
typedef struct match {
    heaplens__memo_frame *known;         // with the frame's state; NULL: none
    const heaplens__memo_frame *change;  // whose caller is another; NULL: there is none
} match;

static inline match find_match(heaplens__unwind_memo *memo, const heaplens__frame *f,
                               heaplens__unwind_stop *why)
{
    heaplens__memo_frame *const known = find(memo, f);
    return (match){known, known == NULL ? NULL : find_change(memo, known, why)};
}

/** Walk outward to a frame of which all is remembered, and return that; NULL: to the end. */
static heaplens__memo_frame *walk_to_known(walk *w, match at)
{
    while (at.known == NULL || at.change != NULL) {
        if (at.known != NULL && !advance_to_change(w, at.known, at.change)) {
            return NULL;
        }
        const uint64_t rule = heaplens__step_rule(w->f.ip, &w->why);
        if (!advance(w, (uint32_t)rule)) {
            return NULL;
        }
        at = find_match(w->memo, &w->f, &w->why);
    }
    return at.known;
}

/** Whether a caller's state depends on this frame's fp. */
static bool needs_fp(heaplens__unwind_rule rule, bool caller_needs_fp)
{
    switch (rule.kind) {
    case HEAPLENS__RULE_NONE:
    case HEAPLENS__RULE_SIGNAL:
    case HEAPLENS__RULE_OUTERMOST: return false;
    case HEAPLENS__RULE_FP:
    case HEAPLENS__RULE_REALIGNED: return true;
    case HEAPLENS__RULE_SP: break;
    }
    return rule.fp_slot == 0 && caller_needs_fp;
}

static heaplens__memo_link link_of(heaplens__unwind_rule rule, bool is_end)
{
    switch (rule.kind) {
    case HEAPLENS__RULE_OUTERMOST: return HEAPLENS__MEMO_END;
    case HEAPLENS__RULE_SP:
    case HEAPLENS__RULE_FP: return is_end ? HEAPLENS__MEMO_STEP : HEAPLENS__MEMO_CALL;
    case HEAPLENS__RULE_NONE:
    case HEAPLENS__RULE_REALIGNED:
    case HEAPLENS__RULE_SIGNAL: break;
    }
    return HEAPLENS__MEMO_STEP;
}

static void push_youngest(heaplens__unwind_memo *memo, uint32_t at)
{
    heaplens__memo_frame *const frame = &memo->frames[at];
    uint16_t *const youngest = &memo->by_state[bucket_of(&frame->state, 0)];
    frame->younger = 0;
    frame->older = *youngest;
    if (*youngest != 0) {
        memo->frames[*youngest].younger = (uint16_t)at;
    }
    *youngest = (uint16_t)at;
}

/** Make a frame the first that find() tries: what was used is likely to be used again. */
static void make_youngest(heaplens__unwind_memo *memo, uint32_t at)
{
    const heaplens__memo_frame *const frame = &memo->frames[at];
    if (frame->younger != 0) {
        memo->frames[frame->younger].older = frame->older;
        if (frame->older != 0) {
            memo->frames[frame->older].younger = frame->younger;
        }
        push_youngest(memo, at);
    }
}

/** Remember a frame under its caller (0: the walk ended at it). There is room. */
static uint32_t add(heaplens__unwind_memo *memo, const heaplens__memo_step *step, uint32_t caller,
                    heaplens__unwind_stop why)
{
    const heaplens__unwind_rule rule = heaplens__unwind_rule_unpack(step->rule);
    const bool caller_needs_fp = caller != 0 && memo->frames[caller].needs_fp;
    const uint32_t at = ++memo->used;
    uint16_t *const bucket = &memo->by_caller[bucket_of(&step->state, caller)];
    heaplens__memo_link link = link_of(rule, caller == 0);
    const uint8_t fp_slot = caller_needs_fp ? (uint8_t)rule.fp_slot : 0;
    if (link == HEAPLENS__MEMO_CALL && caller + 1 == at) {
        link = fp_slot == 0 ? HEAPLENS__MEMO_PLAIN : HEAPLENS__MEMO_NEXT;
    }
    memo->frames[at] = (heaplens__memo_frame){
        .state = step->state,
        .rule = step->rule,
        .caller = (uint16_t)caller,
        .depth = (uint16_t)(caller == 0 ? 1 : memo->frames[caller].depth + 1),
        .run = link == HEAPLENS__MEMO_PLAIN ? (uint16_t)(memo->frames[caller].run + 1) : 0,
        .sibling = *bucket,
        .link = (uint8_t)link,
        .fp_slot = fp_slot,
        .needs_fp = needs_fp(rule, caller_needs_fp),
        .why = (uint8_t)why,
    };
    *bucket = (uint16_t)at;
    push_youngest(memo, at);
    return at;
}

/** The frame with this state under this caller, remembered or added. */
static uint32_t find_or_add(heaplens__unwind_memo *memo, const heaplens__memo_step *step,
                            uint32_t caller, heaplens__unwind_stop why)
{
    for (uint32_t at = memo->by_caller[bucket_of(&step->state, caller)]; at != 0;
         at = memo->frames[at].sibling) {
        const heaplens__memo_frame *const known = &memo->frames[at];
        if (known->caller == caller && has_state(known, &step->state) && known->why == why) {
            make_youngest(memo, at);
            return at;
        }
    }
    return add(memo, step, caller, why);
}

static void remember(walk *w, heaplens__unwind_trace *trace)
{
    uint32_t at = trace->known;
    for (size_t i = w->count; i > 0; i--) {
        at = find_or_add(w->memo, &w->memo->steps[i - 1], at, w->why);
    }
    trace->steps_count = 0;
    trace->known = at;
    trace->note = &w->memo->frames[at].note;
}

/** The rest of a recall whose first frame is not remembered with all its callers. */
__attribute__((noinline)) static void walk_and_remember(walk *w, match at,
                                                        heaplens__unwind_trace *trace)
{
    w->window = heaplens__stack_window_load();
    const heaplens__memo_frame *const known = walk_to_known(w, at);
    heaplens__stack_window_store(w->window);
    const size_t known_depth = known == NULL ? 0 : known->depth;
    trace->known = known == NULL ? 0 : (uint32_t)(known - w->memo->frames);
    trace->steps_count = (uint32_t)w->count;
    trace->depth = w->count + known_depth;
    trace->why = w->why;
    if (trace->depth > w->cap) {
        trace->depth = w->cap;
        trace->why = HEAPLENS__UNWIND_DEPTH;
    }
    if (trace->why != HEAPLENS__UNWIND_DEPTH) {
        remember(w, trace);
    }
}

// Puts a stack down all of which is remembered, and was found so. Where a link is not made of saved
// words, words do not tell the stack.
static void imprint(heaplens__unwind_memo *memo, const heaplens__memo_frame *known,
                    const heaplens__frame *f, uint32_t place)
{
    const heaplens__imprint head = {
        .start = *f,
        .fp_mask = known->needs_fp ? UINTPTR_MAX : 0,
        .frame = (uint16_t)(known - memo->frames),
        .depth = known->depth,
    };
    heaplens__imprint_writer writer = heaplens__imprint_begin(&memo->imprints, &head);
    for (; known->link != HEAPLENS__MEMO_END; known = &memo->frames[known->caller]) {
        if (known->link == HEAPLENS__MEMO_STEP) {
            return;
        }
        const heaplens__frame *const caller = &memo->frames[known->caller].state;
        heaplens__imprint_add(&writer, caller->sp - HEAPLENS__WORD, caller->ip + 1);
        if (known->fp_slot != 0) {
            heaplens__imprint_add(&writer, caller->sp - (uintptr_t)known->fp_slot * HEAPLENS__WORD,
                                  caller->fp);
        }
    }
    heaplens__imprint_end(&writer, place);
}

void heaplens__unwind_recall_frames_of(heaplens__unwind_memo *memo, const heaplens__frame *f,
                                       size_t cap, uint32_t place, heaplens__unwind_trace *trace)
{
    *trace = (heaplens__unwind_trace){.why = HEAPLENS__UNWIND_DEPTH};
    if (cap == 0) {
        return;
    }
    if (memo->used + cap > HEAPLENS__MEMO_FRAMES) {
        heaplens__unwind_forget(memo);
    }
    const uint32_t used = memo->used;
    const match at = find_match(memo, f, &trace->why);
    if (at.known == NULL || at.change != NULL || at.known->depth > cap) {
        walk w = {.memo = memo, .f = *f, .cap = cap, .why = trace->why};
        walk_and_remember(&w, at, trace);
    } else {
        trace->depth = at.known->depth;
        trace->note = &at.known->note;
        trace->known = (uint32_t)(at.known - memo->frames);
    }
    const bool is_met_again = trace->note != NULL && memo->used == used;
    if (is_met_again && ++memo->met_again % HEAPLENS__MEMO_IMPRINT_EVERY == 0) {
        imprint(memo, &memo->frames[trace->known], f, place);
    }
}

void heaplens__unwind_recall_frames(const heaplens__unwind_memo *memo,
                                    const heaplens__unwind_trace *trace, uintptr_t *ips)
{
    size_t count = 0;
    while (count < trace->steps_count) {
        ips[count] = memo->steps[count].state.ip;
        count++;
    }
    for (uint32_t at = trace->known; count < trace->depth; at = memo->frames[at].caller) {
        ips[count++] = memo->frames[at].state.ip;
    }
}

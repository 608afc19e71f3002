// SPDX-License-Identifier: MIT
// The engine under its own profiler: matches 100 candidate skills against 50 requirements, embeds
// 20 names, fills a 10x10 matrix of similarities.
//
// Built with COMPETENCY_DHAT it records itself and leaves dhat-heap.json for DHAT's viewer and
// memory_profile.html. Built without, run it under `heaplens run`.
#include <competency/competency.h>

#include <stdio.h>
#include <stdlib.h>

#ifdef COMPETENCY_DHAT
#include <heaplens/heaplens.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

enum { CANDIDATE_SKILLS = 100, REQUIRED_SKILLS = 50, EMBEDDED = 20, MATRIX = 10, NAME_BYTES = 24 };

typedef struct engine {
    competency_model *model;
    competency_embedder embedder;
    competency_matcher *matcher;
    char names[CANDIDATE_SKILLS][NAME_BYTES];
    competency_skill skills[CANDIDATE_SKILLS];
    double score;
} engine;

static void name_skills(engine *e)
{
    for (int i = 0; i < CANDIDATE_SKILLS; i++) {
        (void)snprintf(e->names[i], NAME_BYTES, "Skill_%d", i);
        e->skills[i] =
            (competency_skill){.name = e->names[i],
                               .level = {.value = i % 5 + 1, .max = 5, .is_disclosed = true},
                               .weight = 1};
    }
}

static competency_status open_engine(void *self, competency_error *err)
{
    engine *const e = self;
    competency_matcher_options options = COMPETENCY_MATCHER_OPTIONS_INIT;
    options.embedder = &e->embedder;
    competency_status status = competency_model_open(&e->model, NULL, err);
    if (status == COMPETENCY_OK) {
        status = competency_embedder_create(&e->embedder, e->model, NULL, err);
    }
    if (status == COMPETENCY_OK) {
        status = competency_matcher_create(&e->matcher, &options, err);
    }
    return status;
}

static void close_engine(engine *e)
{
    competency_matcher_destroy(e->matcher);
    competency_embedder_destroy(&e->embedder);
    competency_model_close(e->model);
}

static competency_status match_skills(void *self, competency_error *err)
{
    engine *const e = self;
    const competency_profile candidate = {e->skills, CANDIDATE_SKILLS};
    const competency_profile required = {e->skills, REQUIRED_SKILLS};
    competency_match match;
    const competency_status status =
        competency_match_run(&match, e->matcher, &candidate, &required, err);
    e->score = match.overall_score;
    competency_match_destroy(&match);
    return status;
}

// One call, one vector after the other; the caller's memory.
static competency_status embed_skills(void *self, competency_error *err)
{
    engine *const e = self;
    const char *names[EMBEDDED];
    for (int i = 0; i < EMBEDDED; i++) {
        names[i] = e->names[i];
    }
    const size_t dimension = e->embedder.dimension(e->embedder.self);
    float *const vectors = malloc(EMBEDDED * dimension * sizeof(float));
    if (vectors == NULL) {
        return COMPETENCY_ENOMEM;
    }
    const competency_status status =
        e->embedder.embed(e->embedder.self, vectors, names, EMBEDDED, err);
    free(vectors);
    return status;
}

static competency_status fill_matrix(void *self, competency_error *err)
{
    engine *const e = self;
    const competency_profile side = {e->skills, MATRIX};
    competency_match match;
    const competency_status status = competency_match_run(&match, e->matcher, &side, &side, err);
    competency_match_destroy(&match);
    return status;
}

static competency_status show(engine *e, const char *name, competency_operation operation)
{
    competency_operation_profile profile;
    competency_error err = {0};
    const competency_status status =
        competency_profile_operation(&profile, name, operation, e, &err);
    if (status != COMPETENCY_OK) {
        (void)fprintf(stderr, "%s: %s\n", name, err.message);
    } else if (profile.status == COMPETENCY_OK) {
        (void)printf("%-16s %10llu bytes at the peak, %6llu blocks, %+lld bytes afterwards\n", name,
                     (unsigned long long)profile.bytes_peak,
                     (unsigned long long)profile.blocks_total, (long long)profile.bytes_growth);
    } else {
        (void)printf("%-16s done; no figures: %s\n", name, competency_status_text(profile.status));
    }
    return status;
}

#ifdef COMPETENCY_DHAT
static int report(const char *format, const char *out)
{
    const pid_t child = fork();
    if (child == 0) {
        (void)execlp(COMPETENCY_HEAPLENS_COMMAND, "heaplens", "report", "memory_profile.heaplens",
                     "--format", format, "-o", out, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
        (void)fprintf(stderr, "%s was not written\n", out);
        return EXIT_FAILURE;
    }
    (void)printf("wrote %s\n", out);
    return EXIT_SUCCESS;
}

static int write_reports(void)
{
    if (heaplens_save("memory_profile.heaplens") != HEAPLENS_OK) {
        (void)fprintf(stderr, "memory_profile.heaplens was not written\n");
        return EXIT_FAILURE;
    }
    const int dhat = report("dhat", "dhat-heap.json");
    return dhat == EXIT_SUCCESS ? report("html", "memory_profile.html") : dhat;
}

static void start_recording(void)
{
    const heaplens_status status = heaplens_is_active() ? HEAPLENS_OK : heaplens_start(NULL);
    if (status != HEAPLENS_OK) {
        (void)fprintf(stderr, "nothing is recorded: %s\n", heaplens_status_text(status));
    }
}
#else
static int write_reports(void)
{
    return EXIT_SUCCESS;
}

static void start_recording(void) {}
#endif

int main(void)
{
    static engine e;
    start_recording();
    name_skills(&e);
    const struct {
        const char *name;
        competency_operation operation;
    } steps[] = {
        {"open the model", open_engine},
        {"match 100x50", match_skills},
        {"embed 20", embed_skills},
        {"matrix 10x10", fill_matrix},
    };
    competency_status status = COMPETENCY_OK;
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && status == COMPETENCY_OK; i++) {
        status = show(&e, steps[i].name, steps[i].operation);
    }
    if (status == COMPETENCY_OK) {
        (void)printf("score of the match: %.3f\n", e.score);
    }
    const int written = status == COMPETENCY_OK ? write_reports() : EXIT_FAILURE;
    close_engine(&e);
    return written;
}

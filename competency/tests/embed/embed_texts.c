// SPDX-License-Identifier: MIT
// Not a test by itself: writes the vectors of the lines of a file as raw f32, for scripts that
// compare them with another implementation.
//
//     embed_texts MODEL_DIR TEXTS > VECTORS
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <competency/embedder.h>
#include <competency/model.h>

enum { LINE_MAX_BYTES = 65536, BATCH = 64 };

static int fail(const char *what, const competency_error *err)
{
    (void)fprintf(stderr, "embed_texts: %s: %s\n", what, err->message);
    return 1;
}

// Embed and write the `count` texts.
static competency_status write_batch(const competency_embedder *embedder, const char *const *texts,
                                     size_t count, competency_error *err)
{
    const size_t dimension = embedder->dimension(embedder->self);
    float *const out = calloc(BATCH * dimension, sizeof(float));
    competency_status status = out == NULL ? COMPETENCY_ENOMEM : COMPETENCY_OK;
    if (status == COMPETENCY_OK) {
        status = embedder->embed(embedder->self, out, texts, count, err);
    }
    if (status == COMPETENCY_OK && fwrite(out, dimension * sizeof(float), count, stdout) != count) {
        status = COMPETENCY_EIO;
    }
    free(out);
    return status;
}

static competency_status embed_lines(const competency_embedder *embedder, FILE *file,
                                     competency_error *err)
{
    static char lines[BATCH][LINE_MAX_BYTES];
    const char *texts[BATCH];
    size_t count = 0;
    competency_status status = COMPETENCY_OK;
    while (status == COMPETENCY_OK && fgets(lines[count], LINE_MAX_BYTES, file) != NULL) {
        lines[count][strcspn(lines[count], "\n")] = '\0';
        texts[count] = lines[count];
        if (++count == BATCH) {
            status = write_batch(embedder, texts, count, err);
            count = 0;
        }
    }
    return status == COMPETENCY_OK ? write_batch(embedder, texts, count, err) : status;
}

int main(int argc, char **argv)
{
    competency_model *model = NULL;
    competency_embedder embedder = {0};
    competency_error err = {0};
    FILE *const file = argc == 3 ? fopen(argv[2], "re") : NULL;
    if (file == NULL) {
        return fail("usage: embed_texts MODEL_DIR TEXTS", &err);
    }
    competency_status status = competency_model_open(&model, argv[1], &err);
    if (status == COMPETENCY_OK) {
        status = competency_embedder_create(&embedder, model, NULL, &err);
    }
    if (status == COMPETENCY_OK) {
        status = embed_lines(&embedder, file, &err);
    }
    competency_embedder_destroy(&embedder);
    competency_model_close(model);
    (void)fclose(file);
    return status == COMPETENCY_OK ? 0 : fail(competency_status_text(status), &err);
}

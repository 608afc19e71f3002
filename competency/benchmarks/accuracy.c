// SPDX-License-Identifier: MIT
// How far f16 and int8 weights are from f32, on real names: vectors, nearest neighbours, and
// decisions at a threshold. Prints one table; its exit status says whether every gate holds.
//
//     bench_accuracy MODEL CORPUS.tsv PAIRS.tsv [EVERY]
//
// MODEL is a path, or "-" for the default; without it the exit status is 77. With EVERY, only every
// so-manieth name and pair is taken, and the gate for decisions leaves room for chance.
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <competency/embedder.h>
#include <competency/model.h>

enum { NAMES_MAX = 20000, PAIRS_MAX = 20000, LINE_BYTES = 4096, QUERIES = 1000, TOP = 10 };

static const double threshold = 0.30;  // similarity_threshold of the default configuration

// ---------------------------------------------------------------- input

static char *copy_text(const char *text)
{
    char *const copy = strdup(text);
    if (copy == NULL) {
        perror("accuracy");
        exit(EXIT_FAILURE);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    return copy;
}

// Field number `field` of a line of tab-separated values, or NULL; the line is cut there.
static char *find_field(char *line, size_t field)
{
    line[strcspn(line, "\r\n")] = '\0';
    for (; field > 0 && line != NULL; field--) {
        line = strchr(line, '\t');
        line = line == NULL ? NULL : line + 1;
    }
    if (line != NULL) {
        line[strcspn(line, "\t")] = '\0';
    }
    return line;
}

// Of every line but the first, where they are taken, `fields` fields from `first` on.
typedef struct selection {
    size_t first;
    size_t fields;
    size_t every;  // how many lines apart those are that are taken
} selection;

static size_t read_fields(const char *path, selection s, char **out, size_t cap)
{
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        exit(EXIT_FAILURE);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    char line[LINE_BYTES];
    char whole[LINE_BYTES];
    size_t count = 0;
    for (size_t n = 0; fgets(line, sizeof(line), file) != NULL && count + s.fields <= cap; n++) {
        for (size_t i = 0; i < s.fields && n > 0 && (n - 1) % s.every == 0; i++) {
            memcpy(whole, line, sizeof(line));
            const char *const text = find_field(whole, s.first + i);
            out[count++] = copy_text(text == NULL ? "" : text);
        }
    }
    (void)fclose(file);
    return count;
}

// ---------------------------------------------------------------- vectors

typedef struct vectors {
    float *rows;  // (count, dimension)
    size_t count;
    size_t dimension;
} vectors;

static vectors embed_all(const competency_model *model, const char *precision, char **texts,
                         size_t count)
{
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.precision = precision;
    competency_embedder e;
    competency_error err = {0};
    vectors v = {.count = count};
    competency_status status = competency_embedder_create(&e, model, &options, &err);
    if (status == COMPETENCY_OK) {
        v.dimension = e.dimension(e.self);
        v.rows = malloc((count + 1) * v.dimension * sizeof(*v.rows));
        status = v.rows == NULL ? COMPETENCY_ENOMEM
                                : e.embed(e.self, v.rows, (const char *const *)texts, count, &err);
    }
    if (status != COMPETENCY_OK) {
        (void)fprintf(stderr, "accuracy: %s: %s\n", precision, err.message);
        exit(EXIT_FAILURE);  // NOLINT(concurrency-mt-unsafe): one thread
    }
    competency_embedder_destroy(&e);
    return v;
}

// Of vectors of length one: their cosine.
static double dot_rows(const vectors *a, size_t i, const vectors *b, size_t j)
{
    float sums[16] = {0};
    const float *const x = a->rows + i * a->dimension;
    const float *const y = b->rows + j * b->dimension;
    for (size_t c = 0; c + 16 <= a->dimension; c += 16) {
        for (size_t lane = 0; lane < 16; lane++) {
            sums[lane] += x[c + lane] * y[c + lane];
        }
    }
    double sum = 0;
    for (size_t lane = 0; lane < 16; lane++) {
        sum += (double)sums[lane];
    }
    return sum;
}

typedef struct agreement {
    double cosine_mean;
    double cosine_min;
    size_t worst;       // the text of cosine_min
    double difference;  // of two numbers, the largest
} agreement;

static agreement compare_vectors(const vectors *a, const vectors *b)
{
    agreement got = {.cosine_min = 2};
    for (size_t i = 0; i < a->count; i++) {
        double dot = 0;
        double square_a = 0;
        double square_b = 0;
        for (size_t c = 0; c < a->dimension; c++) {
            const double x = (double)a->rows[i * a->dimension + c];
            const double y = (double)b->rows[i * a->dimension + c];
            dot += x * y;
            square_a += x * x;
            square_b += y * y;
            got.difference = fmax(got.difference, fabs(x - y));
        }
        const double cosine = dot / sqrt(square_a * square_b);
        got.cosine_mean += cosine / (double)a->count;
        if (!(cosine >= got.cosine_min)) {
            got.cosine_min = cosine;
            got.worst = i;
        }
    }
    return got;
}

// ---------------------------------------------------------------- neighbours

// The TOP nearest of all to text `query`, itself left out, nearest first.
static void find_nearest(const vectors *v, size_t query, size_t *out)
{
    double best[TOP];
    size_t found = 0;
    for (size_t i = 0; i < v->count; i++) {
        const double cosine = i == query ? -2 : dot_rows(v, query, v, i);
        if (found == TOP && cosine <= best[TOP - 1]) {
            continue;
        }
        size_t at = found < TOP ? found++ : TOP - 1;
        for (; at > 0 && best[at - 1] < cosine; at--) {
            best[at] = best[at - 1];
            out[at] = out[at - 1];
        }
        best[at] = cosine;
        out[at] = i;
    }
}

// The share of nearest neighbours that both find, over QUERIES texts spread over the corpus.
static double compare_neighbours(const vectors *a, const vectors *b)
{
    size_t common = 0;
    size_t asked = 0;
    for (size_t q = 0; q < QUERIES && q < a->count; q++) {
        const size_t query = q * a->count / QUERIES;
        size_t left[TOP] = {0};
        size_t right[TOP] = {0};
        find_nearest(a, query, left);
        find_nearest(b, query, right);
        for (size_t i = 0; i < (size_t)TOP * TOP; i++) {
            common += left[i / TOP] == right[i % TOP];
        }
        asked += TOP;
    }
    return (double)common / (double)asked;
}

// How many pairs (2i, 2i + 1) are on different sides of the threshold.
static size_t compare_decisions(const vectors *a, const vectors *b)
{
    size_t changed = 0;
    for (size_t i = 0; i + 1 < a->count; i += 2) {
        changed +=
            (dot_rows(a, i, a, i + 1) >= threshold) != (dot_rows(b, i, b, i + 1) >= threshold);
    }
    return changed;
}

// ---------------------------------------------------------------- gates

typedef struct gates {
    const char *precision;
    double cosine_mean;  // at least
    double cosine_min;   // at least
    double overlap;      // at least
    double changed;      // share of pairs, at most
} gates;

// Changed decisions that pass. Of a sample, three standard deviations more than the share: they are
// a Poisson number.
static double allow_changed(const gates *g, size_t pairs, size_t every)
{
    const double mean = g->changed * (double)pairs;
    return every > 1 ? mean + 3 * sqrt(mean) : mean;
}

static bool judge(const gates *g, const agreement *got, double overlap)
{
    return got->cosine_mean >= g->cosine_mean && got->cosine_min >= g->cosine_min &&
           overlap >= g->overlap;
}

static competency_model *open_model(const char *path)
{
    competency_model *model = NULL;
    competency_error err = {0};
    const char *const directory = strcmp(path, "-") == 0 ? NULL : path;
    const competency_status status = competency_model_open(&model, directory, &err);
    if (status != COMPETENCY_OK) {
        (void)fprintf(stderr, "accuracy: %s\n", err.message);
        // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
        exit(status == COMPETENCY_ENOMODEL ? 77 : EXIT_FAILURE);
    }
    return model;
}

int main(int argc, char **argv)
{
    static const gates all[] = {
        {"f16", 0.99999, 0.99999, 0.97, 0.002},
        {"int8", 0.998, 0.99, 0.97, 0.002},
    };
    static char *names[NAMES_MAX];
    static char *pairs[PAIRS_MAX];
    const size_t every = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;
    if (argc < 4 || argc > 5 || every == 0) {
        (void)fprintf(stderr, "usage: bench_accuracy MODEL CORPUS.tsv PAIRS.tsv [EVERY]\n");
        return 2;
    }
    competency_model *const model = open_model(argv[1]);
    const selection labels = {.first = 1, .fields = 1, .every = every};
    const selection sides_of_pairs = {.first = 0, .fields = 2, .every = every};
    const size_t count = read_fields(argv[2], labels, names, NAMES_MAX);
    const size_t texts = read_fields(argv[3], sides_of_pairs, pairs, PAIRS_MAX);
    const size_t pairs_read = texts / 2;
    const vectors corpus = embed_all(model, "f32", names, count);
    const vectors sides = embed_all(model, "f32", pairs, texts);
    bool all_hold = true;
    (void)printf("%zu names, %zu pairs at %.2f, top %d of %d names, against f32\n", count,
                 pairs_read, threshold, TOP, QUERIES);
    (void)printf("precision  mean cosine  smallest  difference  top-10  changed  gates\n");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const vectors low = embed_all(model, all[i].precision, names, count);
        const vectors low_sides = embed_all(model, all[i].precision, pairs, texts);
        const agreement got = compare_vectors(&corpus, &low);
        const double overlap = compare_neighbours(&corpus, &low);
        const size_t changed = compare_decisions(&sides, &low_sides);
        const bool holds = judge(&all[i], &got, overlap) &&
                           (double)changed <= allow_changed(&all[i], pairs_read, every);
        (void)printf("%-9s  %.8f   %.6f  %.2e    %5.2f %%  %5.3f %%  %s  (worst: %s)\n",
                     all[i].precision, got.cosine_mean, got.cosine_min, got.difference,
                     100 * overlap, 100 * (double)changed / (double)pairs_read,
                     holds ? "hold" : "MISSED", names[got.worst]);
        all_hold = all_hold && holds;
        free(low.rows);
        free(low_sides.rows);
    }
    return all_hold ? EXIT_SUCCESS : EXIT_FAILURE;
}

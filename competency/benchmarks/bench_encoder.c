// SPDX-License-Identifier: MIT
// Embeds on command, for competency/benchmarks/encoder.py, which times it beside its peers.
//
//     bench_encoder first MODEL TEXT [PRECISION]
//                                             one vector, raw f32 on standard output, and the end
//     bench_encoder serve MODEL NAMES [PRECISION [THREADS]]
//                                             commands on standard input, one answer a line
//
// MODEL is a path, or "-" for the default. Commands, where FIRST and COUNT choose lines of NAMES:
//
//     all FIRST COUNT         one call; answers nanoseconds
//     each FIRST COUNT        a call for each name; answers the median in nanoseconds
//     write FIRST COUNT PATH  one call; the vectors, raw f32, go to PATH
//     tokens FIRST COUNT      answers how many tokens the names have
//     rss                     answers the peak RSS so far, in KiB
#define _POSIX_C_SOURCE 200809L

#include <competency/competency.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { LINE_BYTES = 4096 };

typedef struct bench {
    competency_model *model;
    competency_embedder embedder;
    char **names;
    size_t count;   // of names
    float *out;     // (count, dimension)
    double *times;  // (count)
} bench;

static double now_ns(void)
{
    struct timespec time = {0};
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static bool open_model(bench *b, const char *path, const char *precision, const char *threads)
{
    competency_error err = {0};
    const char *const directory = strcmp(path, "-") == 0 ? NULL : path;
    competency_model_options model = COMPETENCY_MODEL_OPTIONS_INIT;
    model.precision = precision;
    competency_embedder_options options = COMPETENCY_EMBEDDER_OPTIONS_INIT;
    options.threads = threads == NULL ? 1 : (uint32_t)strtoul(threads, NULL, 10);
    if (competency_model_open_with(&b->model, directory, &model, &err) != COMPETENCY_OK ||
        competency_embedder_create(&b->embedder, b->model, &options, &err) != COMPETENCY_OK) {
        (void)fprintf(stderr, "bench_encoder: %s\n", err.message);
        return false;
    }
    return true;
}

static bool embed(bench *b, size_t first, size_t count)
{
    competency_error err = {0};
    const size_t dimension = b->embedder.dimension(b->embedder.self);
    if (b->embedder.embed(b->embedder.self, b->out + first * dimension,
                          (const char *const *)b->names + first, count, &err) != COMPETENCY_OK) {
        (void)fprintf(stderr, "bench_encoder: %s\n", err.message);
        return false;
    }
    return true;
}

static bool read_names(bench *b, const char *path)
{
    FILE *const file = fopen(path, "r");
    char line[LINE_BYTES];
    size_t cap = 0;
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (b->count == cap) {
            cap = cap == 0 ? 1024 : 2 * cap;
            char **const grown = realloc(b->names, cap * sizeof(*grown));
            if (grown == NULL) {
                break;
            }
            b->names = grown;
        }
        line[strcspn(line, "\n")] = '\0';
        b->names[b->count] = strdup(line);
        b->count += b->names[b->count] != NULL;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    if (b->count == 0) {
        return false;
    }
    b->out = malloc(b->count * b->embedder.dimension(b->embedder.self) * sizeof(*b->out));
    b->times = malloc(b->count * sizeof(*b->times));
    return b->out != NULL && b->times != NULL;
}

static void release(bench *b)
{
    for (size_t i = 0; i < b->count; i++) {
        free(b->names[i]);
    }
    free(b->names);
    free(b->times);
    free(b->out);
    competency_embedder_destroy(&b->embedder);
    competency_model_close(b->model);
}

static bool run_all(bench *b, size_t first, size_t count)
{
    const double start = now_ns();
    const bool is_done = embed(b, first, count);
    printf("%.0f\n", now_ns() - start);
    return is_done;
}

static int compare_times(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static bool run_each(bench *b, size_t first, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const double start = now_ns();
        if (!embed(b, first + i, 1)) {
            return false;
        }
        b->times[i] = now_ns() - start;
    }
    qsort(b->times, count, sizeof(*b->times), compare_times);
    printf("%.0f\n", b->times[count / 2]);
    return true;
}

static bool write_vectors(bench *b, size_t first, size_t count, const char *path)
{
    const size_t dimension = b->embedder.dimension(b->embedder.self);
    FILE *const file = embed(b, first, count) ? fopen(path, "wb") : NULL;
    if (file == NULL) {
        return false;
    }
    const size_t written =
        fwrite(b->out + first * dimension, sizeof(*b->out) * dimension, count, file);
    const bool is_closed = fclose(file) == 0;
    printf("%zu\n", written);
    return is_closed && written == count;
}

static bool count_tokens(const bench *b, size_t first, size_t count)
{
    size_t total = 0;
    for (size_t i = first; i < first + count; i++) {
        size_t tokens = 0;
        if (competency_model_tokenize(b->model, b->names[i], NULL, 0, &tokens, NULL) !=
            COMPETENCY_OK) {
            return false;
        }
        total += tokens;
    }
    printf("%zu\n", total);
    return true;
}

static bool obey(bench *b, const char *line)
{
    char verb[16] = "";
    char path[LINE_BYTES] = "";
    size_t first = 0;
    size_t count = 0;
    // NOLINTNEXTLINE(cert-err34-c): the range is checked below, and the other side is ours.
    const int fields = sscanf(line, "%15s %zu %zu %4095[^\n]", verb, &first, &count, path);
    if (fields == 1 && strcmp(verb, "rss") == 0) {
        struct rusage usage = {0};
        (void)getrusage(RUSAGE_SELF, &usage);
        return printf("%ld\n", usage.ru_maxrss) > 0;
    }
    if (fields < 3 || count == 0 || first >= b->count || count > b->count - first) {
        return false;
    }
    if (strcmp(verb, "all") == 0) {
        return run_all(b, first, count);
    }
    if (strcmp(verb, "each") == 0) {
        return run_each(b, first, count);
    }
    if (strcmp(verb, "tokens") == 0) {
        return count_tokens(b, first, count);
    }
    return strcmp(verb, "write") == 0 && write_vectors(b, first, count, path);
}

// The first answer is what was opened: kernels, and the shape that operations are counted by.
static bool serve(bench *b)
{
    const competency_model_info *const info = competency_model_describe(b->model);
    printf("%s %u %u %u\n", competency_embedder_kernels(&b->embedder), (unsigned)info->layers,
           (unsigned)info->hidden, (unsigned)info->intermediate);
    char line[LINE_BYTES];
    do {
        (void)fflush(stdout);
        if (fgets(line, sizeof(line), stdin) == NULL) {
            return true;
        }
    } while (obey(b, line));
    (void)fprintf(stderr, "bench_encoder: cannot do: %s", line);
    return false;
}

static bool embed_first(bench *b, const char *text)
{
    const size_t dimension = b->embedder.dimension(b->embedder.self);
    b->out = calloc(dimension, sizeof(*b->out));
    return b->out != NULL &&
           b->embedder.embed(b->embedder.self, b->out, &text, 1, NULL) == COMPETENCY_OK &&
           fwrite(b->out, sizeof(*b->out), dimension, stdout) == dimension && fflush(stdout) == 0;
}

int main(int argc, char **argv)
{
    const bool is_first = (argc == 4 || argc == 5) && strcmp(argv[1], "first") == 0;
    if (!is_first && (argc < 4 || argc > 6 || strcmp(argv[1], "serve") != 0)) {
        (void)fprintf(stderr, "usage: bench_encoder first MODEL TEXT [PRECISION] | "
                              "serve MODEL NAMES [PRECISION [THREADS]]\n");
        return 2;
    }
    bench b = {0};
    const bool is_done =
        open_model(&b, argv[2], argc > 4 ? argv[4] : NULL, argc > 5 ? argv[5] : NULL) &&
        (is_first ? embed_first(&b, argv[3]) : read_names(&b, argv[3]) && serve(&b));
    release(&b);
    return is_done ? 0 : 1;
}

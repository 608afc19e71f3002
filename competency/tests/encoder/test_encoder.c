// SPDX-License-Identifier: MIT
// The forward pass of a small random model against a plain one in double precision; packing.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../kernels/kernel_data.h"
#include "encoder/encoder.h"
#include "encoder/workspace.h"
#include "expect.h"
#include "synthetic_model.h"

enum { TEXTS = 40, H = SYNTHETIC_HIDDEN, TOKENS_MAX = TEXTS * SYNTHETIC_POSITIONS };

// Texts of 1 to SYNTHETIC_POSITIONS tokens: around each width of a vector and of a tile.
typedef struct texts {
    uint32_t ids[TOKENS_MAX];
    size_t starts[TEXTS + 1];
} texts;

static texts *random_texts(uint64_t seed)
{
    static texts t;
    static float numbers[TOKENS_MAX + TEXTS];
    fill_random(numbers, TOKENS_MAX + TEXTS, seed, 1.0F);
    for (size_t i = 0; i < TOKENS_MAX; i++) {
        t.ids[i] = (uint32_t)((numbers[i] + 1.0F) * (SYNTHETIC_VOCABULARY / 2.0F));
    }
    for (size_t i = 0; i < TEXTS; i++) {
        const float unit = (numbers[TOKENS_MAX + i] + 1.0F) / 2.0F;
        const size_t random = 1 + (size_t)(unit * (SYNTHETIC_POSITIONS - 1));
        t.starts[i + 1] = t.starts[i] + (i < 20 ? i + 1 : i == 20 ? SYNTHETIC_POSITIONS : random);
    }
    return &t;
}

static void run(const competency__encoder *encoder, const uint32_t *ids, const size_t *starts,
                size_t count, float *out)
{
    const size_t bytes =
        competency__workspace_bytes(encoder->config, TOKENS_MAX, SYNTHETIC_POSITIONS);
    assert_true(bytes > 0 && bytes % COMPETENCY__WORKSPACE_ALIGN == 0);
    void *const block = aligned_alloc(COMPETENCY__WORKSPACE_ALIGN, bytes);
    assert_non_null(block);
    // What an earlier batch left behind must not matter.
    memset(block, 0xFF, bytes);
    const competency__batch batch = {.ids = ids, .starts = starts, .texts = count};
    competency__encoder_run(encoder, out, &batch, block);
    free(block);
}

// The model's weights, packed; one model at a time.
static const competency__packed_weights *pack(const synthetic_model *m,
                                              competency__precision precision)
{
    static competency__packed_weights packed;
    static void *layers;
    static void *words;
    free(layers);
    free(words);
    layers = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                           competency__packed_layers_bytes(&m->config, precision));
    words = aligned_alloc(COMPETENCY__PANEL_ALIGN,
                          competency__packed_words_bytes(&m->config, precision));
    assert_non_null(layers);
    assert_non_null(words);
    competency__packed_layers_pack(layers, &m->config, &m->weights, precision);
    competency__packed_words_pack(words, &m->config, &m->weights, precision);
    competency__packed_weights_place(&packed, &m->config, precision, layers, words);
    return &packed;
}

static competency__encoder encoder_in(const synthetic_model *m, const competency__kernels *table,
                                      competency__precision precision)
{
    return (competency__encoder){
        .config = &m->config, .weights = pack(m, precision), .kernels = table};
}

static competency__encoder encoder_of(const synthetic_model *m, const competency__kernels *table)
{
    return encoder_in(m, table, COMPETENCY__F32);
}

// Each value passes a chain of about 12 products of at most 50 terms, and norms that keep its
// size near one; a relative error of 64 u for each link, four for spare, is 64 * 12 * 4 u = 2e-4
// in the worst case. Rounding errors add like a random walk instead: 1e-5 is what that leaves.
static void check_against_reference(const synthetic_model *m, const competency__kernels *table)
{
    static float out[TEXTS * H];
    const texts *const t = random_texts(3);
    const competency__encoder encoder = encoder_of(m, table);
    run(&encoder, t->ids, t->starts, TEXTS, out);
    for (size_t i = 0; i < TEXTS; i++) {
        double want[H];
        synthetic_model_reference(m, t->ids + t->starts[i], t->starts[i + 1] - t->starts[i], want);
        for (size_t c = 0; c < H; c++) {
            EXPECT_NEAR(out[i * H + c], want[c], 1e-5, "%s, text %zu at %zu", table->name, i, c);
        }
    }
}

static void test_encoder__agrees_with_double_precision(void **state)
{
    (void)state;
    synthetic_model *const m = synthetic_model_create(1);
    EACH_TABLE(table)
    {
        check_against_reference(m, table);
    }
}

static void test_encoder__tanh_activation_cls_pooling_and_no_normalisation(void **state)
{
    (void)state;
    synthetic_model *const m = synthetic_model_create(2);
    m->config.activation = COMPETENCY__GELU_TANH;
    m->config.pooling = COMPETENCY__POOL_CLS;
    EACH_TABLE(table)
    {
        check_against_reference(m, table);
    }
    m->config.is_normalised = false;
    EACH_TABLE(table)
    {
        check_against_reference(m, table);
    }
}

static void test_encoder__a_text_has_the_same_bits_alone(void **state)
{
    (void)state;
    static float together[TEXTS * H];
    const synthetic_model *const m = synthetic_model_create(4);
    const texts *const t = random_texts(5);
    EACH_TABLE(table)
    {
        const competency__encoder encoder = encoder_of(m, table);
        run(&encoder, t->ids, t->starts, TEXTS, together);
        for (size_t i = 0; i < TEXTS; i++) {
            float alone[H];
            const size_t starts[] = {0, t->starts[i + 1] - t->starts[i]};
            run(&encoder, t->ids + t->starts[i], starts, 1, alone);
            assert_memory_equal(alone, together + i * H, sizeof(alone));
        }
    }
}

static void test_encoder__every_table_gives_the_bits_of_scalar(void **state)
{
    (void)state;
    static float want[TEXTS * H];
    static float got[TEXTS * H];
    const synthetic_model *const m = synthetic_model_create(6);
    const texts *const t = random_texts(7);
    const competency__encoder scalar = encoder_of(m, competency__kernels_select(0, "scalar"));
    run(&scalar, t->ids, t->starts, TEXTS, want);
    EACH_TABLE(table)
    {
        const competency__encoder encoder = encoder_of(m, table);
        run(&encoder, t->ids, t->starts, TEXTS, got);
        assert_memory_equal(got, want, sizeof(want));
    }
}

// Other precisions have no reference but f32. That of a random model is no measure of a real one's
// accuracy (docs/accuracy.md), but a mistake in a layout or a scale would leave nothing in common.
static void check_precision(const synthetic_model *m, competency__precision precision,
                            double cosine_min)
{
    static float exact[TEXTS * H];
    static float want[TEXTS * H];
    static float got[TEXTS * H];
    const texts *const t = random_texts(13);
    const competency__kernels *const scalar = competency__kernels_select(0, "scalar");
    const competency__encoder reference = encoder_of(m, scalar);
    run(&reference, t->ids, t->starts, TEXTS, exact);
    const competency__encoder low = encoder_in(m, scalar, precision);
    run(&low, t->ids, t->starts, TEXTS, want);
    for (size_t i = 0; i < TEXTS; i++) {
        double cosine = 0;
        for (size_t c = 0; c < H; c++) {
            cosine += (double)exact[i * H + c] * (double)want[i * H + c];
        }
        EXPECT(cosine >= cosine_min, "precision %d, text %zu: cosine %f", (int)precision, i,
               cosine);
    }
    EACH_TABLE(table)
    {
        const competency__encoder encoder = encoder_in(m, table, precision);
        run(&encoder, t->ids, t->starts, TEXTS, got);
        assert_memory_equal(got, want, sizeof(want));
        for (size_t i = 0; i < TEXTS; i++) {
            float alone[H];
            const size_t starts[] = {0, t->starts[i + 1] - t->starts[i]};
            run(&encoder, t->ids + t->starts[i], starts, 1, alone);
            assert_memory_equal(alone, want + i * H, sizeof(alone));
        }
    }
}

static void test_encoder__f16_and_int8_have_the_same_bits_from_every_table_and_alone(void **state)
{
    (void)state;
    const synthetic_model *const m = synthetic_model_create(12);
    check_precision(m, COMPETENCY__F16, 0.9999);
    check_precision(m, COMPETENCY__INT8, 0.99);
}

// A table whose functions count their calls: the arithmetic of a pass is its, and nobody else's.
static size_t calls[8];

#define COUNTED(number, call) (calls[number]++, competency__kernels_select(0, "scalar")->call)

static void count_linear(const competency__product *p)
{
    COUNTED(0, linear(p));
}

static void count_matmul(const competency__product *p)
{
    COUNTED(1, matmul(p));
}

static void count_layer_norm(float *x, const float *gamma, const float *beta, size_t rows,
                             size_t cols, float eps)
{
    COUNTED(2, layer_norm(x, gamma, beta, rows, cols, eps));
}

static void count_softmax(float *x, size_t stride, size_t rows, size_t cols, float scale)
{
    COUNTED(3, softmax(x, stride, rows, cols, scale));
}

static void count_panels(const competency__panel_product *p)
{
    calls[4] += p->finish == COMPETENCY__FINISH_GELU_ERF;
    COUNTED(7, multiply_panels(p));
}

static void count_add(float *y, const float *x, size_t count)
{
    COUNTED(5, add(y, x, count));
}

static float count_dot(const float *a, const float *b, size_t count)
{
    return COUNTED(6, dot(a, b, count));
}

static void test_encoder__computes_with_the_table_it_was_given(void **state)
{
    (void)state;
    const competency__kernels counting = {.name = "counting",
                                          .multiply_panels = count_panels,
                                          .linear = count_linear,
                                          .matmul = count_matmul,
                                          .layer_norm = count_layer_norm,
                                          .softmax = count_softmax,
                                          .add = count_add,
                                          .dot = count_dot};
    const synthetic_model *const m = synthetic_model_create(8);
    const competency__encoder encoder = encoder_of(m, &counting);
    const uint32_t ids[] = {1, 2, 3};
    const size_t starts[] = {0, 3};
    float out[H];
    run(&encoder, ids, starts, 1, out);
    const size_t layers = SYNTHETIC_LAYERS;
    const size_t heads = SYNTHETIC_HEADS;
    assert_int_equal(calls[0], layers * heads);  // scores
    assert_int_equal(calls[1], layers * heads);
    assert_int_equal(calls[2], 1 + 2 * layers);
    assert_int_equal(calls[3], layers * heads);
    assert_int_equal(calls[4], layers);
    assert_int_equal(calls[5], 2 * layers + 2);  // residuals; two more rows of the mean
    assert_int_equal(calls[6], 1);
    assert_int_equal(calls[7], layers * 4);  // query, key and value; output; ffn
}

static void test_encoder__a_batch_without_texts_is_fine(void **state)
{
    (void)state;
    const synthetic_model *const m = synthetic_model_create(9);
    EACH_TABLE(table)
    {
        const competency__encoder encoder = encoder_of(m, table);
        const size_t starts[] = {0};
        float out[1] = {5.0F};
        run(&encoder, NULL, starts, 0, out);
        assert_true(out[0] == 5.0F);
    }
}

static void test_workspace__parts_lie_inside_and_do_not_overlap(void **state)
{
    (void)state;
    const synthetic_model *const m = synthetic_model_create(10);
    const size_t tokens = 77;
    const size_t longest = 19;
    const size_t bytes = competency__workspace_bytes(&m->config, tokens, longest);
    unsigned char *const block = aligned_alloc(COMPETENCY__WORKSPACE_ALIGN, bytes);
    assert_non_null(block);
    const competency__workspace at =
        competency__workspace_place(block, &m->config, tokens, longest);
    // Live at once: with attention, and with the feed-forward layer.
    const struct {
        const float *start;
        size_t count;
        int phase;  // 0: both, 1: attention, 2: feed-forward
    } parts[] = {
        {at.x, tokens * H, 0},
        {at.branch, tokens * H, 0},
        {at.scores, longest * longest, 1},
        {at.qkv, tokens * 3 * H, 1},
        {at.context, tokens * H, 1},
        {at.ffn, tokens * SYNTHETIC_INTERMEDIATE, 2},
        {at.quantised.scales, tokens, 0},
        {(const float *)(const void *)at.quantised.values,
         tokens * at.quantised.stride / sizeof(float), 0},
    };
    const float *const low = (const float *)(const void *)block;
    const float *const high = low + bytes / sizeof(float);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        assert_true(parts[i].start >= low && parts[i].start + parts[i].count <= high);
        assert_int_equal((uintptr_t)parts[i].start % COMPETENCY__WORKSPACE_ALIGN, 0);
        for (size_t j = 0; j < i; j++) {
            const int together = parts[i].phase * parts[j].phase != 2;
            const int apart = parts[i].start + parts[i].count <= parts[j].start ||
                              parts[j].start + parts[j].count <= parts[i].start;
            assert_true(apart || !together);
        }
    }
    free(block);
}

static void test_workspace__what_cannot_be_addressed_is_refused(void **state)
{
    (void)state;
    const synthetic_model *const m = synthetic_model_create(11);
    assert_int_equal(competency__workspace_bytes(&m->config, SIZE_MAX / 100, 10), 0);
    assert_int_equal(competency__workspace_bytes(&m->config, 10, (size_t)1 << 33U), 0);
    assert_int_equal(competency__workspace_bytes(&m->config, SIZE_MAX, SIZE_MAX), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encoder__agrees_with_double_precision),
        cmocka_unit_test(test_encoder__tanh_activation_cls_pooling_and_no_normalisation),
        cmocka_unit_test(test_encoder__a_text_has_the_same_bits_alone),
        cmocka_unit_test(test_encoder__every_table_gives_the_bits_of_scalar),
        cmocka_unit_test(test_encoder__f16_and_int8_have_the_same_bits_from_every_table_and_alone),
        cmocka_unit_test(test_encoder__computes_with_the_table_it_was_given),
        cmocka_unit_test(test_encoder__a_batch_without_texts_is_fine),
        cmocka_unit_test(test_workspace__parts_lie_inside_and_do_not_overlap),
        cmocka_unit_test(test_workspace__what_cannot_be_addressed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

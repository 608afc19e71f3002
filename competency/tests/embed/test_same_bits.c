// SPDX-License-Identifier: MIT
// A vector is the same bits in every table, batch and number of threads: 500 texts through a small
// random model. check_same_bits does the same with the real one.
#include <string.h>

#include "../kernels/kernel_data.h"
#include "expect.h"
#include "fake_model.h"
#include "shapes.h"
#include "varied_texts.h"

enum {
    TEXTS = 500,
    LONG_TEXTS = 40,    // up to the longest input; the others are as names are
    SCALAR_TEXTS = 60,  // of its other shapes: it is slow
    NAME_BYTES = 8,
    H = SYNTHETIC_HIDDEN,
};

static const char *texts[TEXTS];
static float want[TEXTS * H];
static float got[TEXTS * H];

// Varied ones, and names of one to three short words, all different.
static void fill_texts(void)
{
    static char names[TEXTS - LONG_TEXTS][NAME_BYTES];
    static const char *varied[VARIED_TEXTS];
    enum { WORDS = 20 };  // "a" to "t"
    fill_varied_texts(varied);
    memcpy(texts, varied, LONG_TEXTS * sizeof(*texts));
    for (size_t i = 0; i < TEXTS - LONG_TEXTS; i++) {
        size_t used = 0;
        for (size_t rest = i + 1; rest > 0; rest /= WORDS) {
            names[i][used++] = (char)('a' + rest % WORDS);
            names[i][used++] = ' ';
        }
        texts[LONG_TEXTS + i] = names[i];
    }
}

static void check_precision(const char *precision)
{
    const competency_model *const model = fake_model_create();
    fill_texts();
    assert_true(embed_in_shape(want, model, "scalar", precision, &shapes[0], texts, TEXTS));
    EACH_TABLE(table)
    {
        for (size_t s = 0; s < SHAPES; s++) {
            const size_t count = strcmp(table->name, "scalar") == 0 ? SCALAR_TEXTS : TEXTS;
            memset(got, 0xFF, sizeof(got));
            assert_true(
                embed_in_shape(got, model, table->name, precision, &shapes[s], texts, count));
            EXPECT(have_same_bits(got, want, count * H), "%s, %s, shape %zu", precision,
                   table->name, s);
        }
    }
}

static void test_same_bits__f32_in_every_table_batch_and_number_of_threads(void **state)
{
    (void)state;
    check_precision("f32");
}

static void test_same_bits__f16_in_every_table_batch_and_number_of_threads(void **state)
{
    (void)state;
    check_precision("f16");
}

static void test_same_bits__int8_in_every_table_batch_and_number_of_threads(void **state)
{
    (void)state;
    check_precision("int8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_bits__f32_in_every_table_batch_and_number_of_threads),
        cmocka_unit_test(test_same_bits__f16_in_every_table_batch_and_number_of_threads),
        cmocka_unit_test(test_same_bits__int8_in_every_table_batch_and_number_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

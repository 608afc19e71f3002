// SPDX-License-Identifier: MIT
// The JSON files of a model directory: what is taken from them, and what is refused.
#include "model/config.h"

#include <string.h>

#include "expect.h"

#define BERT(more)                                                                           \
    "{\"hidden_size\":8,\"num_hidden_layers\":1,\"intermediate_size\":16,\"vocab_size\":57," \
    "\"max_position_embeddings\":16,\"type_vocab_size\":2," more "}"

static competency_status read_bert(competency__bert_config *config, const char *text,
                                   competency_error *err)
{
    return competency__config_read_bert(config, text, strlen(text), err);
}

struct refusal {
    const char *text;
    competency_status status;
    const char *part;
};

static void expect_refusal(const struct refusal *want, competency_status got,
                           const competency_error *err)
{
    EXPECT(got == want->status, "%s: got \"%s\"", want->text, competency_status_text(got));
    EXPECT(strstr(err->message, want->part) != NULL, "%s: \"%s\" lacks \"%s\"", want->text,
           err->message, want->part);
}

static void test_config__bert_takes_every_field(void **state)
{
    (void)state;
    competency__bert_config config = {0};
    assert_int_equal(read_bert(&config,
                               BERT("\"num_attention_heads\":2,\"layer_norm_eps\":1e-5,"
                                    "\"hidden_act\":\"gelu_new\",\"unknown\":[null]"),
                               NULL),
                     COMPETENCY_OK);
    assert_int_equal(config.hidden, 8);
    assert_int_equal(config.layers, 1);
    assert_int_equal(config.heads, 2);
    assert_int_equal(config.intermediate, 16);
    assert_int_equal(config.vocabulary, 57);
    assert_int_equal(config.positions, 16);
    assert_int_equal(config.segments, 2);
    assert_int_equal(config.activation, COMPETENCY__GELU_TANH);
    EXPECT_NEAR(config.layer_norm_eps, 1e-5F, 0, "epsilon");
}

static void test_config__bert_refuses_values_out_of_range_and_names_them(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"", COMPETENCY_EFORMAT, "config.json"},
        {"[]", COMPETENCY_EFORMAT, "num_hidden_layers is missing"},
        {"{\"num_hidden_layers\":NaN}", COMPETENCY_EFORMAT, "line 1"},
        {"{\"num_hidden_layers\":1,\"num_hidden_layers\":2}", COMPETENCY_EFORMAT, "duplicate"},
        {"{\"num_hidden_layers\":49}", COMPETENCY_EFORMAT, "is 49, limits 1 and 48"},
        {"{\"num_hidden_layers\":-1}", COMPETENCY_EFORMAT, "is -1, limits 1 and 48"},
        {"{\"num_hidden_layers\":1.5}", COMPETENCY_EFORMAT, "is not an integer"},
        {"{\"num_hidden_layers\":99999999999999999999}", COMPETENCY_EFORMAT, "too big"},
        {BERT("\"num_attention_heads\":3"), COMPETENCY_EFORMAT,
         "3 num_attention_heads do not divide hidden_size 8"},
        {BERT("\"num_attention_heads\":0"), COMPETENCY_EFORMAT, "num_attention_heads is 0"},
        {BERT("\"num_attention_heads\":2,\"layer_norm_eps\":0"), COMPETENCY_EFORMAT,
         "layer_norm_eps"},
        {BERT("\"num_attention_heads\":2,\"layer_norm_eps\":1e-300"), COMPETENCY_EFORMAT,
         "layer_norm_eps"},
        {BERT("\"num_attention_heads\":2,\"hidden_act\":\"relu\""), COMPETENCY_EUNSUPPORTED,
         "relu"},
        {BERT("\"num_attention_heads\":2,\"model_type\":\"mpnet\""), COMPETENCY_EUNSUPPORTED,
         "mpnet"},
        {BERT("\"num_attention_heads\":2,\"position_embedding_type\":\"relative_key\""),
         COMPETENCY_EUNSUPPORTED, "relative_key"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__bert_config config = {0};
        competency_error err = {0};
        expect_refusal(&cases[i], read_bert(&config, cases[i].text, &err), &err);
    }
}

static void
test_config__modules_say_where_pooling_is_and_whether_vectors_are_normalised(void **state)
{
    (void)state;
    static const char text[] = "[{\"type\":\"a.Transformer\"},{\"type\":\"Pooling\","
                               "\"path\":\"1_Pooling\"}]";
    competency__modules modules;
    assert_int_equal(competency__config_read_modules(&modules, text, strlen(text), NULL),
                     COMPETENCY_OK);
    assert_string_equal(modules.pooling, "1_Pooling");
    assert_false(modules.is_normalised);
}

static void test_config__modules_refuse_other_steps_and_ways_out_of_the_directory(void **state)
{
    (void)state;
#define POOLING_AT(path) "[{\"type\":\"Transformer\"},{\"type\":\"Pooling\",\"path\":\"" path "\"}]"
    static const struct refusal cases[] = {
        {"{}", COMPETENCY_EUNSUPPORTED, "not a list"},
        {"[{\"type\":\"Transformer\"},{\"type\":\"Dense\"}]", COMPETENCY_EUNSUPPORTED, "Dense"},
        {"[{\"type\":\"Transformer\"},7]", COMPETENCY_EUNSUPPORTED, "expected"},
        {"[{\"type\":\"Transformer\",\"path\":\"../0\"},{}]", COMPETENCY_EFORMAT, "bad folder"},
        {POOLING_AT("../1_Pooling"), COMPETENCY_EFORMAT, "bad folder"},
        {POOLING_AT(".."), COMPETENCY_EFORMAT, "bad folder"},
        {POOLING_AT("a/b"), COMPETENCY_EFORMAT, "bad folder"},
        {POOLING_AT(""), COMPETENCY_EFORMAT, "bad folder"},
    };
#undef POOLING_AT
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__modules modules;
        competency_error err = {0};
        expect_refusal(
            &cases[i],
            competency__config_read_modules(&modules, cases[i].text, strlen(cases[i].text), &err),
            &err);
    }
}

static void test_config__pooling_is_mean_or_cls_of_the_models_own_width(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{\"word_embedding_dimension\":8,\"pooling_mode_cls_token\":true}", COMPETENCY_OK, ""},
        {"{\"word_embedding_dimension\":9,\"pooling_mode_cls_token\":true}", COMPETENCY_EFORMAT,
         "word_embedding_dimension is 9"},
        {"{\"word_embedding_dimension\":8}", COMPETENCY_EUNSUPPORTED, "neither"},
        {"{\"word_embedding_dimension\":8,\"pooling_mode_cls_token\":true,"
         "\"pooling_mode_mean_tokens\":true}",
         COMPETENCY_EUNSUPPORTED, "both"},
        {"{\"word_embedding_dimension\":8,\"pooling_mode_mean_tokens\":true,"
         "\"pooling_mode_max_tokens\":true}",
         COMPETENCY_EUNSUPPORTED, "pooling_mode_max_tokens"},
        {"{\"word_embedding_dimension\":8,\"pooling_mode_cls_token\":1}", COMPETENCY_EFORMAT,
         "not a boolean"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__bert_config config = {.hidden = 8};
        competency_error err = {0};
        expect_refusal(
            &cases[i],
            competency__config_read_pooling(&config, cases[i].text, strlen(cases[i].text), &err),
            &err);
        if (cases[i].status == COMPETENCY_OK) {
            assert_int_equal(config.pooling, COMPETENCY__POOL_CLS);
        }
    }
}

static void test_config__the_longest_input_is_within_the_position_table(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {"{\"max_seq_length\":16}", COMPETENCY_OK, ""},
        {"{\"max_seq_length\":null}", COMPETENCY_OK, ""},
        {"{\"max_seq_length\":17}", COMPETENCY_EFORMAT, "is 17, limits 2 and 16"},
        {"{\"max_seq_length\":1}", COMPETENCY_EFORMAT, "is 1, limits 2 and 16"},
        {"{\"do_lower_case\":true}", COMPETENCY_EUNSUPPORTED, "do_lower_case"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__bert_config config = {.positions = 16, .tokens_max = 16};
        competency_error err = {0};
        expect_refusal(&cases[i],
                       competency__config_read_sentence(&config, false, cases[i].text,
                                                        strlen(cases[i].text), &err),
                       &err);
        if (cases[i].status == COMPETENCY_OK) {
            assert_int_equal(config.tokens_max, 16);
        }
    }
}

static void test_config__a_tokenizer_may_limit_the_tokens_of_a_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t tokens_max;
    } cases[] = {
        {"{}", 16},
        {"{\"model_max_length\":null}", 16},
        {"{\"model_max_length\":12}", 12},
        {"{\"model_max_length\":512}", 16},
        {"{\"model_max_length\":1000000000000000019884624838656}", 16},
        {"{\"model_max_length\":1e30,\"do_lower_case\":false}", 16},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__bert_config config = {.positions = 16, .tokens_max = 16};
        competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
        const size_t size = strlen(cases[i].text);
        assert_int_equal(
            competency__config_read_tokenizer(&options, &config, cases[i].text, size, NULL),
            COMPETENCY_OK);
        EXPECT(config.tokens_max == cases[i].tokens_max, "%s", cases[i].text);
    }
    static const char none[] = "{\"model_max_length\":1}";
    competency__bert_config config = {.positions = 16, .tokens_max = 16};
    competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    assert_int_equal(competency__config_read_tokenizer(&options, &config, none, strlen(none), NULL),
                     COMPETENCY_EFORMAT);
}

static void test_config__accents_follow_case_unless_the_tokenizer_says_otherwise(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool lower_case;
        bool strip_accents;
        bool space_cjk;
    } cases[] = {
        {"{}", true, true, true},
        {"{\"do_lower_case\":false}", false, false, true},
        {"{\"do_lower_case\":false,\"strip_accents\":null}", false, false, true},
        {"{\"do_lower_case\":false,\"strip_accents\":true}", false, true, true},
        {"{\"strip_accents\":false,\"tokenize_chinese_chars\":false}", true, false, false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        competency__bert_config config = {0};
        competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
        const size_t size = strlen(cases[i].text);
        assert_int_equal(
            competency__config_read_tokenizer(&options, &config, cases[i].text, size, NULL),
            COMPETENCY_OK);
        EXPECT(options.lower_case == cases[i].lower_case, "%s", cases[i].text);
        EXPECT(options.strip_accents == cases[i].strip_accents, "%s", cases[i].text);
        EXPECT(options.space_cjk == cases[i].space_cjk, "%s", cases[i].text);
    }
}

static void test_config__other_tokenizers_are_not_supported(void **state)
{
    (void)state;
    static const char other[] = "{\"tokenizer_class\":\"XLMRobertaTokenizer\"}";
    static const char unclean[] = "{\"normalizer\":{\"type\":\"BertNormalizer\","
                                  "\"clean_text\":false}}";
    static const char cased[] = "{\"normalizer\":{\"type\":\"BertNormalizer\","
                                "\"clean_text\":true,\"lowercase\":false,\"strip_accents\":null}}";
    competency__bert_config config = {0};
    competency__tokenizer_options options = COMPETENCY__TOKENIZER_OPTIONS_INIT;
    assert_int_equal(
        competency__config_read_tokenizer(&options, &config, other, strlen(other), NULL),
        COMPETENCY_EUNSUPPORTED);
    assert_int_equal(competency__config_read_normalizer(&options, "{}", 2, NULL),
                     COMPETENCY_EUNSUPPORTED);
    assert_int_equal(competency__config_read_normalizer(&options, unclean, strlen(unclean), NULL),
                     COMPETENCY_EUNSUPPORTED);
    assert_int_equal(competency__config_read_normalizer(&options, cased, strlen(cased), NULL),
                     COMPETENCY_OK);
    assert_false(options.lower_case || options.strip_accents);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_config__bert_takes_every_field),
        cmocka_unit_test(test_config__bert_refuses_values_out_of_range_and_names_them),
        cmocka_unit_test(
            test_config__modules_say_where_pooling_is_and_whether_vectors_are_normalised),
        cmocka_unit_test(test_config__modules_refuse_other_steps_and_ways_out_of_the_directory),
        cmocka_unit_test(test_config__pooling_is_mean_or_cls_of_the_models_own_width),
        cmocka_unit_test(test_config__the_longest_input_is_within_the_position_table),
        cmocka_unit_test(test_config__a_tokenizer_may_limit_the_tokens_of_a_text),
        cmocka_unit_test(test_config__accents_follow_case_unless_the_tokenizer_says_otherwise),
        cmocka_unit_test(test_config__other_tokenizers_are_not_supported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

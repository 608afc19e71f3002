// SPDX-License-Identifier: MIT
// Values of NIST's example files for SHA-256 and, for the lengths around a block, of coreutils'
// sha256sum over that many letters "a".
#include "base/sha256.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "expect.h"

static void expect_hash_by(const char *name, competency__sha256_blocks take_blocks,
                           const char *data, size_t size, const char *want)
{
    unsigned char sum[COMPETENCY__SHA256_BYTES];
    char got[COMPETENCY__SHA256_HEX_BYTES];
    competency__sha256_by(take_blocks, sum, data, size);
    competency__sha256_print(got, sum);
    EXPECT(strcmp(got, want) == 0, "%s, %zu bytes: got %s, want %s", name, size, got, want);
}

// By every code that this processor can run, and by the one that is chosen.
static void expect_hash(const char *data, size_t size, const char *want)
{
    expect_hash_by("portable", competency__sha256_blocks_portable, data, size, want);
    if (competency__sha256_sha_ni() != NULL) {
        expect_hash_by("sha_ni", competency__sha256_sha_ni(), data, size, want);
    }
    char got[COMPETENCY__SHA256_HEX_BYTES];
    competency__sha256_hex(got, data, size);
    EXPECT(strcmp(got, want) == 0, "chosen, %zu bytes: got %s, want %s", size, got, want);
}

static void test_sha256__gives_the_values_of_the_standard(void **state)
{
    (void)state;
    expect_hash("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect_hash("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_sha256__pads_every_length_around_a_block(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        const char *hash;
    } cases[] = {
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
        {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
        {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
        {128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"},
    };
    char data[200];
    memset(data, 'a', sizeof(data));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_hash(data, cases[i].size, cases[i].hash);
    }
}

static void test_sha256__takes_any_number_of_blocks_from_any_address(void **state)
{
    (void)state;
    enum { MILLION = 1000000 };
    static char data[MILLION + 15];
    memset(data, 'a', sizeof(data));
    for (size_t offset = 0; offset < 15; offset += 7) {
        // NIST's third example.
        expect_hash(data + offset, MILLION,
                    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    expect_hash("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
                "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
                112, "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
}

static void test_sha256__uses_the_instructions_that_the_processor_says_it_has(void **state)
{
    (void)state;
    // The kernel's list of the processor's features is the witness.
    FILE *const file = fopen("/proc/cpuinfo", "re");
    if (file == NULL) {
        skip();
        return;
    }
    static char text[65536];
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    (void)fclose(file);
    const bool is_listed = strstr(text, " sha_ni ") != NULL && strstr(text, " sse4_1 ") != NULL;
    assert_int_equal(competency__sha256_sha_ni() != NULL, is_listed);
    assert_int_equal(competency__sha256_choose() != competency__sha256_blocks_portable, is_listed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sha256__gives_the_values_of_the_standard),
        cmocka_unit_test(test_sha256__pads_every_length_around_a_block),
        cmocka_unit_test(test_sha256__takes_any_number_of_blocks_from_any_address),
        cmocka_unit_test(test_sha256__uses_the_instructions_that_the_processor_says_it_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

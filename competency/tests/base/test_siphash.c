// SPDX-License-Identifier: MIT
// Values of the paper for SipHash-2-4; of CPython 3.11, which hashes bytes by SipHash-1-3, for the
// other: PYTHONHASHSEED=0 python3 -c 'print(hex(hash(bytes(range(9))) & (2**64 - 1)))'
#include "base/siphash.h"

#include "expect.h"

static void test_siphash__gives_the_value_of_the_paper(void **state)
{
    (void)state;
    unsigned char data[15];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char)i;
    }
    const competency__siphash_key key = {.k0 = 0x0706050403020100U, .k1 = 0x0F0E0D0C0B0A0908U};
    assert_true(competency__siphash24(key, data, sizeof(data)) == 0xA129CA6149BE45E5U);
    assert_true(competency__siphash24(key, data, 0) == 0x726FDB47DD0E0E31U);
}

static void test_siphash__gives_the_values_of_cpython_with_fewer_rounds(void **state)
{
    (void)state;
    static const struct {
        size_t size;
        uint64_t hash;
    } cases[] = {
        {1, 0x68A914128E01E473U},  {7, 0x2F098AB0C751325AU},  {8, 0xEAD411E67EBE2EEAU},
        {9, 0x75927F9D95124362U},  {15, 0xF30EB725BB91C9EAU}, {16, 0x8972188433A5C5B7U},
        {25, 0xEBF352E82AE23E2FU},
    };
    unsigned char data[25];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char)i;
    }
    const competency__siphash_key key = {0};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint64_t got = competency__siphash13(key, data, cases[i].size);
        EXPECT(got == cases[i].hash, "%zu bytes: got %llx", cases[i].size, (unsigned long long)got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_siphash__gives_the_value_of_the_paper),
        cmocka_unit_test(test_siphash__gives_the_values_of_cpython_with_fewer_rounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

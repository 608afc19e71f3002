// SPDX-License-Identifier: MIT
#include "kernels/kernels.h"

#include <string.h>

#include "kernels/tables.h"

#if COMPETENCY_HAVE_X86
#include <cpuid.h>
#endif

// Fastest first; scalar is last and needs nothing, so an unforced search always succeeds.
static const competency__kernels *const preference[] = {
#if COMPETENCY_HAVE_X86
    &competency__kernels_avx512vnni, &competency__kernels_avx512, &competency__kernels_avx2,
#endif
#if COMPETENCY_HAVE_NEON
    &competency__kernels_neon,
#endif
    &competency__kernels_scalar,
};

#if COMPETENCY_HAVE_X86
// clang 14 does not know the name "f16c". With AVX, whose registers it uses, the bit is enough.
static int has_f16c(void)
{
    unsigned eax = 0;
    unsigned ebx = 0;
    unsigned ecx = 0;
    unsigned edx = 0;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}
#endif

uint32_t competency__kernels_cpu(void)
{
    uint32_t cpu = 0;
#if COMPETENCY_HAVE_X86
    // The compiler's own check asks the operating system, too, whether it saves the registers.
    __builtin_cpu_init();
    cpu |= __builtin_cpu_supports("avx2") ? COMPETENCY__CPU_AVX2 : 0U;
    cpu |= __builtin_cpu_supports("fma") ? COMPETENCY__CPU_FMA : 0U;
    cpu |= has_f16c() ? COMPETENCY__CPU_F16C : 0U;
    const int has_avx512 = __builtin_cpu_supports("avx512f") &&
                           __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    cpu |= has_avx512 ? COMPETENCY__CPU_AVX512 : 0U;
    cpu |= __builtin_cpu_supports("avx512vnni") ? COMPETENCY__CPU_AVX512_VNNI : 0U;
#endif
#if COMPETENCY_HAVE_NEON
    cpu |= COMPETENCY__CPU_NEON;
#endif
    return cpu;
}

const competency__kernels *competency__kernels_select(uint32_t cpu, const char *forced)
{
    for (size_t i = 0; i < sizeof(preference) / sizeof(preference[0]); i++) {
        const competency__kernels *const table = preference[i];
        const int runs_here = (table->cpu_bits & cpu) == table->cpu_bits;
        if (runs_here && (forced == NULL || strcmp(forced, table->name) == 0)) {
            return table;
        }
    }
    return NULL;
}

const competency__kernels *competency__kernels_at(size_t index)
{
    return index < sizeof(preference) / sizeof(preference[0]) ? preference[index] : NULL;
}

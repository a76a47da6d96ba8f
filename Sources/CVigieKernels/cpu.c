#include "vigie_cpu.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "vigie_targets.h"

vigie_cpu vigie_cpu_best(void) {
#if defined(VIGIE_X86)
    // These also ask whether the operating system saves the wide registers.
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("f16c") || !__builtin_cpu_supports("bmi") ||
        !__builtin_cpu_supports("bmi2") || !__builtin_cpu_supports("lzcnt") ||
        !__builtin_cpu_supports("popcnt"))
        return VIGIE_CPU_PORTABLE;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
        __builtin_cpu_supports("avx512bitalg"))
        return VIGIE_CPU_AVX512;
    return VIGIE_CPU_AVX2;
#elif defined(__aarch64__)
    return VIGIE_CPU_NEON;
#else
    return VIGIE_CPU_PORTABLE;
#endif
}

const char *vigie_cpu_name(vigie_cpu level) {
    switch (level) {
    case VIGIE_CPU_NEON: return "neon";
    case VIGIE_CPU_AVX2: return "avx2";
    case VIGIE_CPU_AVX512: return "avx512";
    default: return "portable";
    }
}

static vigie_cpu find_level(void) {
    vigie_cpu best = vigie_cpu_best();
    const char *wish = getenv("VIGIE_KERNELS");
    if (!wish) return best;
    for (vigie_cpu level = VIGIE_CPU_PORTABLE; level < best; level++)
        if (strcmp(wish, vigie_cpu_name(level)) == 0) return level;
    return best;
}

vigie_cpu vigie_cpu_level(void) {
    // Threads that race here find the same.
    static _Atomic int found = -1;
    int level = atomic_load_explicit(&found, memory_order_relaxed);
    if (level < 0) {
        level = (int)find_level();
        atomic_store_explicit(&found, level, memory_order_relaxed);
    }
    return (vigie_cpu)level;
}

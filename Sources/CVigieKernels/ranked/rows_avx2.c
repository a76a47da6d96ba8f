#include "../vigie_targets.h"

#if defined(VIGIE_X86)
#include <immintrin.h>
#include <stdint.h>

#pragma clang attribute push(VIGIE_TARGET_AVX2, apply_to = function)

static inline __attribute__((always_inline)) uint32_t count16(const int32_t *cuts, int32_t key) {
    __m256i all = _mm256_set1_epi32(key);
    __m256i low = _mm256_cmpgt_epi32(_mm256_load_si256((const void *)cuts), all);
    __m256i high = _mm256_cmpgt_epi32(_mm256_load_si256((const void *)(cuts + 8)), all);
    uint32_t above = (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(low)) << 8 |
        (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(high));
    return 16 - (uint32_t)__builtin_popcount(above);
}
#define COUNT16 count16
#define BYTES 32
#define NAME(function) vigie_ranked_##function##_avx2
#include "rows_template.h"
#pragma clang attribute pop
#endif

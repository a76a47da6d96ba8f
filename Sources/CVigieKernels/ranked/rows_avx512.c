#include "../vigie_targets.h"

#if defined(VIGIE_X86)
#include <immintrin.h>
#include <stdint.h>

#pragma clang attribute push(VIGIE_TARGET_AVX512, apply_to = function)

#define INLINE static inline __attribute__((always_inline))
INLINE uint32_t count16(const int32_t *cuts, int32_t key) {
    return (uint32_t)__builtin_popcount(
        _mm512_cmple_epi32_mask(_mm512_load_si512(cuts), _mm512_set1_epi32(key)));
}
#undef INLINE
#define COUNT16 count16
#define BYTES 64
#define NAME(function) vigie_ranked_##function##_avx512
#define VIGIE_MASKS
#define VIGIE_ADDS
typedef uint8_t vector8 __attribute__((vector_size(64)));
typedef uint16_t vector16 __attribute__((vector_size(64)));
#define DEFINE_MASKS(vec, bits, masks)                                                         \
    typedef masks mask##bits;                                                                  \
    static inline __attribute__((always_inline)) mask##bits right##bits(vec ranks, vec key) {  \
        return _mm512_cmpge_epu##bits##_mask((__m512i)ranks, (__m512i)key);                    \
    }                                                                                          \
    static inline __attribute__((always_inline)) vec choose##bits(                             \
        mask##bits right, vec left_leaf, vec right_leaf) {                                     \
        return (vec)_mm512_mask_blend_epi##bits(right, (__m512i)left_leaf, (__m512i)right_leaf); \
    }                                                                                          \
    static inline __attribute__((always_inline)) vec add##bits(                                \
        mask##bits right, vec leaf, vec bit) {                                                 \
        return (vec)_mm512_mask_add_epi##bits(                                                 \
            (__m512i)leaf, right, (__m512i)leaf, (__m512i)bit);                                \
    }                                                                                          \
    static inline __attribute__((always_inline)) vec only##bits(mask##bits right) {            \
        return (vec)_mm512_maskz_mov_epi##bits(right, _mm512_set1_epi##bits(1));               \
    }                                                                                          \
    static inline __attribute__((always_inline)) vec load##bits(const void *from) {            \
        return (vec)_mm512_load_si512(from);                                                   \
    }                                                                                          \
    static inline __attribute__((always_inline)) vec repeat##bits(uint32_t key) {              \
        return (vec)_mm512_set1_epi32((int32_t)key);                                           \
    }
DEFINE_MASKS(vector8, 8, __mmask64)
DEFINE_MASKS(vector16, 16, __mmask32)
#include "rows_template.h"

// The weights of a tree of up to 64 leaves stay in four registers.
void vigie_ranked_add_f32_avx512(
    const float *weights, uint32_t depth, const uint8_t *leaves, size_t rows, float *sums) {
    if (depth <= 6) {
        __m512 w[4];
        size_t count = (size_t)1 << depth;
        for (size_t i = 0; i < 4; i++) {
            size_t left = count > 16 * i ? count - 16 * i : 0;
            __mmask16 some = left >= 16 ? 0xFFFF : (__mmask16)((1u << left) - 1);
            w[i] = _mm512_maskz_loadu_ps(some, weights + 16 * i);
        }
        for (size_t row = 0; row < rows; row += 16) {
            __m512i leaf = _mm512_cvtepu8_epi32(_mm_load_si128((const void *)(leaves + row)));
            __mmask16 upper = _mm512_test_epi32_mask(leaf, _mm512_set1_epi32(32));
            __m512 weight = _mm512_permutex2var_ps(w[0], leaf, w[1]);
            weight = _mm512_mask_blend_ps(upper, weight, _mm512_permutex2var_ps(w[2], leaf, w[3]));
            _mm512_store_ps(sums + row, _mm512_add_ps(_mm512_load_ps(sums + row), weight));
        }
        return;
    }
    for (size_t row = 0; row < rows; row += 16) {
        __m512i leaf = _mm512_cvtepu8_epi32(_mm_load_si128((const void *)(leaves + row)));
        __m512 weight = _mm512_i32gather_ps(leaf, weights, 4);
        _mm512_store_ps(sums + row, _mm512_add_ps(_mm512_load_ps(sums + row), weight));
    }
}

void vigie_ranked_add_f64_avx512(
    const double *weights, uint32_t depth, const uint8_t *leaves, size_t rows, double *sums) {
    (void)depth;
    for (size_t row = 0; row < rows; row += 8) {
        __m256i leaf = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)(leaves + row)));
        __m512d weight = _mm512_i32gather_pd(leaf, weights, 8);
        _mm512_store_pd(sums + row, _mm512_add_pd(_mm512_load_pd(sums + row), weight));
    }
}

#pragma clang attribute pop
#endif

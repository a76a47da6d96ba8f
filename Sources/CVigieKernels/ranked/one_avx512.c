// One row through a ranked forest, 64 branches (32 of 16 bits) at a time.
#include "../vigie_targets.h"

#if defined(VIGIE_X86)

#include <immintrin.h>
#include <string.h>

#include "one.h"
#include "ranks.h"

#pragma clang attribute push(VIGIE_TARGET_AVX512, apply_to = function)

#define LANES VIGIE_LANES
// Blocks whose answers are held at once: stored long before they are read, so that no load waits for
// a store that is half its size.
#define BLOCKS_AT_ONCE 32

INLINE uint32_t count16(const int32_t *cuts, int32_t key) {
    return (uint32_t)__builtin_popcount(
        _mm512_cmple_epi32_mask(_mm512_load_si512(cuts), _mm512_set1_epi32(key)));
}
DEFINE_RANK(rank_of, count16)

// Ranks of the row as two registers that branches are looked up in.
typedef struct { __m512i low, high; } table;

INLINE __mmask64 ask8(table ranks, int wide, const uint8_t *columns, const uint8_t *keys) {
    __m512i at = _mm512_load_si512(columns);
    __m512i found = wide ? _mm512_permutex2var_epi8(ranks.low, at, ranks.high)
                         : _mm512_permutexvar_epi8(at, ranks.low);
    return _mm512_cmpge_epu8_mask(found, _mm512_load_si512(keys));
}

INLINE __mmask64 ask16(table ranks, const uint8_t *columns, const uint16_t *keys) {
    __mmask64 answers = 0;
    for (int half = 0; half < 2; half++) {
        __m512i at = _mm512_cvtepu8_epi16(_mm256_load_si256((const void *)(columns + 32 * half)));
        __m512i found = _mm512_permutex2var_epi16(ranks.low, at, ranks.high);
        uint64_t some = _mm512_cmpge_epu16_mask(found, _mm512_load_si512(keys + 32 * half));
        answers |= some << (32 * half);
    }
    return answers;
}

// 64 answers are a register's worth of bytes in slots.
INLINE uint32_t words(uint32_t depth) {
    return depth <= 3 ? 1 : depth <= 6 ? 1u << (depth - 3) : LANES << (depth - 6);
}

// The branch 1 ... 2^depth - 1 below which a tree's row ends, from its answers: a tree in each lane.
INLINE __m512i descend(uint32_t depth, const uint64_t *answers) {
    const __m512i one = _mm512_set1_epi64(1);
    __m512i at = one;
    __m512i upper;
    switch (depth) {
    case 4: upper = _mm512_cvtepu16_epi64(_mm_load_si128((const void *)answers)); break;
    case 5: upper = _mm512_cvtepu32_epi64(_mm256_load_si256((const void *)answers)); break;
    case 6: case 7: case 8: upper = _mm512_load_si512(answers); break;
    default: upper = _mm512_cvtepu8_epi64(_mm_loadl_epi64((const void *)answers));
    }
    // at = 2 * at + (bit `at` of the answers); 0xF8 is a | b & c.
#define STEP(bits)                                                                             \
    at = _mm512_ternarylogic_epi64(                                                            \
        _mm512_add_epi64(at, at), _mm512_rorv_epi64(bits, at), one, 0xF8)
    uint32_t steps = depth < 3 ? 3 : depth < 6 ? depth : 6;
    for (uint32_t i = 0; i < steps; i++) STEP(upper);
    if (depth >= 7) STEP(_mm512_load_si512(answers + LANES));
    if (depth >= 8) {
        __mmask8 right = _mm512_test_epi64_mask(at, _mm512_set1_epi64(64));
        __m512i bits = _mm512_load_si512(answers + 2 * LANES);
        STEP(_mm512_mask_load_epi64(bits, right, answers + 3 * LANES));
    }
#undef STEP
    return depth < 3 ? _mm512_srli_epi64(at, 3 - depth) : at;
}

// A leaf for each lane of a block.
INLINE void find(
    const vigie_ranked_block *block, uint32_t depth, const uint64_t *answers, uint32_t *leaves) {
    __m256i at = _mm512_cvtepi64_epi32(descend(depth, answers));
    __m256i first = _mm256_loadu_si256((const void *)block->leaf);
    __m256i leaf = _mm256_add_epi32(at, _mm256_sub_epi32(first, _mm256_set1_epi32(1 << depth)));
    _mm256_store_si256((void *)leaves, leaf);
}

INLINE void ask_block(
    const vigie_ranked *forest, const vigie_ranked_block *block, uint32_t count, table ranks,
    int bytes, int wide, uint64_t *answers) {
    const uint8_t *columns = forest->slot_columns + block->slots;
    const uint8_t *keys8 = (const uint8_t *)forest->slot_keys + block->slots;
    const uint16_t *keys16 = (const uint16_t *)forest->slot_keys + block->slots;
#pragma clang loop unroll_count(8)
    for (uint32_t w = 0; w < count; w++)
        answers[w] = bytes == 1 ? ask8(ranks, wide, columns + 64 * w, keys8 + 64 * w)
                                : ask16(ranks, columns + 64 * w, keys16 + 64 * w);
}

// The leaves of some blocks; `bytes` and `wide` are constants where this is inlined.
INLINE void find_leaves(
    const vigie_ranked *forest, size_t first, size_t end, table ranks, int bytes, int wide,
    uint32_t (*leaves)[LANES]) {
    _Alignas(64) uint64_t answers[BLOCKS_AT_ONCE][4 * LANES];
    for (size_t b = first; b < end; b++) {
        const vigie_ranked_block *block = &forest->blocks[b];
        if (block->depth == 6)
            ask_block(forest, block, LANES, ranks, bytes, wide, answers[b - first]);
        else
            ask_block(forest, block, words(block->depth), ranks, bytes, wide, answers[b - first]);
    }
    for (size_t b = first; b < end; b++) {
        const vigie_ranked_block *block = &forest->blocks[b];
        if (block->depth == 6)
            find(block, 6, answers[b - first], leaves[b - first]);
        else
            find(block, block->depth, answers[b - first], leaves[b - first]);
    }
}

static void find_leaves_8(
    const vigie_ranked *forest, size_t first, size_t end, table ranks, uint32_t (*leaves)[LANES]) {
    if (forest->column_count <= 64)
        find_leaves(forest, first, end, ranks, 1, 0, leaves);
    else
        find_leaves(forest, first, end, ranks, 1, 1, leaves);
}

static void find_leaves_16(
    const vigie_ranked *forest, size_t first, size_t end, table ranks, uint32_t (*leaves)[LANES]) {
    find_leaves(forest, first, end, ranks, 2, 1, leaves);
}

static table rank_row(const vigie_ranked *forest, const int32_t *keys) {
    _Alignas(64) union { uint8_t narrow[128]; uint16_t wide[64]; } ranks;
#define STORE_8(column, rank) ranks.narrow[column] = (uint8_t)(rank)
#define STORE_16(column, rank) ranks.wide[column] = (uint16_t)(rank)
    if (forest->rank_bytes == 2) {
        EACH_RANK(rank_of, forest->levels, STORE_16)
    } else if (forest->levels == 2) {
        EACH_RANK(rank_of, 2, STORE_8)
    } else {
        EACH_RANK(rank_of, forest->levels, STORE_8)
    }
    return (table){_mm512_load_si512(&ranks), _mm512_load_si512(ranks.narrow + 64)};
}

#define DEFINE_ONE(name, number, weights)                                                      \
    void name(const vigie_ranked *forest, const int32_t *keys, number *out) {           \
        _Alignas(64) uint32_t leaves[BLOCKS_AT_ONCE][LANES];                                   \
        table ranks = rank_row(forest, keys);                                                  \
        number sum = out[0];                                                                   \
        for (size_t first = 0; first < forest->block_count; first += BLOCKS_AT_ONCE) {         \
            size_t end = first + BLOCKS_AT_ONCE;                                               \
            if (end > forest->block_count) end = forest->block_count;                          \
            if (forest->rank_bytes == 1) find_leaves_8(forest, first, end, ranks, leaves);     \
            else find_leaves_16(forest, first, end, ranks, leaves);                            \
            for (size_t b = first; b < end; b++) {                                             \
                const uint32_t *leaf = leaves[b - first];                                      \
                uint32_t trees = forest->blocks[b].trees;                                      \
                if (forest->target_count == 1 && trees == LANES) {                             \
                    _Pragma("clang loop unroll(full)")                                         \
                    for (int lane = 0; lane < LANES; lane++) sum += forest->weights[leaf[lane]]; \
                } else if (forest->target_count == 1) {                                        \
                    for (uint32_t lane = 0; lane < trees; lane++)                              \
                        sum += forest->weights[leaf[lane]];                                    \
                } else {                                                                       \
                    const uint32_t *targets = forest->targets + b * LANES;                     \
                    for (uint32_t lane = 0; lane < trees; lane++)                              \
                        out[targets[lane]] += forest->weights[leaf[lane]];                     \
                }                                                                              \
            }                                                                                  \
        }                                                                                      \
        if (forest->target_count == 1) out[0] = sum;                                           \
    }

DEFINE_ONE(vigie_ranked_one_f32_avx512, float, weights32)
DEFINE_ONE(vigie_ranked_one_f64_avx512, double, weights64)

#pragma clang attribute pop
#endif

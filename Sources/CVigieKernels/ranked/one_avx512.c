// One row through a ranked forest, 64 branches (32 of 16 bits) at a time.
#include "../vigie_targets.h"

#if defined(VIGIE_X86)

#include <immintrin.h>
#include <string.h>

#include "one.h"
#include "ranks.h"

#pragma clang attribute push(VIGIE_TARGET_AVX512, apply_to = function)

#define LANES VIGIE_LANES
// Blocks that are asked, descended and summed together, each step one group behind the one before:
// answers are stored long before they are read, so that no load waits for a store of half its size, and
// the sums, a chain of additions, run beside the next group's questions.
#define GROUP 4

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

typedef struct {
    _Alignas(64) uint64_t answers[2][GROUP][4 * LANES];
    _Alignas(64) uint32_t leaves[2][GROUP][LANES];
} groups;

// `bytes` and `wide` are constants where this is inlined.
INLINE void ask_group(
    const vigie_ranked *forest, size_t group, table ranks, int bytes, int wide, groups *state) {
    size_t first = group * GROUP, end = first + GROUP;
    if (end > forest->block_count) end = forest->block_count;
    for (size_t b = first; b < end; b++) {
        const vigie_ranked_block *block = &forest->blocks[b];
        uint64_t *answers = state->answers[group & 1][b - first];
        if (block->depth == 6)
            ask_block(forest, block, LANES, ranks, bytes, wide, answers);
        else
            ask_block(forest, block, words(block->depth), ranks, bytes, wide, answers);
    }
}

INLINE void find_group(const vigie_ranked *forest, size_t group, groups *state) {
    size_t first = group * GROUP, end = first + GROUP;
    if (end > forest->block_count) end = forest->block_count;
    for (size_t b = first; b < end; b++) {
        const vigie_ranked_block *block = &forest->blocks[b];
        const uint64_t *answers = state->answers[group & 1][b - first];
        uint32_t *leaves = state->leaves[group & 1][b - first];
        if (block->depth == 6)
            find(block, 6, answers, leaves);
        else
            find(block, block->depth, answers, leaves);
    }
}

#define DEFINE_RANK_ALL(name, number)                                                          \
    INLINE void name(                                                                          \
        const vigie_ranked *forest, uint32_t levels, const int32_t *keys, number *ranks) {     \
        for (size_t f = 0; f < forest->feature_count; f++) {                                   \
            const vigie_ranked_feature *feature = &forest->features[f];                        \
            int32_t key = keys[feature->feature];                                              \
            number rank = (number)rank_of(forest, feature, levels, key);                       \
            ranks[feature->columns[0]] = rank;                                                 \
            ranks[feature->columns[1]] = key == MISSING ? (number)-1 : rank;                   \
        }                                                                                      \
    }
DEFINE_RANK_ALL(rank_all_8, uint8_t)
DEFINE_RANK_ALL(rank_all_16, uint16_t)

static table rank_row(const vigie_ranked *forest, const int32_t *keys) {
    _Alignas(64) union { uint8_t narrow[128]; uint16_t wide[64]; } ranks;
    if (forest->rank_bytes == 2)
        rank_all_16(forest, forest->levels, keys, ranks.wide);
    else if (forest->levels == 2)
        rank_all_8(forest, 2, keys, ranks.narrow);
    else
        rank_all_8(forest, 1, keys, ranks.narrow);
    return (table){_mm512_load_si512(&ranks), _mm512_load_si512(ranks.narrow + 64)};
}

#define DEFINE_ONE(name, number, weights)                                                      \
    INLINE void add_group_##number(                                                            \
        const vigie_ranked *forest, size_t group, const groups *state, number *out) {          \
        size_t first = group * GROUP, end = first + GROUP;                                     \
        if (end > forest->block_count) end = forest->block_count;                              \
        number sum = out[0];                                                                   \
        for (size_t b = first; b < end; b++) {                                                 \
            const uint32_t *leaf = state->leaves[group & 1][b - first];                        \
            uint32_t trees = forest->blocks[b].trees;                                          \
            if (forest->target_count == 1 && trees == LANES) {                                 \
                _Pragma("clang loop unroll(full)")                                             \
                for (int lane = 0; lane < LANES; lane++) sum += forest->weights[leaf[lane]];   \
            } else if (forest->target_count == 1) {                                            \
                for (uint32_t lane = 0; lane < trees; lane++)                                  \
                    sum += forest->weights[leaf[lane]];                                        \
            } else {                                                                           \
                const uint32_t *targets = forest->targets + b * LANES;                         \
                for (uint32_t lane = 0; lane < trees; lane++)                                  \
                    out[targets[lane]] += forest->weights[leaf[lane]];                         \
            }                                                                                  \
        }                                                                                      \
        if (forest->target_count == 1) out[0] = sum;                                           \
    }                                                                                          \
    INLINE void one_##number(                                                                  \
        const vigie_ranked *forest, table ranks, int bytes, int wide, number *out) {           \
        groups state;                                                                          \
        size_t count = (forest->block_count + GROUP - 1) / GROUP;                              \
        for (size_t step = 0; step < count + 2; step++) {                                      \
            if (step < count) ask_group(forest, step, ranks, bytes, wide, &state);             \
            if (step - 1 < count) find_group(forest, step - 1, &state);                        \
            if (step - 2 < count) add_group_##number(forest, step - 2, &state, out);           \
        }                                                                                      \
    }                                                                                          \
    void name(const vigie_ranked *forest, const int32_t *keys, number *out) {                  \
        table ranks = rank_row(forest, keys);                                                  \
        if (forest->rank_bytes == 2) one_##number(forest, ranks, 2, 1, out);                   \
        else if (forest->column_count <= 64) one_##number(forest, ranks, 1, 0, out);           \
        else one_##number(forest, ranks, 1, 1, out);                                           \
    }

DEFINE_ONE(vigie_ranked_one_f32_avx512, float, weights32)
DEFINE_ONE(vigie_ranked_one_f64_avx512, double, weights64)

#pragma clang attribute pop
#endif

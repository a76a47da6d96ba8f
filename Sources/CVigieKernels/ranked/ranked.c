// Which kernel a ranked forest's rows meet, and the sums of many rows.
#include "vigie_ranked.h"

#include <string.h>

#include "one.h"
#include "rows.h"

int vigie_ranked_has_one(const vigie_ranked *forest, vigie_cpu level) {
    return level >= VIGIE_CPU_AVX512 && forest->slot_columns != NULL;
}

#if defined(__x86_64__)
#define EACH_LEVEL(call)                                                                       \
    switch (level) {                                                                           \
    case VIGIE_CPU_AVX512: call(avx512); break;                                                \
    case VIGIE_CPU_AVX2: call(avx2); break;                                                    \
    default: call(portable);                                                                   \
    }
#else
#define EACH_LEVEL(call)                                                                       \
    (void)level;                                                                               \
    call(portable)
#endif

// The scratch: leaves of one tree, sums by target, columns.
#define LEAVES_BYTES VIGIE_RANKED_BYTES

static size_t sums_bytes(const vigie_ranked *forest) {
    return forest->target_count * VIGIE_RANKED_BYTES * sizeof(double);
}

static uint8_t *columns_of(const vigie_ranked *forest, void *scratch) {
    return (uint8_t *)scratch + LEAVES_BYTES + sums_bytes(forest);
}

size_t vigie_ranked_scratch(const vigie_ranked *forest) {
    return LEAVES_BYTES + sums_bytes(forest) + forest->column_count * VIGIE_RANKED_BYTES;
}

void vigie_ranked_put(
    const vigie_ranked *forest, vigie_cpu level, const int32_t *keys, size_t key_stride,
    size_t first, size_t rows, void *scratch) {
#define PUT(suffix)                                                                            \
    vigie_ranked_put_##suffix(forest, keys, key_stride, first, rows, columns_of(forest, scratch))
    EACH_LEVEL(PUT)
}

// One tree's weights after the other, for each row.
#define DEFINE_SUM(name, number, weights, add)                                                 \
    void name(                                                                                 \
        const vigie_ranked *forest, vigie_cpu level, size_t rows, void *scratch, number *out) { \
        const size_t targets = forest->target_count;                                           \
        const size_t padded = (rows + 15) & ~(size_t)15;                                       \
        uint8_t *leaves = scratch;                                                             \
        number *sums = (number *)((uint8_t *)scratch + LEAVES_BYTES);                          \
        const uint8_t *columns = columns_of(forest, scratch);                                  \
        for (size_t target = 0; target < targets; target++)                                    \
            for (size_t row = 0; row < rows; row++)                                            \
                sums[target * VIGIE_RANKED_BYTES + row] = out[row * targets + target];         \
        for (size_t b = 0; b < forest->block_count; b++) {                                     \
            const vigie_ranked_block *block = &forest->blocks[b];                              \
            for (uint32_t lane = 0; lane < block->trees; lane++) {                             \
                size_t target = forest->targets[b * VIGIE_LANES + lane];                       \
                const number *leaf_weights = forest->weights + block->leaf[lane];              \
                number *tree_sums = sums + target * VIGIE_RANKED_BYTES;                        \
                EACH_LEVEL(add)                                                                \
            }                                                                                  \
        }                                                                                      \
        for (size_t target = 0; target < targets; target++)                                    \
            for (size_t row = 0; row < rows; row++)                                            \
                out[row * targets + target] = sums[target * VIGIE_RANKED_BYTES + row];         \
    }

#define ADD_F32(suffix)                                                                        \
    vigie_ranked_leaves_##suffix(forest, block, lane, columns, rows, leaves);                  \
    vigie_ranked_add_f32_##suffix(leaf_weights, block->depth, leaves, padded, tree_sums)
#define ADD_F64(suffix)                                                                        \
    vigie_ranked_leaves_##suffix(forest, block, lane, columns, rows, leaves);                  \
    vigie_ranked_add_f64_##suffix(leaf_weights, block->depth, leaves, padded, tree_sums)

DEFINE_SUM(vigie_ranked_sum_f32, float, weights32, ADD_F32)
DEFINE_SUM(vigie_ranked_sum_f64, double, weights64, ADD_F64)

void vigie_ranked_one_f32(
    const vigie_ranked *forest, vigie_cpu level, const int32_t *keys, void *scratch, float *out) {
    (void)level;
    (void)scratch;
#if defined(__x86_64__)
    vigie_ranked_one_f32_avx512(forest, keys, out);
#endif
}

void vigie_ranked_one_f64(
    const vigie_ranked *forest, vigie_cpu level, const int32_t *keys, void *scratch, double *out) {
    (void)level;
    (void)scratch;
#if defined(__x86_64__)
    vigie_ranked_one_f64_avx512(forest, keys, out);
#endif
}

#include "vigie_forest.h"

#include <string.h>

#define LANES VIGIE_LANES
#define INLINE static inline __attribute__((always_inline))
#define EACH_LANE _Pragma("clang loop unroll(full)") for (int lane = 0; lane < LANES; lane++)

void vigie_keys_f32(const float *row, size_t count, int32_t *keys) {
    for (size_t i = 0; i < count; i++) {
        float value = row[i] + 0.0f;    // -0 becomes 0
        int32_t bits;
        memcpy(&bits, &value, sizeof bits);
        int32_t key = bits ^ (int32_t)((uint32_t)(bits >> 31) >> 1);
        int missing = value != value;
        keys[i] = missing ? INT32_MIN : key;
        keys[count + i] = missing ? INT32_MAX : key;
    }
}

// How many of the cuts are at or below the key, without a branch to mispredict.
INLINE int32_t rank_of_key(const int64_t *cuts, size_t count, int64_t key) {
    const int64_t *base = cuts;
    while (count > 1) {
        size_t half = count / 2;
        base += base[half - 1] <= key ? half : 0;
        count -= half;
    }
    return (int32_t)(base - cuts) + (count == 1 && *base <= key);
}

void vigie_keys_f64(
    const double *row, size_t count, const int64_t *cuts, const int64_t *starts, int32_t *keys) {
    for (size_t i = 0; i < count; i++) {
        double value = row[i] + 0.0;    // -0 becomes 0
        int64_t bits;
        memcpy(&bits, &value, sizeof bits);
        int64_t key = bits ^ (int64_t)((uint64_t)(bits >> 63) >> 1);
        int32_t rank = rank_of_key(cuts + starts[i], (size_t)(starts[i + 1] - starts[i]), key);
        int missing = value != value;
        keys[i] = missing ? INT32_MIN : rank;
        keys[count + i] = missing ? INT32_MAX : rank;
    }
}

// A block's leaves for one row. `depth` is a constant where this is inlined, so the loop unrolls.
//
// The nodes of a block's trees lie between each other, so that all lanes share one base and a lane's
// state is one register (its slot, times LANES): with eight trees apart, pointers and slots spilled,
// and a visit took 14 instructions where it takes 8. The upper levels share cache lines, too.
INLINE void walk_levels(
    const vigie_forest *forest, const vigie_block *block, uint32_t depth, const int32_t *keys,
    uint32_t leaves[LANES]) {
    const vigie_level_node *nodes = forest->level_nodes + block->root[0];
    size_t at[LANES];
    EACH_LANE at[lane] = LANES;
    for (uint32_t level = 0; level < depth; level++) {
        EACH_LANE {
            vigie_level_node node = nodes[at[lane] + (size_t)lane];
            at[lane] = 2 * at[lane] + LANES * (size_t)(keys[node.column] >= node.key);
        }
    }
    EACH_LANE leaves[lane] = block->leaf[lane] + (uint32_t)(at[lane] / LANES) - (1u << depth);
}

// Asks for the upper levels of the next block's trees while one is walked: a forest is larger than
// the first cache, and a walk's time is the sum of its loads' latencies.
INLINE void prefetch_levels(const vigie_forest *forest, size_t next) {
    if (next >= forest->block_count) return;
    const vigie_block *block = &forest->blocks[next];
    if (block->layout != VIGIE_LEVELS || block->depth < 4) return;
    const vigie_level_node *nodes = forest->level_nodes + block->root[0];
    _Pragma("clang loop unroll(full)") for (int slot = 1; slot < 16; slot++)
        __builtin_prefetch(nodes + slot * LANES);
}

INLINE void walk_branches(
    const vigie_forest *forest, const vigie_block *block, const int32_t *keys,
    uint32_t leaves[LANES]) {
    const vigie_branch_node *nodes = forest->branch_nodes;
    uint32_t at[LANES];
    uint32_t moved;
    EACH_LANE at[lane] = block->root[lane];
    do {
        moved = 0;
        EACH_LANE {
            const vigie_branch_node *node = &nodes[at[lane]];
            uint32_t next = node->child[keys[node->column] >= node->key];
            moved |= next ^ at[lane];
            at[lane] = next;
        }
    } while (moved);
    EACH_LANE leaves[lane] = (uint32_t)nodes[at[lane]].key;
}

INLINE void walk_categories(
    const vigie_forest *forest, const vigie_block *block, const int32_t *keys,
    uint32_t leaves[LANES]) {
    const vigie_branch_node *nodes = forest->branch_nodes;
    const uint32_t *sets = forest->category_bits;
    uint32_t at[LANES];
    uint32_t moved;
    EACH_LANE at[lane] = block->root[lane];
    do {
        moved = 0;
        EACH_LANE {
            const vigie_branch_node *node = &nodes[at[lane]];
            // No branch to mispredict: a node without categories reads bit 0 and forgets it.
            uint32_t categorical = (uint32_t)((int32_t)node->column >> 31);
            int32_t key = keys[node->column & ~VIGIE_CATEGORICAL];
            uint32_t bit = ((uint32_t)node->key + (uint32_t)key) & categorical;
            uint32_t member = sets[bit >> 5] >> (bit & 31) & 1;
            uint32_t above = (uint32_t)(key >= node->key);
            uint32_t right = (above & ~categorical) | (member & categorical);
            uint32_t next = node->child[right];
            moved |= next ^ at[lane];
            at[lane] = next;
        }
    } while (moved);
    EACH_LANE leaves[lane] = (uint32_t)nodes[at[lane]].key;
}

// Calls `visit(row, leaves)` for each row of one block.
#define EACH_ROW(walk, visit)                                    \
    for (size_t row = 0; row < rows; row++) {                    \
        const int32_t *row_keys = keys + row * key_stride;       \
        uint32_t leaves[LANES];                                  \
        walk;                                                    \
        visit;                                                   \
    }

#define LEVELS(depth, visit)                                                     \
    case depth:                                                                  \
        EACH_ROW(walk_levels(forest, block, depth, row_keys, leaves), visit) \
        break;

#define VISIT_BLOCK(visit)                                                               \
    switch (block->layout) {                                                             \
    case VIGIE_LEVELS:                                                                   \
        switch (block->depth) {                                                          \
            LEVELS(1, visit)                                                             \
            LEVELS(2, visit)                                                             \
            LEVELS(3, visit)                                                             \
            LEVELS(4, visit)                                                             \
            LEVELS(5, visit)                                                             \
            LEVELS(6, visit)                                                             \
            LEVELS(7, visit)                                                             \
            LEVELS(8, visit)                                                             \
        default:                                                                         \
            EACH_ROW(walk_levels(forest, block, block->depth, row_keys, leaves), visit)  \
        }                                                                                \
        break;                                                                           \
    case VIGIE_BRANCHES:                                                                 \
        EACH_ROW(walk_branches(forest, block, row_keys, leaves), visit)                  \
        break;                                                                           \
    default:                                                                             \
        EACH_ROW(walk_categories(forest, block, row_keys, leaves), visit)                \
    }

// One tree's weight is added after the other: floating point sums depend on their order.
#define DEFINE_SUM(name, number, weights)                                                  \
    void name(                                                                             \
        const vigie_forest *forest, const int32_t *keys, size_t key_stride, size_t rows,   \
        number *out) {                                                                     \
        for (size_t b = 0; b < forest->block_count; b++) {                                 \
            const vigie_block *block = &forest->blocks[b];                                 \
            const uint32_t *targets = forest->targets + b * LANES;                         \
            const uint32_t trees = block->trees;                                           \
            const size_t target_count = forest->target_count;                              \
            prefetch_levels(forest, b + 1);                                                \
            if (target_count == 1 && trees == LANES) {                                     \
                VISIT_BLOCK({                                                              \
                    number sum = out[row];                                                 \
                    EACH_LANE sum += forest->weights[leaves[lane]];                        \
                    out[row] = sum;                                                        \
                })                                                                         \
            } else {                                                                       \
                VISIT_BLOCK({                                                              \
                    for (uint32_t lane = 0; lane < trees; lane++)                          \
                        out[row * target_count + targets[lane]] +=                         \
                            forest->weights[leaves[lane]];                                 \
                })                                                                         \
            }                                                                              \
        }                                                                                  \
    }

DEFINE_SUM(vigie_forest_sum_f32, float, weights32)
DEFINE_SUM(vigie_forest_sum_f64, double, weights64)

void vigie_forest_leaves(const vigie_forest *forest, const int32_t *keys, uint32_t *out) {
    const size_t rows = 1, key_stride = 0;
    for (size_t b = 0; b < forest->block_count; b++) {
        const vigie_block *block = &forest->blocks[b];
        VISIT_BLOCK(memcpy(out + b * LANES, leaves, sizeof leaves))
    }
}

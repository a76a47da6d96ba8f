// Forests of full trees, every branch of which is asked: no walk, no branch, no load that waits for
// another. What a row answers to a branch is one comparison of small whole numbers, of which an
// instruction does 64; where a walk would have ended is then read from the answers' bits.
//
// It takes four steps. (1) A feature's value becomes its rank among the feature's cuts, 8 bits where
// no feature has more than 255 cuts (as trees grown on histograms), else 16: comparisons stay exact.
// (2) Ranks are laid out for the kernel, a column for each feature and side that a missing value
// takes. (3) One row meets 64 branches at a time, its ranks in a register that the branches look
// their column up in; many rows meet one branch at a time. (4) Leaves are found and their weights
// summed, tree after tree, so that sums are those of vigie_forest_sum.
//
// QuickScorer (Lucchese et al. 2015) and RapidScorer (Ye et al. 2018) ask every branch, too; full
// trees of up to 8 levels let the path be read without their bit vector a branch.
//
// As in vigie_forest.h every index is proven by the compiler in Sources/VigieEngine/Trees.
#ifndef VIGIE_RANKED_H
#define VIGIE_RANKED_H

#include <stddef.h>
#include <stdint.h>

#include "vigie_cpu.h"
#include "vigie_forest.h"

// Bytes of one column of ranks of many rows: 128 rows of 8 bits, 64 of 16.
#define VIGIE_RANKED_BYTES 128
// Columns that one row's kernel can look up: two vector registers of bytes, two of 16 bits.
#define VIGIE_RANKED_COLUMNS_ONE_8 128
#define VIGIE_RANKED_COLUMNS_ONE_16 64
// Deepest full tree.
#define VIGIE_RANKED_DEPTH 8

// Arrays of cuts a feature at most: 16^4 - 1 cuts.
#define VIGIE_RANKED_LEVELS 4

// A feature's cuts, ascending, as arrays from coarse to fine. The finest holds all cuts; element i of
// a coarser one is element 16 * i + 15 of the next. Each ends with INT32_MAX, one at least, up to a
// multiple of 16, and the coarsest has 16 elements.
typedef struct {
    uint32_t feature;       // keys[feature], INT32_MIN when the value is missing
    uint32_t cuts[VIGIE_RANKED_LEVELS];     // where the arrays begin
    uint32_t columns[2];    // for a missing value below, above all cuts; the last one when not asked for
} vigie_ranked_feature;

// A branch as many rows meet it: right when the rank in the column is not below key. In a tree's
// nodes, children come before their parent, all of the left one's before the right one's.
typedef struct {
    uint32_t offset;        // of the column: VIGIE_RANKED_BYTES * column
    uint32_t key;           // the 8 or 16 bits repeated
} vigie_ranked_node;

// VIGIE_LANES consecutive trees of one depth, as the vigie_block from which it is made.
typedef struct {
    uint32_t depth;
    uint32_t trees;
    uint32_t nodes;         // index of the first tree's first node; a tree has 2^depth - 1
    // One row: byte 64 * (VIGIE_LANES * w + lane) + i of its columns and keys is branch 64 * w + i of
    // the tree `lane`; the root is 1, children of i are 2i and 2i + 1. Trees of depth 3 to 5 take 8, 16
    // or 32 bytes, those of less as of depth 3.
    uint32_t slots;         // index of the first
    uint32_t leaf[VIGIE_LANES];     // index of the first leaf
} vigie_ranked_block;

typedef struct {
    const vigie_ranked_block *blocks;
    size_t block_count;
    const vigie_ranked_feature *features;
    size_t feature_count;
    const int32_t *cuts;
    uint32_t levels;        // arrays of cuts of each feature
    uint32_t rank_bytes;    // 1 or 2
    uint32_t column_count;  // the spare one included
    const vigie_ranked_node *nodes;
    const uint8_t *slot_columns;    // NULL when one row is not to be met this way
    const void *slot_keys;          // of rank_bytes
    const float *weights32;
    const double *weights64;
    const uint32_t *targets;        // by tree (VIGIE_LANES a block)
    size_t target_count;
} vigie_ranked;

// Rows that vigie_ranked_sum takes at most: VIGIE_RANKED_BYTES / rank_bytes.
static inline size_t vigie_ranked_rows(const vigie_ranked *forest) {
    return VIGIE_RANKED_BYTES / forest->rank_bytes;
}

// Whether one row is best met alone at this level.
int vigie_ranked_has_one(const vigie_ranked *forest, vigie_cpu level);

// Bytes of scratch, 64-byte aligned, for the functions below.
size_t vigie_ranked_scratch(const vigie_ranked *forest);

// One row of keys (vigie_keys_f32): adds to out[target]. Only where vigie_ranked_has_one.
void vigie_ranked_one_f32(
    const vigie_ranked *forest, vigie_cpu level, const int32_t *keys, void *scratch, float *out);
void vigie_ranked_one_f64(
    const vigie_ranked *forest, vigie_cpu level, const int32_t *keys, void *scratch, double *out);

// Writes `rows` rows of keys into the scratch's columns, from row `first` on.
void vigie_ranked_put(
    const vigie_ranked *forest, vigie_cpu level, const int32_t *keys, size_t key_stride,
    size_t first, size_t rows, void *scratch);
// Rows 0 ..< rows, which were put: adds to out[row * target_count + target].
void vigie_ranked_sum_f32(
    const vigie_ranked *forest, vigie_cpu level, size_t rows, void *scratch, float *out);
void vigie_ranked_sum_f64(
    const vigie_ranked *forest, vigie_cpu level, size_t rows, void *scratch, double *out);

#endif

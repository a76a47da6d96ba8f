// Walks of decision trees. The compiler in Sources/VigieEngine/Trees makes these structures and
// proves every index in them; nothing is checked here. A function never allocates and touches
// only what it is given, so any number of threads may share one forest.
#ifndef VIGIE_FOREST_H
#define VIGIE_FOREST_H

#include <stddef.h>
#include <stdint.h>

// Trees that are walked side by side, so that one's loads hide behind the others'.
#define VIGIE_LANES 8

// A branch of a tree padded to full depth: children of node i are 2i and 2i+1, the root is 1. Node i
// of a block's tree `lane` is at root[0] + VIGIE_LANES * i + lane. Right when keys[column] >= key.
typedef struct {
    int32_t key;
    uint32_t column;
} vigie_level_node;

// A branch of any tree: child[0] when keys[column] < key, else child[1]. In a leaf both children
// are the node itself, and key is the leaf's index.
// With VIGIE_CATEGORICAL in column: child[bit], bit number key + keys[column] of the sets.
typedef struct {
    int32_t key;
    uint32_t column;
    uint32_t child[2];
} vigie_branch_node;

#define VIGIE_CATEGORICAL 0x80000000u

typedef enum {
    VIGIE_LEVELS = 0,       // level_nodes
    VIGIE_BRANCHES = 1,     // branch_nodes without categorical ones
    VIGIE_CATEGORIES = 2,   // branch_nodes
} vigie_layout;

// VIGIE_LANES consecutive trees; the last block of a forest may use fewer, the rest are copies.
typedef struct {
    uint32_t layout;
    uint32_t depth;                 // VIGIE_LEVELS: branches from root to leaf
    uint32_t trees;                 // 1 ... VIGIE_LANES that count
    uint32_t root[VIGIE_LANES];     // index of the node; VIGIE_LEVELS: of the block's first node
    uint32_t leaf[VIGIE_LANES];     // VIGIE_LEVELS: index of the first leaf
} vigie_block;

typedef struct {
    const vigie_block *blocks;
    size_t block_count;
    const vigie_level_node *level_nodes;
    const vigie_branch_node *branch_nodes;
    const uint32_t *category_bits;
    const float *weights32;         // by leaf, when each leaf has one weight
    const double *weights64;
    const uint32_t *targets;        // by tree (VIGIE_LANES a block): the output that it adds to
    size_t target_count;
} vigie_forest;

// The order of float values as the order of int32: keys[i] with NaN below all, keys[count + i] with
// NaN above all. -0 equals 0.
void vigie_keys_f32(const float *row, size_t count, int32_t *keys);

// A double's key is how many of its feature's cuts, starts[i] ..< starts[i + 1] in ascending order of
// cuts, are at or below it, in the order of doubles as int64; missing values as above.
void vigie_keys_f64(
    const double *row, size_t count, const int64_t *cuts, const int64_t *starts, int32_t *keys);

// Adds the weights of the leaves that `rows` rows of keys fall into to out[row * target_count +
// target], tree after tree: the result does not depend on how many rows there are.
void vigie_forest_sum_f32(
    const vigie_forest *forest, const int32_t *keys, size_t key_stride, size_t rows, float *out);
void vigie_forest_sum_f64(
    const vigie_forest *forest, const int32_t *keys, size_t key_stride, size_t rows, double *out);

// The leaf that one row falls into in each tree: leaves[VIGIE_LANES * block + lane].
void vigie_forest_leaves(const vigie_forest *forest, const int32_t *keys, uint32_t *leaves);

#endif

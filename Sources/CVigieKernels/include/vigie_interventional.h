// Shapley values of decision trees against a background of rows. As with vigie_forest.h, every index
// is proven by the compiler in Sources/VigieEngine/Trees/Interventional, and nothing is allocated.
#ifndef VIGIE_INTERVENTIONAL_H
#define VIGIE_INTERVENTIONAL_H

#include <stddef.h>
#include <stdint.h>

// A node of a tree, after its parent. `before` is the nearest node above it that the same feature
// leads to, or the node itself when there is none.
typedef struct {
    int32_t key;            // the test, as in vigie_branch_node; in a leaf unused
    uint32_t column;
    uint32_t child[2];      // nodes of the tree; 0 in a leaf
    uint32_t feature;       // whose test leads here
    uint32_t before;
    uint32_t path;          // of a leaf: index of its first path entry
    uint32_t length;        // of a leaf: its path entries, one for each feature on its way
    uint32_t leaf;          // of a leaf: its number
} vigie_background_node;

typedef struct {
    uint32_t first;         // node
    uint32_t count;
    int32_t target;         // the only output that its leaves speak of, or -1
} vigie_background_tree;

typedef struct {
    const vigie_background_tree *trees;
    size_t tree_count;
    const vigie_background_node *nodes;
    const uint32_t *category_bits;
    const uint32_t *paths;  // nodes of the tree: the last one that each feature leads to
    uint64_t *fits;         // by node `words` words: background rows that take the node's side of
                            // every test of its feature on the way
    const double *weights;  // target_count for each leaf
    const double *shares;   // (order + 1) squared: [u][v] = (u - 1)! v! / (u + v)!, 0 where u is 0
    size_t target_count;
    size_t words;           // of 64 background rows
    size_t rows;            // of the background
    size_t order;           // features on the longest path
} vigie_background;

// Marks background row `row`, whose keys these are, in fits.
void vigie_background_mark(const vigie_background *background, const int32_t *keys, size_t row);

// Adds each feature's Shapley value of output `target` for one row of keys to contributions, summed
// over the background: to be divided by its rows.
// hits: one byte a node of the largest tree; sets: words for each node of it, and words for each of
// order + 1 counts.
void vigie_background_explain(
    const vigie_background *background, const int32_t *keys, size_t target, double *contributions,
    uint8_t *hits, uint64_t *sets, uint64_t *counts);

#endif

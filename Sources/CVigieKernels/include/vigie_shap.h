// Shapley values of decision trees. As with vigie_forest.h, every index is proven by the compiler
// in Sources/VigieEngine/Trees, and nothing is allocated.
#ifndef VIGIE_SHAP_H
#define VIGIE_SHAP_H

#include <stddef.h>
#include <stdint.h>

#include "vigie_cpu.h"

// Quadrature points that are computed at once.
#define VIGIE_POINTS 4

// A node of a tree, after its parent. `before` is the nearest node above it that the same feature
// leads to, or the node itself when there is none.
typedef struct {
    int32_t key;            // the test, as in vigie_branch_node; in a leaf unused
    uint32_t column;
    uint32_t child[2];      // nodes of the tree; 0 in a leaf
    uint32_t feature;       // whose test leads here
    uint32_t before;
    double share;           // training data that comes here, of all that meet the feature's tests on
                            // the way: the product of child / parent over these tests
    double weight;          // of a leaf
} vigie_shap_node;

typedef struct {
    uint32_t first;         // node
    uint32_t count;
    uint32_t points;        // a multiple of VIGIE_POINTS
    uint32_t rule;          // index of the first point and weight
} vigie_shap_tree;

typedef struct {
    const vigie_shap_tree *trees;
    size_t tree_count;
    const vigie_shap_node *nodes;
    const uint32_t *category_bits;
    const double *points;   // in (0, 1)
    const double *weights;
} vigie_shap;

// Adds each feature's Shapley value for one row of keys to contributions, the same at every level.
// products: 2 * points doubles a node of the largest tree; hits: one byte a node of it.
void vigie_shap_explain(
    const vigie_shap *shap, vigie_cpu level, const int32_t *keys, double *contributions,
    double *products, uint8_t *hits);

#endif

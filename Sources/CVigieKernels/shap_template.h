// The source of vigie_shap_explain at each level; includers define NAME.
#include "vigie_forest.h"
#include "vigie_shap.h"

// Lundberg 2020 defines a leaf's Shapley value for the feature i on its path as
//     v * (o_i - z_i) * sum over subsets S of the path's other features of
//         |S|! (m - 1 - |S|)! / m! * product of o_j over S * product of z_j over the rest
// with o = 1 where the row takes the leaf's side of every test of the feature, else 0, and z the
// share of the training data that does. k! (m - 1 - k)! / m! is the integral over [0, 1] of
// t^k (1 - t)^(m - 1 - k), so that the whole sum is the integral of
//     v * (o_i - z_i) * product over j != i of (o_j t + z_j (1 - t)),
// a polynomial of degree m - 1, which Gauss-Legendre quadrature of m / 2 points gives exactly. All
// factors are positive: nothing cancels. Products are made on the way down and summed on the way
// up, one step an edge, as in Linear TreeSHAP (Yu et al. 2022).

// No product and sum become one rounding, so that every level gives the same bits.
#pragma clang fp contract(off)

typedef double points __attribute__((vector_size(8 * VIGIE_POINTS), aligned(8)));

static inline __attribute__((always_inline)) int goes_right(
    const vigie_shap *shap, const vigie_shap_node *node, const int32_t *keys) {
    int32_t key = keys[node->column & ~VIGIE_CATEGORICAL];
    if (!(node->column & VIGIE_CATEGORICAL)) return key >= node->key;
    uint32_t bit = (uint32_t)node->key + (uint32_t)key;
    return shap->category_bits[bit >> 5] >> (bit & 31) & 1;
}

// Down: the product of the factors on the way to each node, and each factor's inverse. A factor is
// 0 only where neither the row nor any training data goes; there everything below is 0.
static inline __attribute__((always_inline)) void enter(
    const vigie_shap_node *nodes, uint32_t parent, uint32_t child, int taken, size_t chunks,
    const points *t, points *products, points *inverses, uint8_t *hits) {
    const vigie_shap_node *node = &nodes[child];
    int first = node->before == child;
    uint8_t hit = taken && (first || hits[node->before]);
    hits[child] = hit;
    double share = node->share, one = hit;
    int dead = share == 0 && !hit;
    for (size_t c = 0; c < chunks; c++) {
        points factor = share + (one - share) * t[c];
        points product = products[parent * chunks + c] * factor;
        if (!first) product *= inverses[node->before * chunks + c];
        products[child * chunks + c] = product;
        inverses[child * chunks + c] = dead ? factor : 1.0 / factor;
    }
}

// Up: what the leaves below an edge say to the feature that leads there.
static inline __attribute__((always_inline)) void leave(
    const vigie_shap_node *nodes, uint32_t child, size_t chunks, const points *products,
    const points *inverses, const uint8_t *hits, double *contributions) {
    const vigie_shap_node *node = &nodes[child];
    uint32_t before = node->before;
    points sum = {0};
    points sum_before = {0};
    for (size_t c = 0; c < chunks; c++) {
        points below = products[child * chunks + c];
        sum += below * inverses[child * chunks + c];
        if (before != child) sum_before += below * inverses[before * chunks + c];
    }
    double value = ((sum[0] + sum[1]) + (sum[2] + sum[3])) * (hits[child] - node->share);
    // The feature's earlier test has counted these leaves with its own share: take that back.
    if (before != child)
        value -= ((sum_before[0] + sum_before[1]) + (sum_before[2] + sum_before[3]))
            * (hits[before] - nodes[before].share);
    contributions[node->feature] += value;
}

static inline __attribute__((always_inline)) void explain_tree(
    const vigie_shap *shap, const vigie_shap_tree *tree, size_t chunks, const int32_t *keys,
    double *contributions, points *products, uint8_t *hits) {
    const vigie_shap_node *nodes = shap->nodes + tree->first;
    const points *t = (const points *)(shap->points + tree->rule);
    const points *weights = (const points *)(shap->weights + tree->rule);
    points *inverses = products + tree->count * chunks;
    for (size_t c = 0; c < chunks; c++) products[c] = weights[c];
    for (uint32_t n = 0; n < tree->count; n++) {
        const vigie_shap_node *node = &nodes[n];
        if (node->child[0] == 0) {
            for (size_t c = 0; c < chunks; c++) products[n * chunks + c] *= node->weight;
            continue;
        }
        int right = goes_right(shap, node, keys);
        enter(nodes, n, node->child[0], !right, chunks, t, products, inverses, hits);
        enter(nodes, n, node->child[1], right, chunks, t, products, inverses, hits);
    }
    for (uint32_t n = tree->count; n-- > 0;) {
        const vigie_shap_node *node = &nodes[n];
        if (node->child[0] == 0) continue;
        for (size_t c = 0; c < chunks; c++)
            products[n * chunks + c] = products[node->child[0] * chunks + c]
                + products[node->child[1] * chunks + c];
        leave(nodes, node->child[0], chunks, products, inverses, hits, contributions);
        leave(nodes, node->child[1], chunks, products, inverses, hits, contributions);
    }
}

void NAME(
    const vigie_shap *shap, const int32_t *keys, double *contributions, double *products,
    uint8_t *hits) {
    for (size_t i = 0; i < shap->tree_count; i++) {
        const vigie_shap_tree *tree = &shap->trees[i];
        size_t chunks = tree->points / VIGIE_POINTS;
        if (chunks == 1)
            explain_tree(shap, tree, 1, keys, contributions, (points *)products, hits);
        else
            explain_tree(shap, tree, chunks, keys, contributions, (points *)products, hits);
    }
}

#include "vigie_interventional.h"

#include "vigie_cpu.h"
#include "vigie_forest.h"
#include "vigie_targets.h"

// Every level must give the same bits.
#pragma STDC FP_CONTRACT OFF

// Lundberg 2020, "independent" (interventional) TreeSHAP. For one background row z and a leaf, a
// feature on the leaf's path either lets both rows in (it says nothing), only x (of these there are
// u), only z (v), or neither (the leaf is out of reach). In the game of the mixed rows the leaf is
// reached when all u are x's and all v are z's, so that with the leaf's weight w each of the u gets
//     w (u - 1)! v! / (u + v)!    and each of the v    -w u! (v - 1)! / (u + v)!.
// v is the same for all z that reach the leaf. Those are a set of bits, which is divided by u: all
// background rows are handled together, 64 a word.

#define ALWAYS static inline __attribute__((always_inline))

ALWAYS int goes_right(
    const vigie_background *background, const vigie_background_node *node, const int32_t *keys) {
    int32_t key = keys[node->column & ~VIGIE_CATEGORICAL];
    if (!(node->column & VIGIE_CATEGORICAL)) return key >= node->key;
    uint32_t bit = (uint32_t)node->key + (uint32_t)key;
    return background->category_bits[bit >> 5] >> (bit & 31) & 1;
}

void vigie_background_mark(const vigie_background *background, const int32_t *keys, size_t row) {
    const size_t words = background->words, word = row / 64;
    const uint64_t bit = (uint64_t)1 << (row % 64);
    for (size_t t = 0; t < background->tree_count; t++) {
        const vigie_background_tree *tree = &background->trees[t];
        const vigie_background_node *nodes = background->nodes + tree->first;
        uint64_t *fits = background->fits + tree->first * words;
        for (uint32_t n = 0; n < tree->count; n++) {
            if (nodes[n].child[0] == 0) continue;
            uint32_t child = nodes[n].child[goes_right(background, &nodes[n], keys)];
            uint32_t before = nodes[child].before;
            if (before == child || fits[before * words + word] & bit)
                fits[child * words + word] |= bit;
        }
    }
}

// Adds what one leaf says. reached: the background rows that reach it with x's help.
ALWAYS void add_leaf(
    const vigie_background *background, const vigie_background_node *leaf, const uint64_t *fits,
    const vigie_background_node *nodes, size_t words, double weight, const uint8_t *hits,
    const uint64_t *reached, double *contributions, uint64_t *counts) {
    const uint32_t *path = background->paths + leaf->path;
    const size_t length = leaf->length, stride = background->order + 1;
    size_t hit_count = 0, missed = 0;
    // counts[u]: the rows that u of the features seen so far keep out.
    for (size_t w = 0; w < words; w++) counts[w] = reached[w];
    for (size_t p = 0; p < length; p++) {
        if (!hits[path[p]]) {
            missed++;
            continue;
        }
        const uint64_t *fit = fits + path[p] * words;
        hit_count++;
        uint64_t *top = counts + hit_count * words;
        for (size_t w = 0; w < words; w++) top[w] = 0;
        for (size_t u = hit_count; u-- > 0;) {
            uint64_t *set = counts + u * words;
            for (size_t w = 0; w < words; w++) {
                set[words + w] |= set[w] & ~fit[w];
                set[w] &= fit[w];
            }
        }
    }
    double miss_value = 0;
    if (missed > 0) {
        for (size_t u = 0; u <= hit_count; u++) {
            int rows = 0;
            for (size_t w = 0; w < words; w++)
                rows += __builtin_popcountll(counts[u * words + w]);
            miss_value += rows * background->shares[missed * stride + u];
        }
        miss_value *= weight;
    }
    for (size_t p = 0; p < length; p++) {
        uint32_t feature = nodes[path[p]].feature;
        if (!hits[path[p]]) {
            contributions[feature] -= miss_value;
            continue;
        }
        const uint64_t *fit = fits + path[p] * words;
        double value = 0;
        for (size_t u = 1; u <= hit_count; u++) {
            int rows = 0;
            for (size_t w = 0; w < words; w++)
                rows += __builtin_popcountll(counts[u * words + w] & ~fit[w]);
            value += rows * background->shares[u * stride + missed];
        }
        contributions[feature] += value * weight;
    }
}

ALWAYS void explain_tree(
    const vigie_background *background, const vigie_background_tree *tree, size_t words,
    const int32_t *keys, size_t target, double *contributions, uint8_t *hits, uint64_t *sets,
    uint64_t *counts) {
    const vigie_background_node *nodes = background->nodes + tree->first;
    const uint64_t *fits = background->fits + tree->first * words;
    for (size_t w = 0; w < words; w++) {
        size_t left = background->rows > w * 64 ? background->rows - w * 64 : 0;
        sets[w] = left >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << left) - 1;
    }
    for (uint32_t n = 0; n < tree->count; n++) {
        const vigie_background_node *node = &nodes[n];
        const uint64_t *set = sets + n * words;
        uint64_t any = 0;
        for (size_t w = 0; w < words; w++) any |= set[w];
        if (node->child[0] == 0) {
            double weight =
                background->weights[node->leaf * background->target_count + target];
            if (any && weight != 0)
                add_leaf(
                    background, node, fits, nodes, words, weight, hits, set, contributions,
                    counts);
            continue;
        }
        int right = any ? goes_right(background, node, keys) : 0;
        for (int side = 0; side < 2; side++) {
            uint32_t child = node->child[side], before = nodes[child].before;
            uint8_t hit = side == right && (before == child || hits[before]);
            hits[child] = hit;
            // Whom nobody lets in stays out, with all below.
            for (size_t w = 0; w < words; w++)
                sets[child * words + w] = hit ? set[w] : set[w] & fits[child * words + w];
        }
    }
}

ALWAYS void explain(
    const vigie_background *background, const int32_t *keys, size_t target, double *contributions,
    uint8_t *hits, uint64_t *sets, uint64_t *counts) {
    for (size_t t = 0; t < background->tree_count; t++) {
        const vigie_background_tree *tree = &background->trees[t];
        if (tree->target >= 0 && (size_t)tree->target != target) continue;
        switch (background->words) {
        case 1: explain_tree(background, tree, 1, keys, target, contributions, hits, sets, counts);
            break;
        case 2: explain_tree(background, tree, 2, keys, target, contributions, hits, sets, counts);
            break;
        default: explain_tree(background, tree, 4, keys, target, contributions, hits, sets, counts);
        }
    }
}

#if defined(VIGIE_X86)
VIGIE_TARGET_AVX2 static void explain_avx2(
    const vigie_background *background, const int32_t *keys, size_t target, double *contributions,
    uint8_t *hits, uint64_t *sets, uint64_t *counts) {
    explain(background, keys, target, contributions, hits, sets, counts);
}
#endif

void vigie_background_explain(
    const vigie_background *background, const int32_t *keys, size_t target, double *contributions,
    uint8_t *hits, uint64_t *sets, uint64_t *counts) {
#if defined(VIGIE_X86)
    if (vigie_cpu_level() >= VIGIE_CPU_AVX2) {
        explain_avx2(background, keys, target, contributions, hits, sets, counts);
        return;
    }
#endif
    explain(background, keys, target, contributions, hits, sets, counts);
}

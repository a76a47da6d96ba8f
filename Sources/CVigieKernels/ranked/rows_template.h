// The source of vigie_ranked_leaves_LEVEL and its neighbours for vectors of BYTES bytes. Includers
// define NAME(function) and BYTES, and may define COUNT16, VIGIE_MASKS and VIGIE_ADDS with their own.
//
// Leaves of one tree for as many rows as two vectors hold: a branch is asked of all of them, and a
// subtree's answer is the right child's where the branch says so, with the bit of its depth, else the
// left child's. Recursion of constant depth keeps one vector a level in a register.
#include <string.h>

#include "ranks.h"
#include "rows.h"

typedef uint8_t vec8 __attribute__((vector_size(BYTES)));
typedef uint16_t vec16 __attribute__((vector_size(BYTES)));

// Rows that a pass takes, in vectors.
#define PASS 2

#ifndef COUNT16
INLINE uint32_t count16(const int32_t *cuts, int32_t key) {
    uint32_t count = 0;
    for (int i = 0; i < 16; i++) count += cuts[i] <= key;
    return count;
}
#define COUNT16 count16
#endif
DEFINE_RANK(rank_of, COUNT16)

// One feature of all rows: its coarsest cuts stay in a register.
#define DEFINE_PUT(name, number)                                                               \
    INLINE void name(                                                                          \
        const vigie_ranked *forest, const vigie_ranked_feature *feature, uint32_t levels,      \
        const int32_t *keys, size_t key_stride, size_t first, size_t rows, uint8_t *columns) { \
        number *below = (number *)(columns + feature->columns[0] * VIGIE_RANKED_BYTES) + first; \
        number *above = (number *)(columns + feature->columns[1] * VIGIE_RANKED_BYTES) + first; \
        int one = feature->columns[1] == forest->column_count - 1;                             \
        for (size_t row = 0; row < rows; row++) {                                              \
            int32_t key = keys[row * key_stride + feature->feature];                           \
            number rank = (number)rank_of(forest, feature, levels, key);                       \
            below[row] = rank;                                                                 \
            if (!one) above[row] = key == MISSING ? (number)-1 : rank;                         \
        }                                                                                      \
    }
DEFINE_PUT(put_8, uint8_t)
DEFINE_PUT(put_16, uint16_t)

void NAME(put)(
    const vigie_ranked *forest, const int32_t *keys, size_t key_stride, size_t first, size_t rows,
    uint8_t *columns) {
    for (size_t f = 0; f < forest->feature_count; f++) {
        const vigie_ranked_feature *feature = &forest->features[f];
        if (forest->rank_bytes == 2)
            put_16(forest, feature, forest->levels, keys, key_stride, first, rows, columns);
        else if (forest->levels == 2)
            put_8(forest, feature, 2, keys, key_stride, first, rows, columns);
        else
            put_8(forest, feature, 1, keys, key_stride, first, rows, columns);
    }
}

// A mask of the rows that go right, as the level's compare gives it; see the includers.
#ifndef VIGIE_MASKS
#define DEFINE_MASKS(vec, bits)                                                                \
    typedef vec mask##bits;                                                                    \
    INLINE mask##bits right##bits(vec ranks, vec key) { return (vec)(ranks >= key); }          \
    INLINE vec choose##bits(mask##bits right, vec left_leaf, vec right_leaf) {                 \
        return (right & right_leaf) | (~right & left_leaf);                                    \
    }                                                                                          \
    INLINE vec add##bits(mask##bits right, vec leaf, vec bit) { return leaf + (right & bit); } \
    INLINE vec only##bits(mask##bits right) { return right & 1; }                              \
    INLINE vec load##bits(const void *from) { return *(const vec *)from; }                     \
    INLINE vec repeat##bits(uint32_t key) { return (uint##bits##_t)key - (vec){0}; }
DEFINE_MASKS(vec8, 8)
DEFINE_MASKS(vec16, 16)
#endif

#define DEFINE_TREE(bits, vec)                                                                 \
    typedef struct { vec of[PASS]; } leaves##bits;                                             \
    INLINE leaves##bits tree##bits##_1(                                                 \
        const vigie_ranked_node *node, const uint8_t *columns) {                               \
        leaves##bits found;                                                                    \
        vec key = repeat##bits(node->key);                                                     \
        for (int i = 0; i < PASS; i++)                                                         \
            found.of[i] = only##bits(                                                          \
                right##bits(load##bits(columns + node->offset + i * BYTES), key));             \
        return found;                                                                          \
    }                                                                                          \
    DEFINE_DEEPER(bits, vec, 2, 1)                                                             \
    DEFINE_DEEPER(bits, vec, 3, 2)                                                             \
    DEFINE_DEEPER(bits, vec, 4, 3)                                                             \
    DEFINE_DEEPER(bits, vec, 5, 4)                                                             \
    DEFINE_DEEPER(bits, vec, 6, 5)                                                             \
    DEFINE_DEEPER(bits, vec, 7, 6)                                                             \
    DEFINE_DEEPER(bits, vec, 8, 7)                                                             \
    static void leaves_of_##bits(                                                       \
        const vigie_ranked_node *nodes, uint32_t depth, const uint8_t *columns,                \
        uint8_t *leaves) {                                                                     \
        leaves##bits found;                                                                    \
        switch (depth) {                                                                       \
        case 1: found = tree##bits##_1(nodes, columns); break;                                 \
        case 2: found = tree##bits##_2(nodes, columns); break;                                 \
        case 3: found = tree##bits##_3(nodes, columns); break;                                 \
        case 4: found = tree##bits##_4(nodes, columns); break;                                 \
        case 5: found = tree##bits##_5(nodes, columns); break;                                 \
        case 6: found = tree##bits##_6(nodes, columns); break;                                 \
        case 7: found = tree##bits##_7(nodes, columns); break;                                 \
        case 8: found = tree##bits##_8(nodes, columns); break;                                 \
        default: memset(&found, 0, sizeof found);                                              \
        }                                                                                      \
        memcpy(leaves, &found, sizeof found);                                                  \
    }

#define REPEATED_8 0x01010101u
#define REPEATED_16 0x00010001u

// A tree of depth D from two of depth D - 1, whose nodes come before its root.
#define DEFINE_DEEPER(bits, vec, depth, less)                                                  \
    INLINE leaves##bits tree##bits##_##depth(                                           \
        const vigie_ranked_node *nodes, const uint8_t *columns) {                              \
        leaves##bits below = tree##bits##_##less(nodes, columns);                              \
        leaves##bits above = tree##bits##_##less(nodes + (1 << less) - 1, columns);            \
        const vigie_ranked_node *root = nodes + (2 << less) - 2;                               \
        vec key = repeat##bits(root->key);                                                     \
        vec bit = repeat##bits(REPEATED_##bits << less);                                       \
        for (int i = 0; i < PASS; i++) {                                                       \
            mask##bits right = right##bits(load##bits(columns + root->offset + i * BYTES), key); \
            below.of[i] = add##bits(                                                           \
                right, choose##bits(right, below.of[i], above.of[i]), bit);                    \
        }                                                                                      \
        return below;                                                                          \
    }

DEFINE_TREE(8, vec8)
DEFINE_TREE(16, vec16)

void NAME(leaves)(
    const vigie_ranked *forest, const vigie_ranked_block *block, uint32_t lane,
    const uint8_t *columns, size_t rows, uint8_t *leaves) {
    const vigie_ranked_node *nodes =
        forest->nodes + block->nodes + (size_t)lane * ((1u << block->depth) - 1);
    if (forest->rank_bytes == 1) {
        for (size_t row = 0; row < rows; row += PASS * BYTES)
            leaves_of_8(nodes, block->depth, columns + row, leaves + row);
    } else {
        _Alignas(BYTES) uint16_t wide[PASS * BYTES / 2];
        for (size_t row = 0; row < rows; row += PASS * BYTES / 2) {
            leaves_of_16(nodes, block->depth, columns + 2 * row, (uint8_t *)wide);
            for (int i = 0; i < PASS * BYTES / 2; i++) leaves[row + i] = (uint8_t)wide[i];
        }
    }
}

#ifndef VIGIE_ADDS
#define DEFINE_ADD(name, number)                                                               \
    void name(                                                                          \
        const number *weights, uint32_t depth, const uint8_t *leaves, size_t rows,             \
        number *sums) {                                                                        \
        (void)depth;                                                                           \
        for (size_t row = 0; row < rows; row++) sums[row] += weights[leaves[row]];             \
    }
DEFINE_ADD(NAME(add_f32), float)
DEFINE_ADD(NAME(add_f64), double)
#endif

// Ways through a forest that the engine does not take, measured alone: 200 full trees of depth 6 with
// random cuts in 30 features, as in comparison/README.md. AVX-512 only.
//
//     gcc -O3 -march=native -o /tmp/layouts loadtest/peers/engine/layouts.c && /tmp/layouts
//
// Each is given its rows as whole numbers already; figures are the least of 200 rounds, in CPU time.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { TREES = 208, DEPTH = 6, SLOTS = 1 << DEPTH, FEATURES = 30, STRIDE = 32, ROWS = 8192 };
enum { ONES = 256, BATCH = 1024, ROUNDS = 200 };

static int32_t keys[TREES * SLOTS], columns[TREES * SLOTS], rows[ROWS * STRIDE];
static float weights[TREES * SLOTS], sums[ROWS];

static double cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static __m512i counting(int first) {
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_add_epi32(_mm512_set1_epi32(first), lanes);
}

// at = 2 * at + (value >= key)
static __m512i step(__m512i at, __m512i values, __m512i cuts) {
    __mmask16 right = _mm512_cmpge_epi32_mask(values, cuts);
    at = _mm512_add_epi32(at, at);
    return _mm512_mask_add_epi32(at, right, at, _mm512_set1_epi32(1));
}

// Sixteen trees walked side by side by gathers, one row.
static float gather_trees(const int32_t *row) {
    float sum = 0, found[16];
    for (int tree = 0; tree < TREES; tree += 16) {
        __m512i base = _mm512_slli_epi32(counting(tree), DEPTH), at = _mm512_set1_epi32(1);
        for (int level = 0; level < DEPTH; level++) {
            __m512i node = _mm512_add_epi32(base, at);
            __m512i column = _mm512_i32gather_epi32(node, columns, 4);
            __m512i key = _mm512_i32gather_epi32(node, keys, 4);
            at = step(at, _mm512_i32gather_epi32(column, row, 4), key);
        }
        __m512i leaf = _mm512_add_epi32(base, _mm512_sub_epi32(at, _mm512_set1_epi32(SLOTS)));
        _mm512_storeu_ps(found, _mm512_i32gather_ps(leaf, weights, 4));
        for (int lane = 0; lane < 16; lane++) sum += found[lane];
    }
    return sum;
}

// Sixteen rows walked side by side by gathers, tree after tree.
static void gather_rows(int first) {
    for (int row = first; row < first + BATCH; row += 16) {
        __m512i lane = _mm512_mullo_epi32(counting(row), _mm512_set1_epi32(STRIDE));
        __m512 sum = _mm512_setzero_ps();
        for (int tree = 0; tree < TREES * SLOTS; tree += SLOTS) {
            __m512i at = _mm512_set1_epi32(1);
            for (int level = 0; level < DEPTH; level++) {
                __m512i column = _mm512_i32gather_epi32(at, columns + tree, 4);
                __m512i key = _mm512_i32gather_epi32(at, keys + tree, 4);
                at = step(
                    at, _mm512_i32gather_epi32(_mm512_add_epi32(lane, column), rows, 4), key);
            }
            __m512i leaf = _mm512_sub_epi32(at, _mm512_set1_epi32(SLOTS));
            sum = _mm512_add_ps(sum, _mm512_i32gather_ps(leaf, weights + tree, 4));
        }
        _mm512_storeu_ps(sums + row, sum);
    }
}

// QuickScorer (Lucchese et al. 2015): features in turn, their cuts ascending, until one is above the
// value; each that is passed strikes the leaves to its left from its tree's bit vector.
typedef struct { int32_t key, tree; uint64_t left; } cut;
static cut cuts[FEATURES][TREES * SLOTS];
static int cut_counts[FEATURES];

static int ascending(const void *a, const void *b) {
    int32_t x = ((const cut *)a)->key, y = ((const cut *)b)->key;
    return (x > y) - (x < y);
}

static void sort_cuts(void) {
    for (int tree = 0; tree < TREES; tree++) {
        for (int slot = 1; slot < SLOTS; slot++) {
            int level = 31 - __builtin_clz(slot), width = SLOTS >> level;
            uint64_t left = ((1ull << (width / 2)) - 1) << ((slot - (1 << level)) * width);
            int feature = columns[tree * SLOTS + slot];
            cuts[feature][cut_counts[feature]++] = (cut){keys[tree * SLOTS + slot], tree, ~left};
        }
    }
    for (int f = 0; f < FEATURES; f++) qsort(cuts[f], cut_counts[f], sizeof(cut), ascending);
}

static float quick_scorer(const int32_t *row) {
    uint64_t leaves[TREES];
    for (int tree = 0; tree < TREES; tree++) leaves[tree] = ~0ull;
    for (int f = 0; f < FEATURES; f++) {
        const cut *next = cuts[f], *end = next + cut_counts[f];
        for (; next < end && row[f] >= next->key; next++) leaves[next->tree] &= next->left;
    }
    float sum = 0;
    for (int tree = 0; tree < TREES; tree++)
        sum += weights[tree * SLOTS + __builtin_ctzll(leaves[tree])];
    return sum;
}

int main(void) {
    for (int i = 0; i < TREES * SLOTS; i++) {
        keys[i] = rand() % 1000;
        columns[i] = rand() % FEATURES;
        weights[i] = (float)rand() / 1e9f;
    }
    for (int i = 0; i < ROWS * STRIDE; i++) rows[i] = rand() % 1000;
    sort_cuts();
    gather_rows(0);
    for (int row = 0; row < BATCH; row++) {
        float expected = gather_trees(rows + row * STRIDE);
        if (expected != sums[row] || expected != quick_scorer(rows + row * STRIDE)) return 1;
    }
    double least[3] = {1e9, 1e9, 1e9};
    volatile float keep = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int way = 0; way < 3; way++) {
            double begin = cpu_ns();
            int count = way == 1 ? BATCH : ONES;
            for (int i = 0; way != 1 && i < ONES; i++) {
                const int32_t *row = rows + (round * ONES + i) % ROWS * STRIDE;
                keep += way == 0 ? gather_trees(row) : quick_scorer(row);
            }
            if (way == 1) gather_rows(round % (ROWS / BATCH) * BATCH);
            double time = (cpu_ns() - begin) / count;
            if (time < least[way]) least[way] = time;
        }
    }
    printf("ns a row, %d trees: gathers over trees %.0f, over rows %.0f, QuickScorer %.0f\n", TREES,
           least[0], least[1], least[2]);
    return 0;
}

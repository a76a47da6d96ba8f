// Many rows through a ranked forest, at each level.
#ifndef RANKED_ROWS_H
#define RANKED_ROWS_H

#include "vigie_ranked.h"

#define DECLARE_ROWS(level)                                                                    \
    void vigie_ranked_put_##level(                                                             \
        const vigie_ranked *forest, const int32_t *keys, size_t key_stride, size_t first,      \
        size_t rows, uint8_t *columns);                                                        \
    void vigie_ranked_leaves_##level(                                                          \
        const vigie_ranked *forest, const vigie_ranked_block *block, uint32_t lane,            \
        const uint8_t *columns, size_t rows, uint8_t *leaves);                                 \
    void vigie_ranked_add_f32_##level(                                                         \
        const float *weights, uint32_t depth, const uint8_t *leaves, size_t rows, float *sums); \
    void vigie_ranked_add_f64_##level(                                                         \
        const double *weights, uint32_t depth, const uint8_t *leaves, size_t rows, double *sums);

DECLARE_ROWS(portable)
#if defined(__x86_64__)
DECLARE_ROWS(avx2)
DECLARE_ROWS(avx512)
#endif

#endif

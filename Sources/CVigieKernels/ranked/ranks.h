// A key's rank among its feature's cuts, by a search of 17 ways a step. COUNT16(cuts, key) says how
// many of 16 cuts are at or below a key.
#ifndef RANKS_H
#define RANKS_H

#include "vigie_ranked.h"

#define INLINE static inline __attribute__((always_inline))

#define DEFINE_RANK(name, COUNT16)                                                             \
    INLINE uint32_t name(                                                                      \
        const vigie_ranked *forest, const vigie_ranked_feature *feature, uint32_t levels,      \
        int32_t key) {                                                                         \
        uint32_t place = 0;                                                                    \
        for (uint32_t level = 0; level < levels; level++)                                      \
            place = 16 * place + COUNT16(forest->cuts + feature->cuts[level] + 16 * place, key); \
        return place;                                                                          \
    }

// What a missing value's key is in keys[feature]; see vigie_keys_f32.
#define MISSING INT32_MIN

#endif

// The kernels of one level, and where each level's are.
#ifndef VIGIE_DENSE_LEVELS_H
#define VIGIE_DENSE_LEVELS_H

#include "../include/vigie_dense.h"

typedef struct {
    void (*map_f32)(const vigie_activation *, const float *, float *, size_t);
    void (*run_f32)(const vigie_dense_f32 *, const float *, size_t, size_t, float *, size_t);
    void (*run_f64)(const vigie_dense_f64 *, const double *, size_t, size_t, double *, size_t);
    void (*cell_step_f32)(
        const vigie_cell_f32 *, const float *, size_t, const float *, float *, float *, float *,
        size_t, int);
} vigie_dense_level;

extern const vigie_dense_level vigie_dense_portable;
#if defined(__x86_64__)
extern const vigie_dense_level vigie_dense_avx2;
extern const vigie_dense_level vigie_dense_avx512;
#endif

#endif

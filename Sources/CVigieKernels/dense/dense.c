#include <string.h>

#include "levels.h"

static const vigie_dense_level *kernels(vigie_cpu level) {
#if defined(__x86_64__)
    if (level == VIGIE_CPU_AVX512) return &vigie_dense_avx512;
    if (level == VIGIE_CPU_AVX2) return &vigie_dense_avx2;
#endif
    (void)level;
    return &vigie_dense_portable;
}

void vigie_map_f32(
    vigie_cpu level, const vigie_activation *activation, const float *x, float *out, size_t count
) {
    kernels(level)->map_f32(activation, x, out, count);
}

void vigie_dense_run_f32(
    vigie_cpu level, const vigie_dense_f32 *dense, const float *x, size_t x_stride, size_t rows,
    float *out, size_t out_stride
) {
    kernels(level)->run_f32(dense, x, x_stride, rows, out, out_stride);
}

void vigie_dense_run_f64(
    vigie_cpu level, const vigie_dense_f64 *dense, const double *x, size_t x_stride, size_t rows,
    double *out, size_t out_stride
) {
    kernels(level)->run_f64(dense, x, x_stride, rows, out, out_stride);
}

void vigie_cell_step_f32(
    vigie_cpu level, const vigie_cell_f32 *cell, const float *gates, size_t gate_stride,
    const float *hidden, float *next, float *memory, float *scratch, size_t rows,
    int is_backwards
) {
    kernels(level)->cell_step_f32(
        cell, gates, gate_stride, hidden, next, memory, scratch, rows, is_backwards);
}

#define PACK(SUFFIX, NUMBER, PANEL)                                                               \
    size_t vigie_packed_count_##SUFFIX(size_t depth, size_t columns) {                            \
        return (columns + PANEL - 1) / PANEL * PANEL * depth;                                     \
    }                                                                                             \
    void vigie_pack_##SUFFIX(                                                                     \
        const NUMBER *matrix, size_t row_step, size_t column_step, size_t depth, size_t columns,  \
        NUMBER *packed                                                                            \
    ) {                                                                                           \
        for (size_t first = 0; first < columns; first += PANEL) {                                 \
            size_t width = columns - first < PANEL ? columns - first : PANEL;                     \
            for (size_t k = 0; k < depth; k++, packed += PANEL) {                                 \
                const NUMBER *from = matrix + k * row_step + first * column_step;                 \
                for (size_t c = 0; c < width; c++) packed[c] = from[c * column_step];             \
                for (size_t c = width; c < PANEL; c++) packed[c] = 0;                             \
            }                                                                                     \
        }                                                                                         \
    }

PACK(f32, float, VIGIE_PANEL_F32)
PACK(f64, double, VIGIE_PANEL_F64)

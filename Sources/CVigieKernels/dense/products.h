// Products of rows with packed matrices. To be included by level.h, under its target; ROWS_WIDE and
// ROWS_NARROW are how many rows of 3-4 and 1-2 panels a level's registers hold.

// Adds x[r][k] times the weights of k to acc[r][p] for all k in ascending order. Weights of one k and
// the next lie `k_stride` apart, those of one panel and the next `panel_stride`.
#define ACCUMULATE(NAME, VECTOR, NUMBER, LOAD, ALL, FMA)                                         \
    INLINE void NAME(                                                                             \
        VECTOR *acc, const int rows, const int panels, const NUMBER *x, size_t x_stride,          \
        const NUMBER *weights, size_t depth, size_t k_stride, size_t panel_stride                 \
    ) {                                                                                           \
        for (size_t k = 0; k < depth; k++) {                                                      \
            VECTOR w[8];                                                                          \
            _Pragma("clang loop unroll(full)") for (int p = 0; p < panels; p++)                   \
                w[p] = LOAD(weights + (size_t)p * panel_stride + k * k_stride);                   \
            _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {                   \
                VECTOR factor = ALL(x[(size_t)r * x_stride + k]);                                 \
                _Pragma("clang loop unroll(full)") for (int p = 0; p < panels; p++)               \
                    acc[r * panels + p] = FMA(factor, w[p], acc[r * panels + p]);                 \
            }                                                                                     \
        }                                                                                         \
    }

ACCUMULATE(accumulate_f32, v16f, float, load16, all16, fma16)
ACCUMULATE(accumulate_f64, v8d, double, load8, all8, fma8)

// `rows` rows of `panels` panels from column `first` on.
INLINE void tile_f32(
    const vigie_dense_f32 *dense, const int rows, const int panels, const float *x,
    size_t x_stride, float *out, size_t out_stride, size_t first
) {
    v16f acc[32];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows * panels; i++) acc[i] = all16(0);
    accumulate_f32(
        acc, rows, panels, x, x_stride, dense->weights + first * dense->depth, dense->depth,
        VIGIE_PANEL_F32, dense->depth * VIGIE_PANEL_F32);
    const int is_scaled = dense->scale != 1;
    const int is_relu = dense->activation.function == VIGIE_RELU;
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
        _Pragma("clang loop unroll(full)") for (int p = 0; p < panels; p++) {
            size_t column = first + (size_t)p * VIGIE_PANEL_F32;
            v16f y = acc[r * panels + p];
            if (is_scaled) y = y * dense->scale;
            if (dense->bias) y = y + load16(dense->bias + column);
            if (is_relu) y = at_least16(y, 0);
            float *to = out + (size_t)r * out_stride + column;
            size_t left = dense->columns - column;
            if (left >= VIGIE_PANEL_F32) store16(to, y);
            else store_part16(to, y, left);
        }
    }
}

INLINE void tile_f64(
    const vigie_dense_f64 *dense, const int rows, const int panels, const double *x,
    size_t x_stride, double *out, size_t out_stride, size_t first
) {
    v8d acc[32];
    _Pragma("clang loop unroll(full)") for (int i = 0; i < rows * panels; i++) acc[i] = all8(0);
    accumulate_f64(
        acc, rows, panels, x, x_stride, dense->weights + first * dense->depth, dense->depth,
        VIGIE_PANEL_F64, dense->depth * VIGIE_PANEL_F64);
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++) {
        _Pragma("clang loop unroll(full)") for (int p = 0; p < panels; p++) {
            size_t column = first + (size_t)p * VIGIE_PANEL_F64;
            v8d y = acc[r * panels + p];
            if (dense->scale != 1) y = y * dense->scale;
            if (dense->bias) y = y + load8(dense->bias + column);
            if (dense->relu) y = (v8d)(~(v8l)(y < all8(0)) & (v8l)y);
            double *to = out + (size_t)r * out_stride + column;
            size_t left = dense->columns - column;
            if (left >= VIGIE_PANEL_F64) store8(to, y);
            else __builtin_memcpy(to, &y, left * sizeof(double));
        }
    }
}

// All rows of a strip of panels: as many at once as the registers hold, then one by one.
#define STRIP(NAME, TILE, DENSE, NUMBER, PANELS, ROWS)                                           \
    static void NAME(                                                                             \
        const DENSE *dense, const NUMBER *x, size_t x_stride, size_t rows, NUMBER *out,           \
        size_t out_stride, size_t first                                                           \
    ) {                                                                                           \
        size_t r = 0;                                                                             \
        for (; r + ROWS <= rows; r += ROWS)                                                       \
            TILE(dense, ROWS, PANELS, x + r * x_stride, x_stride, out + r * out_stride,           \
                 out_stride, first);                                                              \
        for (; r < rows; r++)                                                                     \
            TILE(dense, 1, PANELS, x + r * x_stride, x_stride, out + r * out_stride, out_stride,  \
                 first);                                                                          \
    }

#define RUN(NAME, TILE, DENSE, NUMBER, PANEL)                                                     \
    STRIP(NAME##_1, TILE, DENSE, NUMBER, 1, ROWS_NARROW)                                          \
    STRIP(NAME##_2, TILE, DENSE, NUMBER, 2, ROWS_NARROW)                                          \
    STRIP(NAME##_3, TILE, DENSE, NUMBER, 3, ROWS_WIDE)                                            \
    STRIP(NAME##_4, TILE, DENSE, NUMBER, 4, ROWS_WIDE)                                            \
    static void NAME(                                                                             \
        const DENSE *dense, const NUMBER *x, size_t x_stride, size_t rows, NUMBER *out,           \
        size_t out_stride                                                                         \
    ) {                                                                                           \
        size_t panels = (dense->columns + PANEL - 1) / PANEL;                                     \
        for (size_t p = 0; p < panels; p += STRIP_PANELS(rows)) {                                 \
            size_t left = panels - p, first = p * PANEL;                                          \
            if (left > STRIP_PANELS(rows)) left = STRIP_PANELS(rows);                             \
            switch (left) {                                                                       \
            case 1: NAME##_1(dense, x, x_stride, rows, out, out_stride, first); break;            \
            case 2: NAME##_2(dense, x, x_stride, rows, out, out_stride, first); break;            \
            case 3: NAME##_3(dense, x, x_stride, rows, out, out_stride, first); break;            \
            default: NAME##_4(dense, x, x_stride, rows, out, out_stride, first); break;           \
            }                                                                                     \
        }                                                                                         \
    }

RUN(products_f32, tile_f32, vigie_dense_f32, float, VIGIE_PANEL_F32)
RUN(run_f64, tile_f64, vigie_dense_f64, double, VIGIE_PANEL_F64)

static void run_f32(
    const vigie_dense_f32 *dense, const float *x, size_t x_stride, size_t rows, float *out,
    size_t out_stride
) {
    products_f32(dense, x, x_stride, rows, out, out_stride);
    const int32_t function = dense->activation.function;
    if (function == VIGIE_IDENTITY || function == VIGIE_RELU) return;
    // All rows at once, so that narrow ones share vectors.
    if (out_stride == dense->columns) {
        map_f32(&dense->activation, out, out, rows * out_stride);
        return;
    }
    for (size_t r = 0; r < rows; r++) {
        float *row = out + r * out_stride;
        map_f32(&dense->activation, row, row, dense->columns);
    }
}

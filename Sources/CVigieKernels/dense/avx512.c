// AVX-512: thirty-two registers of sixteen floats.
#include <immintrin.h>

#include "../vigie_targets.h"
#include "levels.h"

#if defined(VIGIE_X86)
#pragma clang attribute push(VIGIE_TARGET_AVX512, apply_to = function)

#define SCALE(x, n) ((v16f)_mm512_scalef_ps((__m512)(x), (__m512)(n)))
#define LEVEL vigie_dense_avx512
#define ROWS_NARROW 8
#define ROWS_WIDE 4
#define STRIP_PANELS(rows) ((void)(rows), (size_t)4)
#define CELL_ROWS 4

#include "level.h"

#pragma clang attribute pop
#endif

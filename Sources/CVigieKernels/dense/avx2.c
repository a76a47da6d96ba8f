// AVX2 with FMA: sixteen registers of eight floats.
#include "../vigie_targets.h"
#include "levels.h"

#if defined(VIGIE_X86)
#pragma clang attribute push(VIGIE_TARGET_AVX2, apply_to = function)

#define LEVEL vigie_dense_avx2
#define ROWS_NARROW 4
#define ROWS_WIDE 1
// Eight sums hide the latency of an addition: four panels of one row, or one panel of four rows.
#define STRIP_PANELS(rows) ((rows) < 4 ? (size_t)4 : (size_t)1)
#define CELL_ROWS 1

#include "level.h"

#pragma clang attribute pop
#endif

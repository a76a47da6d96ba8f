#include "../vigie_targets.h"

#if defined(VIGIE_X86)
#pragma clang attribute push(VIGIE_TARGET_AVX2, apply_to = function)
#define BYTES 32
#define NAME(function) vigie_ranked_##function##_avx2
#include "rows_template.h"
#pragma clang attribute pop
#endif

// Shapley values, four quadrature points a register.
#include "vigie_targets.h"

#if defined(VIGIE_X86)
#include "shap_levels.h"

#pragma clang attribute push(VIGIE_TARGET_AVX2, apply_to = function)
#define NAME vigie_shap_explain_avx2
#include "shap_template.h"
#pragma clang attribute pop
#endif

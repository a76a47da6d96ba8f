// vigie_shap_explain at each level that has its own.
#ifndef SHAP_LEVELS_H
#define SHAP_LEVELS_H

#include "vigie_shap.h"

void vigie_shap_explain_portable(
    const vigie_shap *shap, const int32_t *keys, double *contributions, double *products,
    uint8_t *hits);
void vigie_shap_explain_avx2(
    const vigie_shap *shap, const int32_t *keys, double *contributions, double *products,
    uint8_t *hits);

#endif

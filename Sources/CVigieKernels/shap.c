// Shapley values with what the compiler takes for granted, and the choice of a level.
#include "shap_levels.h"

#define NAME vigie_shap_explain_portable
#include "shap_template.h"

void vigie_shap_explain(
    const vigie_shap *shap, vigie_cpu level, const int32_t *keys, double *contributions,
    double *products, uint8_t *hits) {
#if defined(__x86_64__)
    if (level >= VIGIE_CPU_AVX2) {
        vigie_shap_explain_avx2(shap, keys, contributions, products, hits);
        return;
    }
#endif
    (void)level;
    vigie_shap_explain_portable(shap, keys, contributions, products, hits);
}

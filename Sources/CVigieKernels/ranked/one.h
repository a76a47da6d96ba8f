// One row through a ranked forest, at each level that has a kernel for it.
#ifndef RANKED_ONE_H
#define RANKED_ONE_H

#include "vigie_ranked.h"

void vigie_ranked_one_f32_avx512(const vigie_ranked *forest, const int32_t *keys, float *out);
void vigie_ranked_one_f64_avx512(const vigie_ranked *forest, const int32_t *keys, double *out);

#endif

#ifndef VIGIE_KERNELS_H
#define VIGIE_KERNELS_H

#include "vigie_arima.h"
#include "vigie_cpu.h"
#include "vigie_dense.h"
#include "vigie_forest.h"
#include "vigie_interventional.h"
#include "vigie_ranked.h"
#include "vigie_shap.h"

#endif

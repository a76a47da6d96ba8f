#ifndef VIGIE_KERNELS_H
#define VIGIE_KERNELS_H

#include "vigie_arima.h"
#include "vigie_forest.h"
#include "vigie_shap.h"

#endif

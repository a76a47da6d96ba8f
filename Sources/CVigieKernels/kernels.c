#include "vigie_kernels.h"

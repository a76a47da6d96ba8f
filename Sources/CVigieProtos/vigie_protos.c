#include "vigie_protos.h"

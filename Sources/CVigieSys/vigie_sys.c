#include "vigie_sys.h"

// Many rows with what the compiler takes for granted: SSE2, or NEON.
#define BYTES 16
#define NAME(function) vigie_ranked_##function##_portable
#include "rows_template.h"

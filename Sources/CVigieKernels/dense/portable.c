// What every processor runs: on 64-bit ARM that is NEON with 32 registers, elsewhere the C library's
// fma() where the processor has none, number by number: right, not fast.
#include "levels.h"

#define LEVEL vigie_dense_portable
#if defined(__aarch64__)
#define ROWS_NARROW 4
#define STRIP_PANELS(rows) ((rows) < 4 ? (size_t)4 : (size_t)1)
#else
#define SLOW_FMA 1
#define ROWS_NARROW 1
#define STRIP_PANELS(rows) ((size_t)2)
#endif
#define ROWS_WIDE 1
#define CELL_ROWS 1

#include "level.h"

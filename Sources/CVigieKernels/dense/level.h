// One level's kernels. To be included once in a file that has set
//   LEVEL         the name of the table,
//   ROWS_NARROW   rows at once of one or two panels, ROWS_WIDE of three or four,
//   STRIP_PANELS  panels at once, by the number of rows,
//   CELL_ROWS     rows of an LSTM at once,
//   SCALE         x 2^n in one instruction, if there is one,
// and the target.

#pragma STDC FP_CONTRACT OFF

// Vectors are wider than a level's registers, which would matter to functions that are called from
// other files: none of these are.
#pragma clang diagnostic ignored "-Wpsabi"

#include "vectors.h"
#include "functions.h"
#include "products.h"
#include "cells.h"

const vigie_dense_level LEVEL = {map_f32, run_f32, run_f64, cell_step_f32};

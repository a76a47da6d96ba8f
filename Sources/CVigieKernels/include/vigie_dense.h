// Dense layers, element-wise functions and recurrent cells of neural networks.
//
// All levels of vigie_cpu compute the same bits: one source is compiled for each, every sum runs over
// the inputs in ascending order in one chain of fused multiply-adds for each output, and the
// functions are made of the same operations in the same order. A row's result depends neither on how
// many rows there are nor on where it lies among them. Nothing is checked and nothing is allocated
// here: the callers in Sources/VigieEngine/ONNX prove sizes.
#ifndef VIGIE_DENSE_H
#define VIGIE_DENSE_H

#include <stddef.h>
#include <stdint.h>

#include "vigie_cpu.h"

// Columns of one panel of packed weights: 64 bytes.
#define VIGIE_PANEL_F32 16
#define VIGIE_PANEL_F64 8

// Functions of one number x, with parameters a and b.
typedef enum {
    VIGIE_IDENTITY = 0,
    VIGIE_RELU,             // max(x, 0); NaN stays
    VIGIE_LEAKY_RELU,       // x < 0 ? a x : x
    VIGIE_THRESHOLDED_RELU, // x > a ? x : 0
    VIGIE_AFFINE,           // a x + b
    VIGIE_HARD_SIGMOID,     // min(max(a x + b, 0), 1)
    VIGIE_HARD_SWISH,       // x min(max(x / 6 + 1/2, 0), 1)
    VIGIE_SOFTSIGN,         // x / (1 + |x|)
    VIGIE_EXP,
    VIGIE_LOG,
    VIGIE_SIGMOID,          // 1 / (1 + e^-x)
    VIGIE_TANH,
    VIGIE_SCALED_TANH,      // a tanh(b x)
    VIGIE_ERF,
    VIGIE_ELU,              // x < 0 ? a (e^x - 1) : x
    VIGIE_SELU,             // b (x > 0 ? x : a (e^x - 1))
    VIGIE_CELU,             // max(x, 0) + min(a (e^(x/a) - 1), 0)
    VIGIE_SOFTPLUS,         // log(1 + e^x)
    VIGIE_GELU,             // x/2 (1 + erf(x / sqrt 2))
    VIGIE_GELU_TANH,        // x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
    VIGIE_SWISH,            // x / (1 + e^-(a x))
    VIGIE_MISH,             // x tanh(log(1 + e^x))
    VIGIE_FUNCTION_COUNT,
} vigie_function;

typedef struct {
    int32_t function;       // a vigie_function
    float a;
    float b;
} vigie_activation;

// out[i] = function(x[i]); out may be x. Largest errors against exact values, in units in the last
// place, are in Tests/VigieEngineTests/Dense: exp, log, erf 1.5; sigmoid, tanh 3.
void vigie_map_f32(
    vigie_cpu level, const vigie_activation *activation, const float *x, float *out, size_t count);

// A matrix of `depth` rows and `columns` columns in panels: column c of row k is at
// weights[(c / PANEL * depth + k) * PANEL + c % PANEL]; columns that are missing in the last are 0.
typedef struct {
    const float *weights;
    const float *bias;      // one a column, padded to whole panels; or NULL
    size_t depth;
    size_t columns;
    float scale;            // function(scale * sum + bias)
    vigie_activation activation;
} vigie_dense_f32;

typedef struct {
    const double *weights;
    const double *bias;
    size_t depth;
    size_t columns;
    double scale;
    int32_t relu;           // 0: identity, 1: VIGIE_RELU
} vigie_dense_f64;

// Elements of a packed matrix.
size_t vigie_packed_count_f32(size_t depth, size_t columns);
size_t vigie_packed_count_f64(size_t depth, size_t columns);

// Packs a matrix whose element (k, c) is at matrix[k * row_step + c * column_step].
void vigie_pack_f32(
    const float *matrix, size_t row_step, size_t column_step, size_t depth, size_t columns,
    float *packed);
void vigie_pack_f64(
    const double *matrix, size_t row_step, size_t column_step, size_t depth, size_t columns,
    double *packed);

// out[r * out_stride + c] = function(scale * sum_k x[r * x_stride + k] weights[k][c] + bias[c]).
void vigie_dense_run_f32(
    vigie_cpu level, const vigie_dense_f32 *dense, const float *x, size_t x_stride, size_t rows,
    float *out, size_t out_stride);
void vigie_dense_run_f64(
    vigie_cpu level, const vigie_dense_f64 *dense, const double *x, size_t x_stride, size_t rows,
    double *out, size_t out_stride);

typedef enum { VIGIE_RNN = 0, VIGIE_GRU = 1, VIGIE_LSTM = 2 } vigie_cell_kind;

// Gates of a cell: RNN 1; GRU 3: z, r, h; LSTM 4: i, o, f, c (the order of ONNX's operators).
//
// Units are in blocks of VIGIE_PANEL_F32, the last one padded; `padded` is their number. A row of
// gates is, for each block, VIGIE_PANEL_F32 numbers a gate. The recurrent weights of unit k for a block
// lie in the same order, those of the next k after them, and those of the next block after all k.
typedef struct {
    int32_t kind;
    int32_t linear_before_reset;    // GRU: the reset gate comes after the product
    int32_t input_forget;           // LSTM: f = 1 - i
    size_t units;
    size_t padded;
    const float *recurrent;
    const float *reset_bias;        // GRU, linear_before_reset: bias of the product; `padded`
    const float *peepholes;         // LSTM: i, o, f, `padded` each; or NULL
    float clip;                     // bounds what goes into the gates' functions; 0 for none
    vigie_activation f, g, h;
    int32_t is_usual;               // LSTM: sigmoid, tanh, tanh, and nothing of clip, peepholes,
                                    // input_forget
} vigie_cell_f32;

// One time step of `rows` rows. A row of states has `padded` elements.
// gates: what the inputs and biases add to the gates, gate_stride apart.
// hidden: the state before, next: the state after; must not overlap. memory: LSTM's C, in place.
// is_backwards: begins with the last units, which changes no result: weights that the step before has
// read last are still in the nearest cache.
// scratch: `padded` floats a row, for GRU without linear_before_reset.
void vigie_cell_step_f32(
    vigie_cpu level, const vigie_cell_f32 *cell, const float *gates, size_t gate_stride,
    const float *hidden, float *next, float *memory, float *scratch, size_t rows,
    int is_backwards);

#endif

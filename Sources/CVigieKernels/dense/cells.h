// Recurrent cells. To be included by level.h, under its target. Gates of a block of units meet in
// registers, so that a cell's functions follow its product at once.

INLINE v16f clip16(v16f x, float clip) {
    return clip > 0 ? at_most16(at_least16(x, -clip), clip) : x;
}

// Nearly all models have these two functions; others are called.
INLINE v16f other16(const vigie_activation *f, v16f x) {
    float block[16];
    store16(block, x);
    map_f32(f, block, block, 16);
    return load16(block);
}
INLINE v16f sigmoid_or16(const vigie_activation *f, v16f x) {
    return f->function == VIGIE_SIGMOID ? sigmoid16(x) : other16(f, x);
}
INLINE v16f tanh_or16(const vigie_activation *f, v16f x) {
    return f->function == VIGIE_TANH ? tanh16(x) : other16(f, x);
}

// Functions of nearly all models: two divisions fewer.
INLINE void lstm_usual(
    const v16f *gate, v16f c, size_t unit, float *next, float *memory
) {
    v16f added = product16(sigmoid_ratio16(gate[0]), tanh_ratio16(gate[3]));
    c = fma16(sigmoid16(gate[2]), c, added);
    store16(memory + unit, c);
    store16(next + unit, product16(sigmoid_ratio16(gate[1]), tanh_ratio16(c)));
}

// gate: i, o, f, c of the units from `unit` on.
INLINE void lstm_block(
    const vigie_cell_f32 *cell, const v16f *gate, size_t unit, float *next, float *memory
) {
    v16f c = load16(memory + unit);
    if (cell->is_usual) return lstm_usual(gate, c, unit, next, memory);
    v16f i = gate[0], o = gate[1], f = gate[2];
    const float *peepholes = cell->peepholes;
    if (peepholes) {
        i = fma16(load16(peepholes + unit), c, i);
        f = fma16(load16(peepholes + 2 * cell->padded + unit), c, f);
    }
    i = sigmoid_or16(&cell->f, clip16(i, cell->clip));
    f = cell->input_forget ? 1.0f - i : sigmoid_or16(&cell->f, clip16(f, cell->clip));
    c = fma16(f, c, i * tanh_or16(&cell->g, clip16(gate[3], cell->clip)));
    if (peepholes) o = fma16(load16(peepholes + cell->padded + unit), c, o);
    o = sigmoid_or16(&cell->f, clip16(o, cell->clip));
    store16(memory + unit, c);
    store16(next + unit, o * tanh_or16(&cell->h, c));
}

INLINE void lstm_rows(
    const vigie_cell_f32 *cell, const int rows, const int blocks, size_t unit, const float *gates,
    size_t gate_stride, const float *hidden, float *next, float *memory
) {
    v16f acc[32];
    const int panels = 4 * blocks;
    _Pragma("clang loop unroll(full)") for (int r = 0; r < rows; r++)
        _Pragma("clang loop unroll(full)") for (int p = 0; p < panels; p++)
            acc[r * panels + p] =
                load16(gates + (size_t)r * gate_stride + 4 * unit + (size_t)p * VIGIE_PANEL_F32);
    accumulate_f32(
        acc, rows, panels, hidden, cell->padded, cell->recurrent + 4 * unit * cell->units,
        cell->units, 4 * VIGIE_PANEL_F32, VIGIE_PANEL_F32);
    for (int r = 0; r < rows; r++)
        for (int b = 0; b < blocks; b++)
            lstm_block(
                cell, acc + r * panels + 4 * b, unit + (size_t)b * VIGIE_PANEL_F32,
                next + (size_t)r * cell->padded, memory + (size_t)r * cell->padded);
}

static void lstm_step(
    const vigie_cell_f32 *cell, const float *gates, size_t gate_stride, const float *hidden,
    float *next, float *memory, size_t rows, int is_backwards
) {
    const size_t padded = cell->padded;
    size_t r = 0;
#if CELL_ROWS > 1
    for (; r + CELL_ROWS <= rows; r += CELL_ROWS)
        for (size_t unit = 0; unit < padded; unit += VIGIE_PANEL_F32)
            lstm_rows(
                cell, CELL_ROWS, 1, unit, gates + r * gate_stride, gate_stride,
                hidden + r * padded, next + r * padded, memory + r * padded);
#endif
    for (; r < rows; r++) {
        const float *row = gates + r * gate_stride;
        for (size_t done = 0; done < padded; done += VIGIE_PANEL_F32) {
            size_t unit = is_backwards ? padded - VIGIE_PANEL_F32 - done : done;
            lstm_rows(
                cell, 1, 1, unit, row, gate_stride, hidden + r * padded, next + r * padded,
                memory + r * padded);
        }
    }
}

// z h + (1 - z) g(candidate).
INLINE void gru_mix(
    const vigie_cell_f32 *cell, v16f z, v16f candidate, const float *hidden, float *next
) {
    v16f h = tanh_or16(&cell->g, clip16(candidate, cell->clip));
    store16(next, fma16(z, load16(hidden), (1.0f - z) * h));
}

static void gru_row(
    const vigie_cell_f32 *cell, const float *gates, const float *hidden, float *next,
    float *scratch
) {
    const size_t units = cell->units;
    for (size_t unit = 0; unit < cell->padded; unit += VIGIE_PANEL_F32) {
        const float *gate = gates + 3 * unit;
        const float *weights = cell->recurrent + 3 * unit * units;
        v16f acc[3] = {load16(gate), load16(gate + VIGIE_PANEL_F32), all16(0)};
        if (cell->linear_before_reset) {
            accumulate_f32(
                acc, 1, 3, hidden, cell->padded, weights, units, 3 * VIGIE_PANEL_F32,
                VIGIE_PANEL_F32);
            v16f z = sigmoid_or16(&cell->f, clip16(acc[0], cell->clip));
            v16f r = sigmoid_or16(&cell->f, clip16(acc[1], cell->clip));
            v16f product = acc[2] + load16(cell->reset_bias + unit);
            v16f candidate = fma16(r, product, load16(gate + 2 * VIGIE_PANEL_F32));
            gru_mix(cell, z, candidate, hidden + unit, next + unit);
        } else {
            accumulate_f32(
                acc, 1, 2, hidden, cell->padded, weights, units, 3 * VIGIE_PANEL_F32,
                VIGIE_PANEL_F32);
            v16f r = sigmoid_or16(&cell->f, clip16(acc[1], cell->clip));
            store16(next + unit, sigmoid_or16(&cell->f, clip16(acc[0], cell->clip)));
            store16(scratch + unit, r * load16(hidden + unit));
        }
    }
    if (cell->linear_before_reset) return;
    // The candidate needs the reset states of all units: z waits in `next`.
    for (size_t unit = 0; unit < cell->padded; unit += VIGIE_PANEL_F32) {
        v16f acc[1] = {load16(gates + 3 * unit + 2 * VIGIE_PANEL_F32)};
        accumulate_f32(
            acc, 1, 1, scratch, cell->padded,
            cell->recurrent + 3 * unit * units + 2 * VIGIE_PANEL_F32, units, 3 * VIGIE_PANEL_F32,
            VIGIE_PANEL_F32);
        gru_mix(cell, load16(next + unit), acc[0], hidden + unit, next + unit);
    }
}

static void rnn_row(
    const vigie_cell_f32 *cell, const float *gates, const float *hidden, float *next
) {
    for (size_t unit = 0; unit < cell->padded; unit += VIGIE_PANEL_F32) {
        v16f acc[1] = {load16(gates + unit)};
        accumulate_f32(
            acc, 1, 1, hidden, cell->padded, cell->recurrent + unit * cell->units, cell->units,
            VIGIE_PANEL_F32, VIGIE_PANEL_F32);
        store16(next + unit, tanh_or16(&cell->f, clip16(acc[0], cell->clip)));
    }
}

static void cell_step_f32(
    const vigie_cell_f32 *cell, const float *gates, size_t gate_stride, const float *hidden,
    float *next, float *memory, float *scratch, size_t rows, int is_backwards
) {
    if (cell->kind == VIGIE_LSTM)
        return lstm_step(cell, gates, gate_stride, hidden, next, memory, rows, is_backwards);
    for (size_t r = 0; r < rows; r++) {
        const size_t state = r * cell->padded;
        if (cell->kind == VIGIE_GRU)
            gru_row(cell, gates + r * gate_stride, hidden + state, next + state, scratch + state);
        else rnn_row(cell, gates + r * gate_stride, hidden + state, next + state);
    }
}

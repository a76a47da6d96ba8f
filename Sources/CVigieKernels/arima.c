#include "vigie_arima.h"

#include <math.h>
#include <string.h>

// No sum here depends on how many series a request has, and none is contracted into a fused
// multiply-add: the same history gives the same bits on every machine.
#pragma STDC FP_CONTRACT OFF

#define INLINE static inline __attribute__((always_inline))

static size_t states(const vigie_arima_model *m) { return m->order + m->diff_count; }

size_t vigie_arima_scratch(const vigie_arima_model *model) {
    size_t n = states(model);
    return n * n + 3 * n;
}

static double trend_at(const vigie_arima_model *m, double time) {
    double sum = 0;
    for (size_t power = m->trend_count; power-- > 0;) sum = sum * time + m->trend[power];
    return sum;
}

// to = T from; they must not overlap.
INLINE void advance(
    const vigie_arima_model *m, const double *restrict from, double *restrict to) {
    size_t order = m->order;
    const double *d = from + order;
    double first = from[0];
    for (size_t i = 0; i + 1 < order; i++) to[i] = m->ar[i] * first + from[i + 1];
    to[order - 1] = m->ar[order - 1] * first;
    for (size_t i = 0; i < m->diff_count; i++) {
        double sum = m->input[i] * first;
        for (uint32_t k = m->row_starts[i]; k < m->row_starts[i + 1]; k++)
            sum += m->weights[k] * d[m->columns[k]];
        to[order + i] = sum;
    }
}

// to = from T, of a row vector; they must not overlap.
INLINE void retreat(
    const vigie_arima_model *m, const double *restrict from, double *restrict to) {
    size_t order = m->order;
    double sum = 0;
    for (size_t i = 0; i < order; i++) sum += m->ar[i] * from[i];
    for (size_t j = 1; j < order; j++) to[j] = from[j - 1];
    for (size_t j = 0; j < m->diff_count; j++) to[order + j] = 0;
    for (size_t i = 0; i < m->diff_count; i++) {
        sum += m->input[i] * from[order + i];
        for (uint32_t k = m->row_starts[i]; k < m->row_starts[i + 1]; k++)
            to[order + m->columns[k]] += m->weights[k] * from[order + i];
    }
    to[0] = sum;
}

INLINE double observed(const vigie_arima_model *m, const double *state) {
    double sum = state[0];
    for (size_t i = 0; i < m->diff_count; i++) sum += m->design[i] * state[m->order + i];
    return sum;
}

// P = T P T' + Q, symmetric to the bit. `work` holds n × n.
static void predict_covariance(const vigie_arima_model *m, double *p, double *work) {
    size_t n = states(m), order = m->order;
    // P is symmetric, so that T applied to each of its rows gives P T'.
    for (size_t i = 0; i < n; i++) advance(m, p + i * n, work + i * n);
    for (size_t i = 0; i < n; i++) {
        double *row = p + i * n;
        double factor = i < order ? m->ar[i] : m->input[i - order];
        if (i + 1 < order) {
            for (size_t j = 0; j < n; j++) row[j] = factor * work[j] + work[(i + 1) * n + j];
            continue;
        }
        for (size_t j = 0; j < n; j++) row[j] = factor * work[j];
        if (i < order) continue;
        for (uint32_t k = m->row_starts[i - order]; k < m->row_starts[i - order + 1]; k++) {
            const double *source = work + (order + m->columns[k]) * n;
            for (size_t j = 0; j < n; j++) row[j] += m->weights[k] * source[j];
        }
    }
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j < order; j++)
            p[i * n + j] += m->state_variance * m->moving[i] * m->moving[j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            p[i * n + j] = p[j * n + i] = 0.5 * (p[i * n + j] + p[j * n + i]);
}

// The log of a product of many variances, with a logarithm only when the product grows out of range.
typedef struct {
    double product;
    double sum;
} log_product;

INLINE void multiply(log_product *log_of, double factor) {
    if (!(factor > 1e-60 && factor < 1e60)) {
        log_of->sum += log(factor);
        return;
    }
    log_of->product *= factor;
    if (!(log_of->product > 1e-120 && log_of->product < 1e120)) {
        log_of->sum += log(log_of->product);
        log_of->product = 1;
    }
}

INLINE void count_error(
    const vigie_arima_model *m, size_t t, double error, double variance, log_product *determinants,
    vigie_arima_result *result) {
    if (t < m->burn) return;
    multiply(determinants, variance);
    result->squares += error / variance * error;
    result->counted++;
}

// The variance of a one-step prediction, which is at least that of the newest noise: less, or even
// nothing, is what rounding leaves of a diffuse start that is 1e16 times as large.
INLINE double at_least_noise(const vigie_arima_model *m, size_t t, double variance) {
    double least = m->state_variance + m->measurement_variance;
    return t > 0 && !(variance > least) ? least : variance;
}

// One step of the whole filter, for any observation. `gain` and `next` hold n values each.
static void step(
    const vigie_arima_model *m, double y, size_t t, double trend, double *gain, double *next,
    double *work, double *fitted, log_product *determinants, vigie_arima_result *result) {
    size_t n = states(m);
    double *a = result->state, *p = result->covariance;
    double prediction = observed(m, a);
    if (fitted) fitted[t] = prediction;
    if (y == y) {
        for (size_t i = 0; i < n; i++) gain[i] = observed(m, p + i * n);
        double variance = at_least_noise(m, t, observed(m, gain) + m->measurement_variance);
        double error = y - prediction;
        count_error(m, t, error, variance, determinants, result);
        double inverse = 1 / variance;
        for (size_t i = 0; i < n; i++) a[i] += gain[i] * (error * inverse);
        for (size_t i = 0; i < n; i++) {
            double factor = gain[i] * inverse;
            for (size_t j = 0; j < n; j++) p[i * n + j] -= factor * gain[j];
        }
    }
    advance(m, a, next);
    next[0] += trend;
    memcpy(a, next, n * sizeof *a);
    predict_covariance(m, p, work);
}

// One step when an observation comes, is exact, and the differencing states are known: so is then
// a[0], and the filtered covariance is a (order - 1)² matrix that only moves up by one.
// P, order × order, becomes the next one; returns the trace of the filtered covariance.
INLINE double step_known(const vigie_arima_model *m, double *p, double *gain) {
    size_t order = m->order;
    double inverse = 1 / p[0], trace = 0;
    for (size_t i = 0; i < order; i++) gain[i] = p[i];
    for (size_t i = 0; i + 1 < order; i++) {
        double factor = gain[i + 1] * inverse;
        double moving = m->state_variance * m->moving[i];
        trace += fabs(p[(i + 1) * order + i + 1] - factor * gain[i + 1]);
        for (size_t j = 0; j + 1 < order; j++)
            p[i * order + j] = (p[(i + 1) * order + j + 1] - factor * gain[j + 1])
                + moving * m->moving[j];
        p[i * order + order - 1] = moving * m->moving[order - 1];
    }
    double last = m->state_variance * m->moving[order - 1];
    for (size_t j = 0; j < order; j++) p[(order - 1) * order + j] = last * m->moving[j];
    return trace;
}

// Whether the differencing states' covariance is 0: after as many exact observations in a row, they
// are sums of these. From the n × n covariance to the ARMA part's order × order, and back.
static void shrink(const vigie_arima_model *m, double *p) {
    size_t n = states(m), order = m->order;
    for (size_t i = 1; i < order; i++) memmove(p + i * order, p + i * n, order * sizeof *p);
}

static void expand(const vigie_arima_model *m, double *p) {
    size_t n = states(m), order = m->order;
    if (n == order) return;
    for (size_t i = order; i-- > 0;) {
        memmove(p + i * n, p + i * order, order * sizeof *p);
        memset(p + i * n + order, 0, (n - order) * sizeof *p);
    }
    memset(p + order * n, 0, (n - order) * n * sizeof *p);
}

static void start(const vigie_arima_model *m, double time, vigie_arima_result *result) {
    size_t n = states(m), order = m->order;
    memset(result->state, 0, n * sizeof *result->state);
    memset(result->covariance, 0, n * n * sizeof *result->covariance);
    double trend = trend_at(m, time);
    // statsmodels takes the mean of 0 for a trend this small.
    if (m->start_mean && fabs(trend) > 1e-9)
        for (size_t i = 0; i < order; i++) result->state[i] = m->start_mean[i] * trend;
    for (size_t i = 0; i < order; i++)
        for (size_t j = 0; j < order; j++)
            result->covariance[i * n + j] = m->start_covariance[i * order + j];
    for (size_t i = order; i < n; i++) result->covariance[i * n + i] = m->diffuse_variance;
    result->is_known = 0;
    result->log_determinants = 0;
    result->squares = 0;
    result->counted = 0;
}

void vigie_arima_filter(
    const vigie_arima_model *m, const double *y, size_t count, double time, double *scratch,
    double *fitted, vigie_arima_result *result) {
    size_t n = states(m), order = m->order;
    double *gain = scratch, *next = scratch + n, *work = scratch + 3 * n;
    double *a = result->state, *p = result->covariance;
    log_product determinants = {1, 0};
    start(m, time, result);
    // Exact observations in a row.
    size_t row = 0;
    // Whether the filter has reached its steady state P = q R R', which an invertible model has:
    // past noise is then known, and the gain is R itself.
    int steady = 0;
    for (size_t t = 0; t < count; t++) {
        double trend = trend_at(m, time + (double)t);
        if (!(result->is_known && y[t] == y[t])) {
            if (result->is_known) expand(m, p);
            result->is_known = steady = 0;
            step(m, y[t], t, trend, gain, next, work, fitted, &determinants, result);
            row = y[t] == y[t] ? row + 1 : 0;
            if (m->measurement_variance == 0 && m->state_variance > 0 && row >= n) {
                shrink(m, p);
                result->is_known = 1;
            }
            continue;
        }
        double prediction = observed(m, a);
        if (fitted) fitted[t] = prediction;
        double error = y[t] - prediction;
        double variance = p[0] = at_least_noise(m, t, p[0]);
        count_error(m, t, error, variance, &determinants, result);
        if (!steady) {
            double trace = step_known(m, p, gain);
            // Below the last bit of the variance, and it only falls from here.
            steady = trace <= 0x1p-53 * m->state_variance;
            double factor = error / variance;
            for (size_t i = 0; i < order; i++) a[i] += gain[i] * factor;
        } else {
            for (size_t i = 0; i < order; i++) a[i] += m->moving[i] * error;
        }
        advance(m, a, next);
        next[0] += trend;
        memcpy(a, next, n * sizeof *a);
    }
    result->log_determinants = determinants.sum + log(determinants.product);
}

void vigie_arima_forecast(
    const vigie_arima_model *m, vigie_arima_result *result, size_t count, double time,
    double *scratch, double *mean, double *variance) {
    size_t n = states(m), order = m->order;
    size_t width = result->is_known ? order : n;
    double *weights = scratch, *next = scratch + n, *state = result->state;
    double noise = 0;
    // The row vector Z T^h: what a state now weighs in the observation h steps on.
    for (size_t i = 0; i < order; i++) weights[i] = i == 0;
    for (size_t i = 0; i < m->diff_count; i++) weights[order + i] = m->design[i];
    for (size_t h = 0; h < count; h++) {
        mean[h] = observed(m, state);
        double spread = 0;
        for (size_t i = 0; i < width; i++) {
            const double *row = result->covariance + i * width;
            double sum = 0;
            for (size_t j = 0; j < width; j++) sum += row[j] * weights[j];
            spread += weights[i] * sum;
        }
        variance[h] = spread + noise + m->measurement_variance;
        double psi = 0;
        for (size_t i = 0; i < order; i++) psi += weights[i] * m->moving[i];
        noise += psi * psi * m->state_variance;
        advance(m, state, next);
        next[0] += trend_at(m, time + (double)h);
        memcpy(state, next, n * sizeof *state);
        retreat(m, weights, next);
        memcpy(weights, next, n * sizeof *weights);
    }
}

#ifndef VIGIE_ARIMA_H
#define VIGIE_ARIMA_H

#include <stddef.h>
#include <stdint.h>

// A seasonal ARIMA in state-space form (Harvey 1989, §4.1; Durbin & Koopman 2012, §3.4):
//     y[t] = a[0] + design · d + noise of `measurement_variance`
// where the state is the ARMA part a (`order` values) and then the differencing part d
// (`diff_count` values):
//     a'[i] = ar[i] a[0] + a[i + 1] + moving[i] * noise of `state_variance`   (+ trend for i = 0)
//     d'[i] = input[i] a[0] + sum of weights[k] d[columns[k]], k from row_starts[i] to row_starts[i + 1]
typedef struct {
    size_t order;
    size_t diff_count;
    const double *ar;
    const double *moving;
    const double *design;
    const double *input;
    const uint32_t *row_starts;
    const uint32_t *columns;
    const double *weights;
    double state_variance;
    double measurement_variance;
    // Of the ARMA part before the first observation: its covariance, order × order.
    const double *start_covariance;
    // Of each differencing state before the first observation.
    double diffuse_variance;
    // By power of the time, added to a[0]: statsmodels' trend.
    const double *trend;
    size_t trend_count;
    // The ARMA part's mean before the first observation for a trend of 1: the solution of
    // x = T x + e[0], `order` values; null starts at 0.
    const double *start_mean;
    // Observations at the beginning that the likelihood and the scale leave out.
    size_t burn;
} vigie_arima_model;

// What the filter leaves: the state before the first forecast, and sums for the likelihood.
typedef struct {
    // order + diff_count values.
    double *state;
    // (order + diff_count)² values; if `is_known`, only the ARMA part's order × order are set, and
    // the rest is 0.
    double *covariance;
    int is_known;
    double log_determinants;
    double squares;
    size_t counted;
} vigie_arima_result;

// Doubles that a filter or a forecast needs beside the result's.
size_t vigie_arima_scratch(const vigie_arima_model *model);

// The Kalman filter over `count` observations, NaN being missing. `time` is the first observation's.
// `fitted`, if not null, gets each observation's prediction from those before.
void vigie_arima_filter(
    const vigie_arima_model *model, const double *y, size_t count, double time,
    double *scratch, double *fitted, vigie_arima_result *result);

// From a filter's result: means and variances of the next `count` observations, the first of which
// has the time `time`. Changes the result's state.
void vigie_arima_forecast(
    const vigie_arima_model *model, vigie_arima_result *result, size_t count, double time,
    double *scratch, double *mean, double *variance);

#endif

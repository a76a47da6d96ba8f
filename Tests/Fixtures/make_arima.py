"""Writes series, parameters and what statsmodels and statsforecast answer.

    python Tests/Fixtures/make_arima.py     (made with statsmodels 0.15.0, statsforecast 2.1.1)

Tests/Fixtures/arima/cases.json: for each case the model as `arima.json` has it, the histories'
seeds (both sides draw them from SplitMix64, see `history`), and what
`SARIMAX(...).filter(params).get_forecast(h)` answers: mean, standard error, log-likelihood, and the
last one-step predictions. Parameters are drawn, not fitted, so that odd orders cost nothing; the
statsforecast cases are fitted.
"""

import json
import pathlib
import warnings

import numpy as np
from statsforecast.arima import Arima, forecast_arima
from statsmodels.tsa.statespace.sarimax import SARIMAX
from vigie_pipelines.models.arima_file import from_statsforecast, from_statsmodels

HERE = pathlib.Path(__file__).parent / "arima"
FITTED_KEPT = 8


def splitmix(seed, count):
    """The first `count` numbers of SplitMix64, as doubles in [0, 1)."""
    gamma = np.uint64(0x9E3779B97F4A7C15)
    with np.errstate(over="ignore"):
        mixed = np.uint64(seed) + gamma * np.arange(1, count + 1, dtype=np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53


def history(seed, count, level, spread, missing):
    """Noise around a level with a weekly wave, cumulated a little; `missing` of 256 values are NaN."""
    unit = splitmix(seed, 2 * count)
    noise = unit[:count] - 0.5
    values = np.empty(count)
    state = 0.0
    for t in range(count):
        state = 0.5 * state + noise[t]
        values[t] = level + spread * (state + 0.25 * (t * 5 % 7) / 7)
    values[unit[count:] * 256 < missing] = np.nan
    return values


def regressors(seed, count, width):
    """Uniform in [-1, 1)."""
    return 2 * splitmix(seed, count * width).reshape(count, width) - 1


def listed(values):
    """JSON numbers of 13 digits; NaN as null."""
    return [None if np.isnan(v) else float(f"{v:.13g}") for v in np.asarray(values)]


def polynomial(random, order, bound):
    """Coefficients of a stable lag polynomial 1 - Σ a B^i with roots at least 1 / bound away."""
    if order == 0:
        return np.zeros(0)
    roots = random.uniform(-bound, bound, order)
    return -np.poly(roots)[1:]


def sarimax_case(random, index):
    """A random specification, parameters and answer."""
    season = int(random.choice([2, 4, 7, 12]))
    order = tuple(
        int(v) for v in (random.integers(0, 4), random.integers(0, 3), random.integers(0, 4))
    )
    seasonal = tuple(
        int(v) for v in (random.integers(0, 2), random.integers(0, 3), random.integers(0, 3))
    )
    if index % 3 == 0:
        seasonal = (0, 0, 0)
    hamilton = index % 17 == 4
    if hamilton:
        # Hamilton's form has no differences, and its trend in the observation.
        order, seasonal = (order[0], 0, order[2]), (seasonal[0], 0, seasonal[2])
    full = (*seasonal, season if any(seasonal) else 0)
    trend = [None, "c", "t", "ct", [1, 0, 1]][index % 5]
    width = int(random.integers(0, 4)) if index % 2 else 0
    options = {
        "trend": trend,
        "measurement_error": index % 7 == 3,
        "simple_differencing": index % 11 == 5,
        "concentrate_scale": index % 13 == 6,
        "enforce_stationarity": index % 8 != 7 or hamilton,
        "hamilton_representation": hamilton,
        "trend_offset": 1 + 3 * (index % 4 == 2),
    }
    if index % 10 == 9 and order[0] > 1:
        lags = [int(v) for v in random.integers(0, 2, order[0])]
        lags[-1] = 1
        order = (lags, order[1], order[2])
    count = int(random.integers(60, 240))
    horizon = int(random.integers(1, 15))
    missing = int(random.choice([0, 0, 12, 60]))
    level, spread = float(random.choice([0, 25, 4000])), float(random.choice([1, 20, 3000]))
    seed = 1000 + 2 * index
    y = history(seed, count, level, spread, missing)
    x = regressors(seed + 1, count + horizon, width) if width else None
    model = SARIMAX(
        y,
        exog=None if x is None else x[:count],
        order=order,
        seasonal_order=full,
        **options,
    )
    params = draw(random, model, spread)
    results = model.filter(params)
    forecast = results.get_forecast(horizon, exog=None if x is None else x[count:])
    fitted = results.fittedvalues if hasattr(results, "fittedvalues") else results.predict()
    return {
        "name": f"sarimax-{index}",
        "model": from_statsmodels(results),
        "seed": seed,
        "count": count,
        "level": level,
        "spread": spread,
        "missing": missing,
        "regressors": width,
        "horizon": horizon,
        "mean": listed(forecast.predicted_mean),
        "stderr": listed(forecast.se_mean),
        "interval": [listed(v) for v in np.asarray(forecast.conf_int(alpha=0.2)).T],
        "fitted": listed(np.asarray(fitted)[-FITTED_KEPT:]),
        "loglikelihood": float(results.llf),
    }


def draw(random, model, spread):
    """Parameters of a stationary, invertible model, of the data's size."""
    values = []
    for term in model.param_terms:
        count = len(model.model_names[term])
        if term == "trend":
            values += list(random.normal(0, 0.01 * spread, count))
        elif term == "exog":
            values += list(random.normal(0, spread, count))
        elif term in ("ar", "seasonal_ar"):
            full = model.k_ar if term == "ar" else count
            chosen = polynomial(random, full, 0.9 if term == "ar" else 0.6)
            if term == "ar" and count < full:
                chosen = chosen[model.polynomial_ar.nonzero()[0][1:] - 1]
            values += list(chosen)
        elif term in ("ma", "seasonal_ma"):
            values += list(-polynomial(random, count, 0.9))
        elif term == "measurement_variance":
            values.append(0.3 * (1 if model.concentrate_scale else spread**2))
        else:
            values.append(spread**2 * float(random.uniform(0.05, 2)))
    return np.array(values)


def statsforecast_case(index, order, seasonal, options, width=0, missing=0):
    """A model fitted by statsforecast, and its own forecast of the history that it was fitted on."""
    count, horizon, seed = 200, 21, 9000 + 2 * index
    y = history(seed, count, 30.0, 12.0, missing)
    x = regressors(seed + 1, count + horizon, width) if width else None
    model = Arima(
        y,
        order=order,
        seasonal={"order": seasonal[:3], "period": seasonal[3]},
        xreg=None if x is None else x[:count],
        **{"method": "CSS-ML", **options},
    )
    forecast = forecast_arima(model, h=horizon, level=[80], xreg=None if x is None else x[count:])
    z = 1.2815515655446004
    return {
        "name": f"statsforecast-{index}",
        "model": from_statsforecast(model),
        "seed": seed,
        "count": count,
        "level": 30.0,
        "spread": 12.0,
        "missing": missing,
        "regressors": width,
        "horizon": horizon,
        "mean": listed(forecast["mean"]),
        "stderr": listed((np.asarray(forecast["upper"]["80%"]) - forecast["mean"]) / z),
        "interval": [listed(forecast["lower"]["80%"]), listed(forecast["upper"]["80%"])],
        "fitted": None,
        "loglikelihood": None,
    }


def main():
    warnings.simplefilter("ignore")
    random = np.random.default_rng(20261125)
    cases, index = [], 0
    while len(cases) < 100:
        index += 1
        try:
            case = sarimax_case(random, index - 1)
        except ValueError as error:
            # A seasonal lag that is also an ordinary one.
            assert "Invalid model" in str(error), error
            continue
        if all(np.isfinite(case["mean"])) and max(map(abs, case["mean"])) < 1e8:
            cases.append(case)
    cases += [
        statsforecast_case(0, (1, 0, 1), (0, 0, 0, 1), {}),
        statsforecast_case(1, (2, 1, 1), (0, 0, 0, 1), {"include_drift": True}),
        statsforecast_case(2, (1, 0, 0), (1, 1, 1, 7), {}),
        statsforecast_case(3, (0, 1, 2), (0, 1, 1, 7), {}, missing=12),
        statsforecast_case(4, (1, 1, 1), (1, 0, 0, 7), {"method": "ML"}, width=2),
        statsforecast_case(5, (2, 0, 2), (0, 0, 1, 12), {}, width=1),
        statsforecast_case(6, (0, 2, 1), (0, 0, 0, 1), {"include_mean": False}),
    ]
    HERE.mkdir(exist_ok=True)
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (HERE / "cases.json").write_text(f'{{"cases":[\n{text}\n]}}\n')
    print(f"{len(cases)} cases, {(HERE / 'cases.json').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

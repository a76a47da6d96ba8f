"""`arima.json`, the `arima` flavor's file: from models of statsmodels and statsforecast.

Format "vigie-arima" 1, described in the engine's ARIMAFile.swift and this package's README. One
file holds the parameters of many series; histories come with requests, so the file stays small.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vigie_pipelines.errors import PipelineError

FORMAT_VERSION = 1
ArimaModel = dict[str, object]


def write_arima_file(
    path: Path,
    models: Mapping[str, ArimaModel],
    *,
    default: ArimaModel | None = None,
    exog: Sequence[str] = (),
    horizon: int = 7,
    library: str = "",
) -> None:
    """Writes the models, by the key that a request names its series with."""
    for key, model in {**models, **({"default": default} if default else {})}.items():
        if len(model.get("exog", [])) != len(exog):  # type: ignore[arg-type]
            raise PipelineError(f"{key}: has not one coefficient for each of the {len(exog)} exog")
    document = {
        "format": "vigie-arima",
        "formatVersion": FORMAT_VERSION,
        "library": library,
        "horizon": horizon,
        "exog": list(exog),
        **({"default": default} if default else {}),
        "models": dict(models),
    }
    path.write_text(json.dumps(document, allow_nan=False) + "\n", encoding="utf-8")


def from_statsmodels(results: Any) -> ArimaModel:  # noqa: ANN401 (statsmodels has no types)
    """The model of a `SARIMAXResults`, or of an `ARIMAResults` fitted in state space."""
    model = results.model
    if model.state_regression:
        raise PipelineError("regressors must be fitted by likelihood: mle_regression=True")
    if model.use_exact_diffuse:
        raise PipelineError("an exactly diffuse start is not part of the format")
    if model.hamilton_representation and not model.enforce_stationarity:
        raise PipelineError("Hamilton's form with a diffuse start is not part of the format")
    values = dict(zip(model.param_names, np.asarray(results.params), strict=True))
    p, d, q = _lags(model.polynomial_ar), int(model.k_diff), _lags(model.polynomial_ma)
    season = int(model.seasonal_periods)
    seasonal_p = _lags(model.polynomial_seasonal_ar[::season] if season else [1])
    seasonal_q = _lags(model.polynomial_seasonal_ma[::season] if season else [1])
    trend = [0.0] * len(model.polynomial_trend)
    for power in np.nonzero(model.polynomial_trend)[0]:
        name = {0: "intercept", 1: "drift"}.get(int(power), f"trend.{power}")
        trend[power] = float(values[name])
    entry: ArimaModel = {
        "order": [p, d, q],
        "ar": [float(values.get(f"ar.L{i}", 0)) for i in range(1, p + 1)],
        "ma": [float(values.get(f"ma.L{i}", 0)) for i in range(1, q + 1)],
    }
    if season:
        entry |= {
            "seasonalOrder": [seasonal_p, int(model.k_seasonal_diff), seasonal_q, season],
            "seasonalAr": [
                float(values.get(f"ar.S.L{i * season}", 0)) for i in range(1, seasonal_p + 1)
            ],
            "seasonalMa": [
                float(values.get(f"ma.S.L{i * season}", 0)) for i in range(1, seasonal_q + 1)
            ],
        }
    if trend and model.hamilton_representation:
        # Hamilton's form has the trend in the observation: divided by the AR polynomial at 1.
        ar_at_one = float(np.sum(np.polymul(_filled(model, results, "ar"), [1.0])))
        entry["mean"] = [value / ar_at_one for value in trend]
    elif trend:
        entry["trend"] = trend
    if trend:
        entry["timeOffset"] = float(model.trend_offset)
    if model.mle_regression:
        regressors = [float(values[name]) for name in model.model_names["exog"]]
        # `ARIMA`, other than `SARIMAX`, puts its trend before the regressors.
        own = getattr(model, "_spec_arima", None)
        powers = [] if own is None else [int(power) for power in own.trend_terms]
        if powers:
            mean = [0.0] * (powers[-1] + 1)
            for power, value in zip(powers, regressors, strict=False):
                mean[power] = value
            entry |= {"mean": mean, "timeOffset": float(own.trend_offset)}
        entry["exog"] = regressors[len(powers) :]
    if not model.concentrate_scale:
        entry["variance"] = float(values["sigma2"])
    if model.measurement_error:
        entry["measurementVariance"] = float(
            values[
                "var.measurement_error" if not model.concentrate_scale else "snr.measurement_error"
            ]
        )
    if model.simple_differencing:
        entry["simpleDifferencing"] = True
    if not model.enforce_stationarity:
        entry["start"] = "diffuse"
    if model.ssm.initial_variance != 1e6:
        entry["diffuseVariance"] = float(model.ssm.initial_variance)
    entry["burn"] = int(model.loglikelihood_burn)
    return entry


def _lags(polynomial: Sequence[float]) -> int:
    """The greatest lag of a polynomial with its constant term."""
    return len(polynomial) - 1


def _filled(model: Any, results: Any, part: str) -> list[float]:  # noqa: ANN401
    """The reduced AR polynomial, constant first."""
    model.update(results.params)
    return np.polymul(model._polynomial_ar, model._polynomial_seasonal_ar).tolist()


def from_statsforecast(model: Mapping[str, Any]) -> ArimaModel:
    """The model of statsforecast's `ARIMA` or `AutoARIMA`: its `model_` dictionary.

    R's `arima`: a mean or drift is regressed on, differencing states are the last observations and
    start with a variance of 1e6 times that of the noise. Of a model fitted with method="CSS" alone
    the parameters are taken, too, but statsforecast itself forecasts it from an empty state.
    """
    if model.get("lambda") is not None:
        raise PipelineError("Box-Cox transformed models are not part of the format")
    if str(model.get("distribution", "normal")).split(".")[-1].lower() != "normal":
        raise PipelineError("only normal errors are part of the format")
    p, q, seasonal_p, seasonal_q, season, d, seasonal_d = (int(v) for v in model["arma"])
    coefficients = {name: float(value) for name, value in model["coef"].items()}
    variance = float(model["sigma2"])
    entry: ArimaModel = {
        "order": [p, d, q],
        "ar": [coefficients.pop(f"ar{i}") for i in range(1, p + 1)],
        "ma": [coefficients.pop(f"ma{i}") for i in range(1, q + 1)],
    }
    if season > 1:
        entry |= {
            "seasonalOrder": [seasonal_p, seasonal_d, seasonal_q, season],
            "seasonalAr": [coefficients.pop(f"sar{i}") for i in range(1, seasonal_p + 1)],
            "seasonalMa": [coefficients.pop(f"sma{i}") for i in range(1, seasonal_q + 1)],
        }
    mean = [coefficients.pop("intercept", 0.0), coefficients.pop("drift", 0.0)]
    if any(mean):
        entry["mean"] = mean
    return entry | {
        "exog": list(coefficients.values()),
        "variance": variance,
        "diffuseVariance": 1e6 * variance,
        "stateSpace": "r",
    }

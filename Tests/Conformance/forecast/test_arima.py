"""statsmodels fits, a pod forecasts, both say the same."""

import warnings

import numpy
import pytest
import tritonclient.grpc as triton
from statsmodels.tsa.arima.model import ARIMA
from statsmodels.tsa.statespace.sarimax import SARIMAX
from tritonclient.utils import InferenceServerException, np_to_triton_dtype
from vigie_pipelines.models.arima_file import from_statsmodels, write_arima_file

HORIZON = 10
SPECIFICATIONS = {
    "weekly": {"order": (1, 0, 1), "seasonal_order": (0, 1, 1, 7)},
    "drift": {"order": (2, 1, 0), "trend": "t"},
    "airline": {"order": (0, 1, 1), "seasonal_order": (0, 1, 1, 12), "concentrate_scale": True},
    "noisy": {"order": (1, 0, 0), "trend": "c", "measurement_error": True},
    "loose": {"order": (1, 0, 2), "enforce_stationarity": False, "enforce_invertibility": False},
}
# The other class, whose trend is a regressor; by default a constant. Without `trend_offset`, which
# its forecasts (of statsmodels 0.15) forget, though its fitted values have it.
CLASSES = {
    "default": {"order": (1, 0, 1)},
    "quadratic": {"order": (2, 0, 0), "trend": "ctt"},
    "integrated": {"order": (0, 1, 1), "trend": "t", "seasonal_order": (1, 0, 0, 7)},
    "cubic": {"order": (1, 0, 0), "trend": [0, 1, 0, 1]},
}


def tensor(name: str, values) -> triton.InferInput:
    values = numpy.asarray(values)
    made = triton.InferInput(name, list(values.shape), np_to_triton_dtype(values.dtype))
    made.set_data_from_numpy(values)
    return made


@pytest.fixture(scope="module")
def fitted():
    """A model of each kind, fitted on a series of its own with a few values missing."""
    random = numpy.random.default_rng(3)
    results = {}
    for name, specification in SPECIFICATIONS.items():
        days = numpy.arange(180)
        y = 20 + 5 * numpy.sin(days * 2 * numpy.pi / 7) + 0.02 * days + random.normal(0, 1, 180)
        y[random.random(180) < 0.03] = numpy.nan
        x = random.normal(0, 1, (180 + HORIZON, 1))
        model = SARIMAX(y + 2 * x[:180, 0], exog=x[:180], **specification)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results[name] = model.fit(disp=False, maxiter=20), x
    return results


@pytest.fixture(scope="module")
def client(serve, fitted, tmp_path_factory):
    path = tmp_path_factory.mktemp("arima") / "arima.json"
    models = {name: from_statsmodels(result) for name, (result, _) in fitted.items()}
    write_arima_file(path, models, exog=["x"], library="statsmodels")
    client = triton.InferenceServerClient(serve({"cash": path}))
    yield client
    client.close()


def test_all_series_in_one_request_are_statsmodels_forecasts(client, fitted):
    names = list(fitted)
    history = numpy.stack([fitted[name][0].model.endog[:, 0] for name in names])
    exog = numpy.stack([fitted[name][1] for name in names])
    answer = client.infer(
        "cash",
        [
            tensor("series", numpy.array(names, dtype=object)),
            tensor("history", history),
            tensor("exog", exog[:, :180]),
            tensor("future_exog", exog[:, 180:]),
            tensor("level", [0.8]),
            tensor("quantiles", [0.25, 0.5]),
        ],
    )
    for row, name in enumerate(names):
        result, x = fitted[name]
        forecast = result.get_forecast(HORIZON, exog=x[180:])
        interval = numpy.asarray(forecast.conf_int(alpha=0.2))
        for output, expected in {
            "mean": forecast.predicted_mean,
            "stderr": forecast.se_mean,
            "lower": interval[:, 0],
            "upper": interval[:, 1],
        }.items():
            numpy.testing.assert_allclose(answer.as_numpy(output)[row], expected, rtol=1e-8)
        numpy.testing.assert_array_equal(
            answer.as_numpy("quantile")[row, :, 1], answer.as_numpy("mean")[row]
        )
        numpy.testing.assert_allclose(
            answer.as_numpy("fitted")[row, 20:], result.fittedvalues[20:], rtol=1e-6
        )
        assert answer.as_numpy("loglikelihood")[row] == pytest.approx(result.llf, rel=1e-8)


def test_metadata_and_config_say_what_is_optional(client):
    metadata = client.get_model_metadata("cash")
    assert [i.name for i in metadata.inputs][:2] == ["history", "series"]
    optional = {i.name: i.optional for i in client.get_model_config("cash").config.input}
    assert optional["horizon"]
    assert not optional["history"]
    # There is no default model.
    assert not optional["series"]


def test_a_series_that_is_unknown_is_refused_by_name(client):
    inputs = [
        tensor("series", numpy.array(["nowhere"], dtype=object)),
        tensor("history", numpy.ones((1, 30))),
        tensor("exog", numpy.zeros((1, 30, 1))),
        tensor("future_exog", numpy.zeros((1, 2, 1))),
    ]
    with pytest.raises(InferenceServerException, match=r"INVALID_ARGUMENT.*'nowhere'"):
        client.infer("cash", inputs)


def test_arima_models_of_the_other_class_have_no_regressor_for_their_trend(serve, tmp_path):
    random = numpy.random.default_rng(8)
    y = 20 + numpy.cumsum(random.normal(0, 1, 90))
    models, results = {}, {}
    for name, specification in CLASSES.items():
        for exog in (None, random.normal(0, 1, (90 + HORIZON, 2))):
            model = ARIMA(y, exog=None if exog is None else exog[:90], **specification)
            key = f"{name}-{0 if exog is None else 2}"
            results[key] = model.smooth(model.start_params + 0.01), exog
            models[key] = from_statsmodels(results[key][0])
    for regressors in (0, 2):
        chosen = {key: model for key, model in models.items() if key.endswith(str(regressors))}
        path = tmp_path / f"arima-{regressors}.json"
        write_arima_file(path, chosen, exog=["a", "b"][:regressors], horizon=HORIZON)
        with triton.InferenceServerClient(serve({"classes": path})) as client:
            for key in chosen:
                result, exog = results[key]
                inputs = [
                    tensor("series", numpy.array([key], dtype=object)),
                    tensor("history", y[None]),
                ]
                if exog is not None:
                    inputs += [
                        tensor("exog", exog[None, :90]),
                        tensor("future_exog", exog[None, 90:]),
                    ]
                future = None if exog is None else exog[90:]
                expected = result.get_forecast(HORIZON, exog=future)
                answer = client.infer("classes", inputs)
                numpy.testing.assert_allclose(
                    answer.as_numpy("mean")[0], expected.predicted_mean, rtol=1e-8, err_msg=key
                )
                numpy.testing.assert_allclose(
                    answer.as_numpy("stderr")[0], expected.se_mean, rtol=1e-8, err_msg=key
                )


def test_a_model_of_differences_is_served_and_forecasts_differences(serve, tmp_path):
    y = 50 + numpy.cumsum(numpy.random.default_rng(2).normal(0, 1, 120))
    model = SARIMAX(y, order=(1, 1, 0), seasonal_order=(0, 1, 1, 7), simple_differencing=True)
    result = model.smooth(model.start_params)
    path = tmp_path / "arima.json"
    write_arima_file(path, {"a": from_statsmodels(result)}, horizon=HORIZON)
    with triton.InferenceServerClient(serve({"differences": path})) as client:
        answer = client.infer(
            "differences",
            [tensor("series", numpy.array(["a"], dtype=object)), tensor("history", y[None])],
        )
    forecast = result.get_forecast(HORIZON)
    numpy.testing.assert_allclose(answer.as_numpy("mean")[0], forecast.predicted_mean, rtol=1e-8)
    fitted = answer.as_numpy("fitted")[0]
    assert numpy.isnan(fitted[:8]).all()
    numpy.testing.assert_allclose(fitted[8:], result.fittedvalues, rtol=1e-8)


def test_a_model_of_a_constant_series_is_served(serve, tmp_path):
    flat = numpy.full(90, 3.0)
    model = SARIMAX(flat, order=(1, 1, 1), seasonal_order=(0, 1, 1, 7))
    result = model.smooth(model.start_params)
    path = tmp_path / "arima.json"
    write_arima_file(path, {"a": from_statsmodels(result)}, horizon=HORIZON)
    with triton.InferenceServerClient(serve({"flat": path})) as client:
        answer = client.infer(
            "flat",
            [tensor("series", numpy.array(["a"], dtype=object)), tensor("history", flat[None])],
        )
    numpy.testing.assert_allclose(answer.as_numpy("mean")[0], numpy.full(HORIZON, 3.0), rtol=1e-9)
    assert numpy.isfinite(answer.as_numpy("loglikelihood")).all()

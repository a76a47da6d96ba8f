import json
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from vigie_pipelines.cash import nn5
from vigie_pipelines.cash.accuracy import mase, roll, smape
from vigie_pipelines.cash.calendar import holidays, paydays, regressors
from vigie_pipelines.cash.forecaster import DowMedian, SeasonalNaive
from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.cash.policy import order_up_to, weekly_needs
from vigie_pipelines.cash.simulator import NN5, measure, simulate
from vigie_pipelines.cli.main import main
from vigie_pipelines.cli.validate import version_problems
from vigie_pipelines.errors import DataNotFoundError, PipelineError

END = 735


@pytest.fixture(scope="module")
def panel() -> Panel:
    return simulate(1, atms=60)


def test_the_same_seed_draws_the_same_atms() -> None:
    first, again, other = simulate(5, atms=2), simulate(5, atms=2), simulate(6, atms=2)
    assert first.fingerprint() == again.fingerprint() != other.fingerprint()
    assert first.values.shape == (2, 791)


def test_simulated_atms_have_nn5s_statistics(panel: Panel) -> None:
    own, real = asdict(measure(panel.values[:, :END])), asdict(NN5)
    bounds = {
        "log_level": 0.15,
        "log_level_spread": 0.1,
        "profile": 0.08,
        "profile_spread": 0.06,
        "residual": 0.06,
        "memory": 0.06,
        "level_spread": 0.04,
        "growth": 0.06,
        "missing": 0.003,
        "empty": 0.002,
    }
    for name, bound in bounds.items():
        np.testing.assert_allclose(own[name], real[name], atol=bound, err_msg=name)


@pytest.mark.parametrize(("forecaster", "real"), [(SeasonalNaive(), 25.87), (DowMedian(), 21.29)])
def test_baselines_are_as_good_on_simulated_atms_as_on_nn5(
    panel: Panel, forecaster: SeasonalNaive | DowMedian, real: float
) -> None:
    accuracy, _ = roll(forecaster, panel, END, horizon=56, step=56)
    assert accuracy.smape == pytest.approx(real, abs=2.5)


def test_baselines_on_nn5_itself_are_the_published_ones() -> None:
    try:
        real = nn5.read()
    except DataNotFoundError as error:
        pytest.skip(str(error))
    assert real.values.shape == (111, 791)
    np.testing.assert_allclose(measure(real.values[:, :END]).profile, NN5.profile, atol=0.001)
    accuracy, _ = roll(DowMedian(), real, END, horizon=56, step=56)
    assert accuracy.smape == pytest.approx(21.29, abs=0.1)


def test_the_calendar_knows_easter_and_the_end_of_the_month() -> None:
    dates = pd.date_range("2024-03-27", "2024-05-02")
    assert [str(d.date()) for d in dates[holidays(dates)]] == ["2024-04-01", "2024-05-01"]
    assert dates[paydays(dates)].day.tolist() == [28, 29, 30, 31, 1, 28, 29, 30, 1]
    payday, holiday, eve = regressors(dates).T
    assert [str(d.date()) for d in dates[eve == 1]] == ["2024-03-31", "2024-04-30"]
    assert payday.sum() == 9
    assert holiday.sum() == 2


def test_smape_and_mase_are_what_their_papers_say() -> None:
    actual, forecast = np.array([[10.0, np.nan, 0.0, 30.0]]), np.array([[20.0, 5.0, 0.0, 10.0]])
    # 200 · (10/30 + 0 + 20/40) / 3
    assert smape(actual, forecast) == pytest.approx(200 * (1 / 3 + 1 / 2) / 3)
    training = np.concatenate([np.zeros((1, 7)), np.full((1, 7), 5.0)], axis=1)
    assert mase(actual, forecast, training) == pytest.approx(10 / 5)


def test_an_atm_runs_dry_on_the_day_its_stock_is_gone() -> None:
    needs = np.full((2, 1, 7), 10.0)
    needs[1] = 20
    forecasts = np.array([[70.0], [70.0]])
    # Past weeks needed just what was forecast: the stock is 70.
    outcome = order_up_to(forecasts, needs, forecasts, needs[:1].repeat(2, axis=0), 0.9)
    # The second week's need passes 70 on its fourth day, and 70 of its 140 are not met.
    assert outcome.stock_out == pytest.approx(4 / 14)
    assert outcome.unmet == pytest.approx(70 / 210)
    assert outcome.leftover == 0


def test_more_service_means_fewer_empty_atms_and_more_idle_cash(panel: Panel) -> None:
    past = weekly_needs(DowMedian(), panel, END - 49, 7)
    weeks = weekly_needs(DowMedian(), panel, END, 8)
    outcomes = [order_up_to(*weeks, *past, service) for service in (0.7, 0.8, 0.9, 0.95)]
    assert all(a.stock_out >= b.stock_out for a, b in pairwise(outcomes))
    assert all(a.leftover <= b.leftover for a, b in pairwise(outcomes))
    assert 0 < outcomes[-1].stock_out < 0.05


def test_a_model_of_statsmodels_becomes_an_entry_of_the_file(tmp_path: Path) -> None:
    sarimax = pytest.importorskip("statsmodels.tsa.statespace.sarimax")
    from vigie_pipelines.models.arima_file import from_statsmodels, write_arima_file

    y, x = np.arange(40.0), np.ones((40, 1))
    model = sarimax.SARIMAX(
        y, exog=x, order=([0, 1], 1, 0), seasonal_order=(0, 1, 1, 7), trend=[0, 1]
    )
    entry = from_statsmodels(model.filter([0.5, 3, 0.25, -0.4, 2]))
    assert entry == {
        "order": [2, 1, 0],
        "ar": [0, 0.25],
        "ma": [],
        "seasonalOrder": [0, 1, 1, 7],
        "seasonalAr": [],
        "seasonalMa": [-0.4],
        "trend": [0, 0.5],
        "timeOffset": 1,
        "exog": [3],
        "variance": 2,
        "burn": 8,
    }
    write_arima_file(tmp_path / "arima.json", {"a": entry}, exog=["x"])
    written = json.loads((tmp_path / "arima.json").read_text())
    assert (written["format"], written["formatVersion"]) == ("vigie-arima", 1)
    assert written["models"] == {"a": entry}
    with pytest.raises(PipelineError, match="a: has not one coefficient"):
        write_arima_file(tmp_path / "arima.json", {"a": entry})
    regression = sarimax.SARIMAX(y, exog=x, order=(1, 0, 0), mle_regression=False)
    with pytest.raises(PipelineError, match="mle_regression"):
        from_statsmodels(regression.filter([0.5, 1]))


def test_the_lstms_graph_computes_what_keras_does() -> None:
    pytest.importorskip("onnx")
    runtime = pytest.importorskip("onnxruntime")
    from vigie_pipelines.cash.lstm_graph import lstm_model

    random = np.random.default_rng(2)
    units, window, horizon = 5, 9, 3
    shapes = [(1, 4 * units), (units, 4 * units), (4 * units,), (units, horizon), (horizon,)]
    weights = [random.normal(0, 0.5, shape).astype(np.float32) for shape in shapes]
    x = random.normal(0, 1, (4, window, 1)).astype(np.float32)
    session = runtime.InferenceSession(
        lstm_model(*weights, window=window).SerializeToString(), providers=["CPUExecutionProvider"]
    )
    (answer,) = session.run(None, {"history": x})

    def sigmoid(v: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(-v))

    kernel, recurrent, bias, dense, offset = (w.astype(np.float64) for w in weights)
    hidden, cell = np.zeros((4, units)), np.zeros((4, units))
    for step in range(window):
        # Keras: input, forget, cell, output.
        i, f, c, o = np.split(x[:, step] @ kernel + hidden @ recurrent + bias, 4, axis=1)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(c)
        hidden = sigmoid(o) * np.tanh(cell)
    np.testing.assert_allclose(answer, hidden @ dense + offset, rtol=1e-5, atol=1e-6)


def test_train_cash_publishes_a_version_that_is_sound(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("statsmodels")
    arguments = ["train", "cash", "--quick", "--quiet", "--models", "arima", "--horizon", "7"]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    output = capsys.readouterr().out
    assert "day-of-week median" in output
    assert "ARIMA" in output
    folder = tmp_path / "cash-arima" / "1"
    assert version_problems(folder) == []
    assert set(json.loads((folder / "arima.json").read_text())["models"]) == {
        "ATM-0001",
        "ATM-0002",
    }


def test_a_horizon_beyond_the_test_days_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "cash", "--quick", "--horizon", "57"]) == 1
    assert "expected 1 to 56" in capsys.readouterr().err

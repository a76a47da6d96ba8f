"""Fits small Prophet models and writes them with what Prophet itself answers.

    python Tests/Fixtures/make_prophet.py     (made with prophet 1.5.0, holidays 0.109)

For each case of Tests/Fixtures/prophet/cases.json there is <case>.json, the model (whole, as
`model_to_json` writes it, or as vigie-pipelines does), and in cases.json the request's columns, the
forecast with all components, and quantiles of 20,000 samples of the forecast and of the trend for
three rows (`predictive_samples`, whose draws `predict` takes its intervals from).
"""

import json
import logging
import pathlib

import numpy as np
import pandas as pd

for noisy in ("cmdstanpy", "prophet", "prophet.plot"):
    logging.getLogger(noisy).disabled = True

from prophet import Prophet  # noqa: E402
from prophet.serialize import model_from_json, model_to_json  # noqa: E402
from vigie_pipelines.models.prophet_file import prophet_document  # noqa: E402

HERE = pathlib.Path(__file__).parent / "prophet"
SAMPLES = 20_000
SHARES = np.linspace(0.01, 0.99, 50)
CASES = []


def days(count, start="2021-01-04"):
    """Dates, a day apart."""
    return pd.date_range(start, periods=count)


def demand(dates, random, level=20.0):
    """Withdrawals with a trend that bends, a week, a year and noise."""
    t = np.arange(len(dates))
    week = np.array([0.8, 0.7, 0.9, 1.0, 1.5, 1.2, 0.6])[dates.dayofweek]
    bend = np.where(t > len(t) / 2, (t - len(t) / 2) * 0.02, 0)
    year = 2 * np.sin(2 * np.pi * dates.dayofyear / 365.25)
    return level * week + bend + year + random.normal(0, 1, len(t))


def paydays(first=2020, last=2024):
    """Table of two holidays, one with a window."""
    rows = []
    for year in range(first, last + 1):
        rows += [("payday", f"{year}-{month:02}-28", -1, 2) for month in range(1, 13)]
        rows += [("fair", f"{year}-05-15", 0, 0)]
    table = pd.DataFrame(rows, columns=["holiday", "ds", "lower_window", "upper_window"])
    table["ds"] = pd.to_datetime(table["ds"])
    return table


def add(name, model, frame, future, whole=False):
    """Fits, writes the model and all answers."""
    model.fit(frame)
    document = json.loads(model_to_json(model)) if whole else prophet_document(model)
    (HERE / f"{name}.json").write_text(json.dumps(document) + "\n")
    # What the file says is what counts: its numbers are rounded here and there.
    model = model_from_json(json.dumps(document))
    answer = model.predict(future)
    names = [n for n in json.loads(document["train_component_cols"])["schema"]["fields"]]
    columns = ["yhat", "trend", *(n["name"] for n in names)]
    np.random.seed(7)  # noqa: NPY002 (Prophet draws from NumPy's global generator)
    model.uncertainty_samples = SAMPLES
    samples = model.predictive_samples(future)
    rows = sorted({0, len(future) // 2, len(future) - 1})
    inputs = {
        "ds": [
            int(v)
            for v in future["ds"].astype("int64")
            // 10 ** {"s": 0, "ms": 3, "us": 6}.get(future["ds"].dt.unit, 9)
        ]
    }
    for column in future.columns.drop("ds"):
        inputs[column] = [float(v) for v in future[column]]
    CASES.append(
        {
            "name": name,
            "inputs": inputs,
            "expected": {c: [float(f"{v:.15g}") for v in answer[c]] for c in columns},
            "sampledRows": rows,
            "quantiles": {
                key: [
                    [float(f"{v:.6g}") for v in np.quantile(samples[key][r], SHARES)] for r in rows
                ]
                for key in ("yhat", "trend")
            },
        }
    )


def main():
    random = np.random.default_rng(5)
    HERE.mkdir(exist_ok=True)
    dates = days(500)
    y = demand(dates, random)
    frame = pd.DataFrame({"ds": dates, "y": y})
    # Half in training, half after.
    future = pd.DataFrame({"ds": days(40, "2022-04-28")})

    add("linear", Prophet(n_changepoints=8, yearly_seasonality=3), frame, future)
    add(
        "whole",
        Prophet(n_changepoints=4, yearly_seasonality=2),
        frame[:60],
        days_frame(60, 20),
        whole=True,
    )
    add(
        "multiplicative",
        Prophet(n_changepoints=5, seasonality_mode="multiplicative", yearly_seasonality=False),
        frame,
        future,
    )
    add("flat", Prophet(growth="flat", yearly_seasonality=False), frame, future)
    capped = frame.assign(cap=60.0)
    add(
        "logistic",
        Prophet(growth="logistic", n_changepoints=6, yearly_seasonality=2),
        capped,
        future.assign(cap=np.linspace(60, 65, len(future))),
    )
    floored = frame.assign(cap=70.0, floor=2.0)
    add(
        "floor",
        Prophet(growth="logistic", n_changepoints=5, yearly_seasonality=False),
        floored,
        future.assign(cap=70.0, floor=2.0),
    )
    add(
        "minmax",
        Prophet(scaling="minmax", n_changepoints=5, yearly_seasonality=False),
        frame,
        future,
    )
    holidays = Prophet(
        holidays=paydays(),
        n_changepoints=5,
        yearly_seasonality=False,
        holidays_mode="multiplicative",
    )
    holidays.add_country_holidays("FR")
    add("holidays", holidays, frame, pd.DataFrame({"ds": days(60, "2022-04-10")}))

    regressed = Prophet(n_changepoints=5, yearly_seasonality=False, weekly_seasonality=False)
    regressed.add_regressor("rain")
    regressed.add_regressor("strike", standardize=False)
    regressed.add_regressor("salary", mode="multiplicative", standardize=True)
    regressed.add_seasonality("summer week", 7, 3, condition_name="summer")
    regressed.add_seasonality("winter week", 7, 2, condition_name="winter", mode="multiplicative")
    extra = columns(dates, random)
    add(
        "regressors",
        regressed,
        frame.assign(**extra),
        future.assign(**columns(pd.DatetimeIndex(future["ds"]), random)),
    )
    hours = pd.date_range("2022-03-01", periods=400, freq="h")
    hourly = pd.DataFrame(
        {"ds": hours, "y": 5 + np.sin(hours.hour / 24 * 2 * np.pi) + random.normal(0, 0.2, 400)}
    )
    add(
        "hours",
        Prophet(n_changepoints=3, holidays=paydays(2022, 2022)),
        hourly,
        pd.DataFrame({"ds": pd.date_range("2022-03-16", periods=60, freq="90min")}),
    )
    add("no-changepoints", Prophet(n_changepoints=0, yearly_seasonality=False), frame, future)
    add("one-day", Prophet(n_changepoints=5, yearly_seasonality=False), frame, future[-1:])
    add(
        "trend-only",
        Prophet(n_changepoints=10, yearly_seasonality=False, weekly_seasonality=False),
        frame,
        future,
    )
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in CASES)
    (HERE / "cases.json").write_text(f'{{"shares":{SHARES.tolist()},"cases":[\n{text}\n]}}\n')


def days_frame(skip, count):
    """The days that follow `skip` training days, and some of these."""
    return pd.DataFrame({"ds": days(skip + count)[-count - 10 :]})


def columns(dates, random):
    """Regressors and conditions."""
    return {
        "rain": random.gamma(2.0, 1.0, len(dates)),
        "strike": (random.random(len(dates)) < 0.1).astype(float),
        "salary": random.normal(3, 1, len(dates)),
        "summer": np.isin(dates.month, [5, 6, 7, 8]),
        "winter": np.isin(dates.month, [11, 12, 1, 2, 3]),
    }


if __name__ == "__main__":
    main()

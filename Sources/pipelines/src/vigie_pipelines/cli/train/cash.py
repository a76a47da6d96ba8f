"""`vigie-pipelines train cash`."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.cash import nn5
from vigie_pipelines.cash.accuracy import Accuracy, roll
from vigie_pipelines.cash.forecaster import WEEK, DowMedian, Forecaster, SeasonalNaive
from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.cash.policy import Outcome, order_up_to, weekly_needs
from vigie_pipelines.cash.publishing import manifest
from vigie_pipelines.cash.simulator import simulate
from vigie_pipelines.cli.arguments import whole
from vigie_pipelines.cli.text import Progress, table
from vigie_pipelines.cli.train.options import (
    add_common,
    add_quick,
    progress_of,
    say_published,
    target,
)
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.registry.publish import publish

TEST_DAYS = nn5.TEST_DAYS
_MODELS = ("arima", "prophet", "lstm")
_SERVICE = (0.8, 0.9, 0.95)
# The service level whose outcome the manifest has.
_SERVICE_TOLD = 0.9
_EPILOG = """\
Every model is fitted once, to the days before the last 56, and then forecasts as these go by:
--horizon days from every second week on. SMAPE and MASE are means over ATMs, origins and days.
The second table fills every ATM once a week, ordered a day ahead, up to a quantile of what the week
needs; the quantile is of the ratios of needs to forecasts in the eight weeks before.

examples:
  vigie-pipelines train cash                                    simulated ATMs
  vigie-pipelines train cash --data nn5 --models arima          NN5's 111 ATMs, if they are there
  vigie-pipelines train cash --out ./registry                   cash-arima, cash-prophet, cash-lstm
"""


@dataclass(frozen=True, kw_only=True)
class Result:
    """A forecaster and how good it is."""

    forecaster: Forecaster
    accuracy: Accuracy
    outcomes: tuple[Outcome, ...]


def add(domains: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the domain to the parser."""
    parser = domains.add_parser(
        "cash",
        help="forecasts of the cash that ATMs need",
        description="Forecasts of the cash that ATMs need: ARIMA, Prophet and an LSTM against a "
        "week ago and the median of eight, by accuracy and by what they cost.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        choices=["simulated", "nn5"],
        default="simulated",
        help="simulated: ATMs by NN5's statistics, with paydays and holidays, drawn from --seed "
        "(default); nn5: the competition's, from $VIGIE_DATA or from ../shared/data beside the "
        "repository",
    )
    parser.add_argument(
        "--models",
        nargs="+",
        choices=_MODELS,
        default=["arima", "prophet"],
        metavar="MODEL",
        help="arima, prophet, lstm (needs vigie-pipelines[lstm]); default: arima prophet",
    )
    parser.add_argument(
        "--atms", type=whole(1), metavar="N", help="only the first N (simulated: 12)"
    )
    parser.add_argument(
        "--horizon", type=int, default=14, metavar="DAYS", help="1 to 56 (default: 14)"
    )
    add_common(parser, seed_of="the simulated ATMs and the models")
    add_quick(parser, "two ATMs, and hardly any iterations")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Reads or draws the ATMs, fits, measures, publishes."""
    if not 1 <= options.horizon <= TEST_DAYS:
        raise PipelineError(f"--horizon {options.horizon}: expected 1 to {TEST_DAYS}")
    progress = progress_of(options)
    panel = _panel(options)
    end = panel.values.shape[1] - TEST_DAYS
    progress.say(
        f"{panel.title}: {len(panel.names)} ATMs, {end} days, then {TEST_DAYS} to forecast"
    )
    makers = _makers(options)
    results = [
        _measure(make(), panel, end, options.horizon, progress)
        for make in (SeasonalNaive, DowMedian, *makers.values())
    ]
    print(_accuracy_table(results))
    print()
    print(_policy_table(results))
    written: list[str] = []
    registry = target(options)
    if registry is not None:
        for name, result in zip(makers, results[2:], strict=True):
            written.append(str(_publish(registry, name, makers[name], result, panel, end, options)))
            progress.say(f"published {written[-1]}")
    say_published(written, options)
    return 0


def _panel(options: argparse.Namespace) -> Panel:
    count = 2 if options.quick else options.atms
    if options.data == "nn5":
        panel = nn5.read()
        return panel.take(count) if count else panel
    return simulate(options.seed, atms=count or 12)


def _makers(options: argparse.Namespace) -> dict[str, Callable[[], Forecaster]]:
    """By model; what is not installed is said before anything is trained."""
    makers: dict[str, Callable[[], Forecaster]] = {}
    for name in dict.fromkeys(options.models):
        if name == "arima":
            from vigie_pipelines.cash.arima import Arima

            makers[name] = lambda: Arima(iterations=2 if options.quick else 50)
        elif name == "prophet":
            from vigie_pipelines.cash.prophet import ProphetForecaster

            makers[name] = lambda: ProphetForecaster(options.seed)
        else:
            from vigie_pipelines.cash.lstm import Lstm

            makers[name] = lambda: Lstm(options.seed, epochs=2 if options.quick else 12)
    return makers


def _measure(
    forecaster: Forecaster, panel: Panel, end: int, horizon: int, progress: Progress
) -> Result:
    # The ratios of eight weeks before the test are out of sample, too: fitted before these weeks.
    past = end - TEST_DAYS
    forecaster.fit(panel, past)
    past_weeks = weekly_needs(forecaster, panel, past + WEEK, TEST_DAYS // WEEK - 1)
    forecaster.fit(panel, end)
    accuracy, _ = roll(forecaster, panel, end, horizon=horizon, step=min(14, horizon))
    weeks = weekly_needs(forecaster, panel, end + WEEK, TEST_DAYS // WEEK - 1)
    outcomes = tuple(order_up_to(*weeks, *past_weeks, service) for service in _SERVICE)
    progress.say(f"{forecaster.name}: SMAPE {accuracy.smape:.2f}")
    return Result(forecaster=forecaster, accuracy=accuracy, outcomes=outcomes)


def _accuracy_table(results: list[Result]) -> str:
    rows = [
        [r.forecaster.name, f"{r.accuracy.smape:.2f}", f"{r.accuracy.mase:.3f}"] for r in results
    ]
    return table(["forecaster", "SMAPE", "MASE"], rows)


def _policy_table(results: list[Result]) -> str:
    head = ["forecaster", "service", "stock-out days", "unmet", "left over", "cost ‰"]
    rows = [
        [
            r.forecaster.name,
            f"{service:g}",
            f"{o.stock_out:.2%}",
            f"{o.unmet:.2%}",
            f"{o.leftover:.1%}",
            f"{o.cost:.3f}",
        ]
        for r in results
        for service, o in zip(_SERVICE, r.outcomes, strict=True)
    ]
    return table(head, rows)


_DESCRIPTIONS = {
    "arima": "Daily withdrawals of each ATM: seasonal ARIMA with payday, holiday and eve as "
    "regressors; 'series' names the ATM, another one gets the ATMs' mean model.",
    "prophet": "Daily withdrawals of all ATMs together, what the cash centre must hold: Prophet "
    "with payday, holiday and eve as regressors.",
    "lstm": "Daily withdrawals of an ATM: eight weeks in, two weeks out, both in units of the "
    "eight weeks' mean, for any ATM.",
}
_FLAVORS = {"arima": "arima", "prophet": "prophet", "lstm": "onnx"}


def _publish(
    registry: Path,
    name: str,
    make: Callable[[], Forecaster],
    result: Result,
    panel: Panel,
    end: int,
    options: argparse.Namespace,
) -> Path:
    forecaster, accuracy = result.forecaster, result.accuracy
    outcome: Outcome | None = result.outcomes[_SERVICE.index(_SERVICE_TOLD)]
    if name == "prophet":
        # One series a file: the sum, measured anew.
        panel = total_of(panel)
        forecaster = make()
        forecaster.fit(panel, end)
        accuracy, _ = roll(forecaster, panel, end, horizon=options.horizon, step=14)
        outcome = None
    text = manifest(
        description=_DESCRIPTIONS[name],
        flavor=_FLAVORS[name],
        panel=panel,
        days=end,
        library=forecaster.library,
        seed=options.seed,
        accuracy=accuracy,
        outcome=outcome,
    )
    return publish(registry, f"cash-{name}", text, forecaster.write)


def total_of(panel: Panel) -> Panel:
    """A panel of one series, the sum of all."""
    total: Floats = np.asarray(panel.total())[None]
    return replace(panel, names=("total",), values=total)

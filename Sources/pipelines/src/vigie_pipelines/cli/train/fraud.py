"""`vigie-pipelines train fraud`."""

import argparse

from vigie_pipelines.cli.text import Progress, table
from vigie_pipelines.cli.train.options import (
    add_common,
    add_quick,
    progress_of,
    say_published,
    target,
)
from vigie_pipelines.fraud.baselines import BASELINES, measure
from vigie_pipelines.fraud.delay import DELAYS, RATES, RECALL_GOAL, measure_delay
from vigie_pipelines.fraud.features import features
from vigie_pipelines.fraud.protocol import Protocol
from vigie_pipelines.fraud.published import published
from vigie_pipelines.fraud.served import FraudModel, Periods, manifest_of, train_served
from vigie_pipelines.fraud.simulator import simulate
from vigie_pipelines.fraud.transactions import Transactions
from vigie_pipelines.registry.publish import publish

_PARTS = ("baselines", "delay", "model")
_DELAY_PROTOCOL = Protocol(
    train_from=78, train_days=70, gap_days=7, test_days=28, drop_known_cards=False
)
_EPILOG = """\
baselines  the Fraud Detection Handbook's models on its own data, features and protocol (train on
           25-31 July, test on 8-14 August, labels known after 7 days) beside what it published
delay      recall at fixed false-positive rates by the age of the labels, on the last 28 days
model      the model that a pod serves: labels an hour old; --publish writes fraud-xgboost

examples:
  vigie-pipelines train fraud                                    all tables, three minutes
  vigie-pipelines train fraud --part model --out ./registry      only what is published
"""


def add(domains: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the domain to the parser."""
    parser = domains.add_parser(
        "fraud",
        help="card fraud models, on simulated transactions",
        description="Card fraud models on the Fraud Detection Handbook's simulator.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--part",
        choices=[*_PARTS, "all"],
        default="all",
        help="what to do, see below (default: all)",
    )
    parser.add_argument(
        "--data",
        choices=["published", "simulated"],
        default="published",
        help="published: the handbook's own 1,754,155 transactions, drawn again to the last one "
        "(default); simulated: others by the same law, drawn from --seed",
    )
    add_common(parser, seed_of="the models and of --data simulated")
    add_quick(parser, "two baselines, three delays, ten trees")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Draws the transactions and does the parts that are asked for."""
    progress = progress_of(options)
    data = published() if options.data == "published" else simulate(options.seed)
    source = (
        "vigie_pipelines.fraud.published"
        if options.data == "published"
        else f"vigie_pipelines.fraud.simulator, seed {options.seed}"
    )
    count, *scenarios = data.counts()
    progress.say(
        f"{count:,} transactions, {sum(scenarios):,} frauds ({sum(scenarios) / count:.3%}): "
        + " / ".join(f"{n:,}" for n in scenarios)
        + " of scenarios 1, 2, 3"
    )
    parts = _PARTS if options.part == "all" else (options.part,)
    if "baselines" in parts:
        _baselines(data, options, progress)
    if "delay" in parts:
        _delays(data, options, progress)
    if "model" in parts:
        _model(data, source, options, progress)
    return 0


def _baselines(data: Transactions, options: argparse.Namespace, progress: Progress) -> None:
    rows = features(data)
    progress.say("computed the handbook's 15 features")
    lines = []
    for baseline in BASELINES[:2] if options.quick else BASELINES:
        figures = measure(baseline, data, rows, Protocol(), seed=options.seed)
        progress.say(f"{baseline.name}: AUC {figures[0]:.3f}")
        beside = baseline.published or ("", "", "")
        lines.append(
            [baseline.name, *(f"{figure:.3f}" for figure in figures), *(str(f) for f in beside)]
        )
    print(table(["model", "AUC", "AP", "CP@100", "published-AUC", "AP", "CP@100"], lines))
    print()


def _delays(data: Transactions, options: argparse.Namespace, progress: Progress) -> None:
    lines = []
    names = ["1 h", "1 d", "7 d"] if options.quick else list(DELAYS)
    for name in names:
        point = measure_delay(
            data,
            DELAYS[name],
            _DELAY_PROTOCOL,
            trees=10 if options.quick else 150,
            seed=options.seed,
        )
        progress.say(f"label delay {name}: recall {point.recall[2]:.3f} at 1 %")
        lines.append(
            [
                name,
                *(f"{recall:.3f}" for recall in point.recall),
                f"{point.rate_at_goal:.2%}",
                f"{point.auc:.3f}",
                f"{point.average_precision:.3f}",
            ]
        )
    head = ["label delay", *(f"recall@{rate:.1%}" for rate in RATES)]
    print(table([*head, f"FPR@recall {RECALL_GOAL:.0%}", "AUC", "AP"], lines))
    print()


def _model(
    data: Transactions, source: str, options: argparse.Namespace, progress: Progress
) -> None:
    trees = 10 if options.quick else 100
    trained = train_served(data, source, seed=options.seed, trees=trees, depth=5, periods=Periods())
    print(_operating_point(trained))
    registry = target(options)
    written = []
    if registry is not None:
        written.append(
            str(publish(registry, "fraud-xgboost", manifest_of(trained), trained.model.write))
        )
        progress.say(f"published {written[-1]}")
    say_published(written, options)


def _operating_point(trained: FraudModel) -> str:
    m = trained.metrics
    return (
        f"fraud-xgboost, labels an hour old, on the test days: AUC {m['auc']:.4f}, "
        f"AP {m['average_precision']:.4f}\n"
        f"  alert from p = {trained.refer_from:g}: recall {m['alert_recall']:.2%} "
        f"[{m['alert_recall_low']:.2%}, {m['alert_recall_high']:.2%}], "
        f"false positives {m['alert_fpr']:.2%}, precision {m['alert_precision']:.2%}\n"
        f"  decline from p = {trained.decline_from:g}: precision {m['decline_precision']:.2%} "
        f"[{m['decline_precision_low']:.2%}, {m['decline_precision_high']:.2%}], "
        f"recall {m['decline_recall']:.2%}"
    )

"""`vigie-pipelines train anomaly`."""

import argparse
from pathlib import Path

import numpy as np

from vigie_pipelines.anomaly import benchmarks
from vigie_pipelines.anomaly.benchmarks import Benchmark
from vigie_pipelines.anomaly.detector import (
    Detector,
    ForestSize,
    forest_scores,
    isolation_forest,
)
from vigie_pipelines.anomaly.figures import Alerts, Ranking, at_budget
from vigie_pipelines.anomaly.served import AnomalyModels, publish_models, train_models
from vigie_pipelines.cli.text import Progress, table
from vigie_pipelines.cli.train.options import (
    add_common,
    add_part,
    add_quick,
    progress_of,
    say_published,
    target,
)
from vigie_pipelines.errors import DataNotFoundError
from vigie_pipelines.fraud.published import published
from vigie_pipelines.fraud.served import Periods
from vigie_pipelines.fraud.simulator import simulate

_PARTS = ("benchmarks", "model")
_EPILOG = """\
benchmarks  isolation forest (scikit-learn's defaults, mean of three seeds), autoencoder, and the
            greater of their levels, on labelled sets: AUC, average precision, precision at as many
            alerts as there are anomalies, and at a budget, with its 95 % interval. A set that is
            not there is skipped, loudly
model       the models that a pod serves, on simulated card transactions; --publish writes
            anomaly-forest, anomaly-autoencoder, and the pipeline anomaly that pins both

examples:
  vigie-pipelines train anomaly --data ../shared/data
  vigie-pipelines train anomaly --part model --out ./registry
"""


def add(domains: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the domain to the parser."""
    parser = domains.add_parser(
        "anomaly",
        help="isolation forest and autoencoder, without labels",
        description="Anomaly detectors: measured on labelled sets, published for transactions.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_part(parser, _PARTS)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="where ADBench's .npz files are (default: $VIGIE_DATA, or ../shared/data beside the "
        "repository)",
    )
    parser.add_argument(
        "--transactions",
        choices=["published", "simulated"],
        default="published",
        help="as `train fraud --data` (default: published)",
    )
    add_common(parser, seed_of="the models and of --transactions simulated")
    add_quick(parser, "one seed, two epochs")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Does the parts that are asked for."""
    progress = progress_of(options)
    parts = _PARTS if options.part == "all" else (options.part,)
    if "benchmarks" in parts:
        _benchmarks(options, progress)
    if "model" in parts:
        _model(options, progress)
    return 0


def _epochs(options: argparse.Namespace) -> int:
    return 2 if options.quick else 8


def _benchmarks(options: argparse.Namespace, progress: Progress) -> None:
    lines, alerts = [], []
    for key in benchmarks.KEYS:
        try:
            data = benchmarks.read(key, options.data)
        except DataNotFoundError as error:
            progress.warn(f"SKIPPED {key}: {error}")
            continue
        progress.say(
            f"{key}: {len(data.labels):,} rows, {data.rows.shape[1]} features, "
            f"{data.labels.mean():.2%} anomalies"
        )
        found, budgets = _benchmark(data, options)
        lines += found
        alerts += budgets
    print(table(["set", "model", "AUC", "AP", "P@n", "before-AUC", "AP", "P@n"], lines, left=2))
    print()
    head = ["set", "model", "alerts", "precision", "95%-low", "high", "recall", "FPR", ">90%-holds"]
    print(table(head, alerts, left=2))
    print()


def _benchmark(
    data: Benchmark, options: argparse.Namespace
) -> tuple[list[list[str]], list[list[str]]]:
    scores = [
        forest_scores(isolation_forest(data.rows, ForestSize(), options.seed + i), data.rows)
        for i in range(1 if options.quick else 3)
    ]
    forests = [Ranking.of(score, data.labels) for score in scores]
    mean = Ranking(
        *(
            float(np.mean([getattr(r, name) for r in forests]))
            for name in ("auc", "average_precision", "precision_at_n")
        )
    )
    # A row is learnt from once in so many: twelve epochs of half a million rows teach no more.
    drawn = np.random.default_rng(options.seed).permutation(len(data.rows))[:50_000]
    detector = Detector.train(
        data.rows[drawn], size=ForestSize(), epochs=_epochs(options), seed=options.seed
    )
    _, error, both = detector.levels(data.rows)
    before = benchmarks.MEASURED_BEFORE.get(data.key, ("", "", ""))
    rankings = [
        _ranking_line(data.key, "isolation forest", mean, before),
        _ranking_line(data.key, "autoencoder", Ranking.of(error, data.labels), ("", "", "")),
        _ranking_line(data.key, "max of levels", Ranking.of(both, data.labels), ("", "", "")),
    ]
    anomalies = int(data.labels.sum())
    alerts = [
        _alerts_line(data.key, name, at_budget(score, data.labels, budget))
        for name, score in (("isolation forest", scores[0]), ("autoencoder", error), ("max", both))
        for budget in sorted({min(100, anomalies), anomalies // 2})
    ]
    return rankings, alerts


def _ranking_line(key: str, model: str, ranking: Ranking, before: tuple[object, ...]) -> list[str]:
    own = (ranking.auc, ranking.average_precision, ranking.precision_at_n)
    return [key, model, *(f"{value:.4f}" for value in own), *map(str, before)]


def _alerts_line(key: str, model: str, alerts: Alerts) -> list[str]:
    return [
        key,
        model,
        f"{alerts.count:,}",
        f"{alerts.precision:.3f}",
        f"{alerts.low:.3f}",
        f"{alerts.high:.3f}",
        f"{alerts.recall:.3f}",
        f"{alerts.false_positive_rate:.4%}",
        "yes" if alerts.holds else "no",
    ]


def _model(options: argparse.Namespace, progress: Progress) -> None:
    simulated = options.transactions == "simulated"
    data = simulate(options.seed) if simulated else published()
    source = (
        f"vigie_pipelines.fraud.simulator, seed {options.seed}"
        if simulated
        else "vigie_pipelines.fraud.published"
    )
    progress.say(f"{len(data):,} simulated transactions")
    models = train_models(
        data, source, seed=options.seed, epochs=_epochs(options), periods=Periods()
    )
    print(_report(models))
    registry = target(options)
    folders = [] if registry is None else publish_models(models, registry)
    say_published([str(folder) for folder in folders], options)


def _report(models: AnomalyModels) -> str:
    names = ("anomaly-forest", "anomaly-autoencoder", "anomaly")
    lines = [
        [name, f"{r.auc:.4f}", f"{r.average_precision:.4f}", f"{r.precision_at_n:.4f}"]
        for name, r in zip(names, models.rankings, strict=True)
    ]
    a = models.alerts
    return table(["artifact", "AUC", "AP", "P@n"], lines) + (
        f"\nalert from level {models.threshold:g}: {a.count:,} alerts on the test days, precision "
        f"{a.precision:.2%} [{a.low:.2%}, {a.high:.2%}], recall {a.recall:.2%}, false positives "
        f"{a.false_positive_rate:.3%}; over 90 % {'holds' if a.holds else 'does NOT hold'}"
    )

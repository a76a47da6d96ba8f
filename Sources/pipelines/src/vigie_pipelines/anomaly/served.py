"""The anomaly models that a pod serves, on simulated card transactions.

`anomaly-forest` and `anomaly-autoencoder` are members of the pipeline `anomaly`, which
standardises, asks both, puts their scores on one scale and gives the greater. Labels choose the
alert's threshold and measure; the models never see them, except that frauds reported at a terminal
or with a card an hour ago are among the features, as they are in any bank.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import sklearn

from vigie_pipelines.anomaly.autoencoder import CLIP, Autoencoder
from vigie_pipelines.anomaly.detector import Detector, ForestSize, forest_scores
from vigie_pipelines.anomaly.figures import Alerts, Ranking, precise_threshold
from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature
from vigie_pipelines.evaluation.detection import precision_at
from vigie_pipelines.fraud.served import DELAY, Periods
from vigie_pipelines.fraud.state import STATE_FEATURES, state_features
from vigie_pipelines.fraud.transactions import Transactions
from vigie_pipelines.published.forest_file import write_forest
from vigie_pipelines.published.pipeline_file import member, pipeline_document, write_pipeline
from vigie_pipelines.registry.declared import declared
from vigie_pipelines.registry.draft import draft
from vigie_pipelines.registry.publish import publish
from vigie_pipelines.registry.reference import reference, score_reference

SIZE = ForestSize()
TRAINING_ROWS = 120_000
NUMBERS = np.array([i for i, f in enumerate(STATE_FEATURES) if f.kind != "boolean"], dtype=np.intp)
LEVEL_MAX = 12.0
PRECISION_WANTED = 0.92
"""Of the lower end of the precision's interval on the calibration days: enough above 0.9 that days
to come keep that."""
PREFIX = "z_"
"""Of the autoencoder's features, which are standardised."""


@dataclass(frozen=True)
class AnomalyModels:
    """The detector, with what was measured of its three scores on the test days."""

    detector: Detector
    training: Dataset
    test: Dataset
    threshold: float
    """Of the level: from it on a transaction is an alert."""
    rankings: tuple[Ranking, Ranking, Ranking]
    """Of the forest, of the autoencoder, of both."""
    alerts: Alerts
    seed: int


def train_models(
    data: Transactions, source: str, *, seed: int, epochs: int, periods: Periods
) -> AnomalyModels:
    """Trains on a draw of the training days, chooses the threshold on the calibration days."""
    whole = Dataset(
        key="anomaly",
        title="Fraud Detection Handbook simulator, 19 features",
        source=source,
        licence="simulated: free",
        features=STATE_FEATURES,
        rows=state_features(data, delay=DELAY),
        labels=data.fraud,
        notes=(
            f"{TRAINING_ROWS} transactions of days {periods.train_from} to "
            f"{periods.calibrate_from - 1} train, without labels; days to {periods.test_from - 1} "
            "choose the threshold, the rest test",
        ),
    )
    train, calibrate, test = periods.rows(data)
    drawn = np.random.default_rng(seed).choice(train, min(TRAINING_ROWS, len(train)), replace=False)
    training = whole.take(np.sort(drawn))
    detector = Detector.train(training.rows, size=SIZE, epochs=epochs, seed=seed, numbers=NUMBERS)
    known = whole.take(calibrate)
    level = detector.levels(known.rows)[2]
    # Without a precise one, the level that no reference row reaches.
    found = precise_threshold(level, known.labels, PRECISION_WANTED)
    threshold = np.ceil((LEVEL_MAX if found is None else found) * 1_000) / 1_000
    tested = whole.take(test)
    levels = detector.levels(tested.rows)
    forest, error, both = (Ranking.of(score, tested.labels) for score in levels)
    return AnomalyModels(
        detector,
        training,
        tested,
        float(threshold),
        (forest, error, both),
        Alerts.of(levels[2], tested.labels, float(threshold)),
        seed,
    )


def _ranking_metrics(ranking: Ranking) -> dict[str, float]:
    return {
        "auc": ranking.auc,
        "average_precision": ranking.average_precision,
        "precision_at_n": ranking.precision_at_n,
    }


def _reference(data: Dataset, score: Floats) -> dict[str, object]:
    """As for a probability; the score's histogram is of the raw score."""
    return {**reference(data, score), "score": score_reference(score)}


def publish_models(models: AnomalyModels, registry: Path) -> list[Path]:
    """Publishes both members and then the pipeline that pins them; the new folders."""
    forest = publish(
        registry, "anomaly-forest", _forest_manifest(models), lambda f: _write_forest(models, f)
    )
    autoencoder = publish(
        registry,
        "anomaly-autoencoder",
        _autoencoder_manifest(models),
        models.detector.autoencoder.write,
    )
    members = {
        "forest": member(registry, "anomaly-forest", int(forest.name)),
        "autoencoder": member(registry, "anomaly-autoencoder", int(autoencoder.name)),
    }
    document = _pipeline(models, members)
    pipeline = publish(
        registry, "anomaly", _pipeline_manifest(models), lambda f: write_pipeline(f, document)
    )
    return [forest, autoencoder, pipeline]


def _write_forest(models: AnomalyModels, folder: Path) -> str:
    names = [feature.name for feature in STATE_FEATURES]
    write_forest(models.detector.forest, folder / "forest.ubj", names)
    return "forest.ubj"


def _forest_manifest(models: AnomalyModels) -> dict[str, object]:
    return draft(
        namespace="anomaly",
        description=f"Isolation forest, {SIZE.trees} trees of {SIZE.rows} rows, on card "
        "transactions. TRAINED ON SIMULATED TRANSACTIONS.",
        flavor="forest",
        dataset=models.training,
        library=f"scikit-learn {sklearn.__version__}",
        seed=models.seed,
        metrics=_ranking_metrics(models.rankings[0]),
        reference=_reference(models.test, forest_scores(models.detector.forest, models.test.rows)),
    )


def standard_feature(feature: Feature) -> Feature:
    """A feature as the autoencoder wants it."""
    return Feature(
        name=PREFIX + feature.name,
        kind="number",
        unit="standard deviations",
        description=f"{feature.name}, standardised: {feature.description}",
        minimum=-CLIP,
        maximum=CLIP,
        code=feature.code,
        reason=feature.reason,
    )


def _autoencoder_manifest(models: AnomalyModels) -> dict[str, object]:
    detector = models.detector
    own: Autoencoder = detector.autoencoder

    def standard(data: Dataset) -> Dataset:
        return replace(
            data,
            features=tuple(standard_feature(STATE_FEATURES[i]) for i in NUMBERS),
            rows=own.standardise(data.rows[:, NUMBERS]),
        )

    layers = "-".join(map(str, (len(NUMBERS), *own.hidden, len(NUMBERS))))
    return draft(
        namespace="anomaly",
        description=f"Autoencoder {layers} on standardised numbers of card transactions. TRAINED "
        "ON SIMULATED TRANSACTIONS.",
        flavor=own.flavor,
        dataset=standard(models.training),
        library=own.library,
        seed=models.seed,
        metrics=_ranking_metrics(models.rankings[1]),
        reference=_reference(standard(models.test), detector.errors(models.test.rows)),
        explanation={"reconstruction": True},
    )


def _pipeline(models: AnomalyModels, members: dict[str, dict[str, object]]) -> dict[str, object]:
    detector = models.detector
    own = detector.autoencoder
    steps: list[dict[str, object]] = []
    for at, mean, deviation in zip(NUMBERS, own.mean, own.deviation, strict=True):
        name = STATE_FEATURES[at].name
        standard = f"({name} - {float(mean)!r}) / {float(deviation)!r}"
        steps.append(
            {"name": PREFIX + name, "expression": f"max(-{CLIP}, min({CLIP}, {standard}))"}
        )
    steps += [
        {"name": "forest_score", "member": "forest", "take": "response"},
        {"name": "error", "member": "autoencoder"},
        {
            "name": "forest_level",
            "of": "forest_score",
            "calibration": detector.forest_level.calibration(),
        },
        {"name": "error_level", "of": "error", "calibration": detector.error_level.calibration()},
        {"name": "level", "expression": "max(forest_level, error_level)"},
        {"name": "alert", "expression": f"if level >= {models.threshold!r} then 1.0 else 0.0"},
    ]
    return pipeline_document(
        [declared(feature) for feature in STATE_FEATURES],
        members,
        steps,
        [{"name": name} for name in ("level", "alert", "forest_score", "error")],
        score={"value": "level"},
        description="The more alarmed of isolation forest and autoencoder; levels are -log10 of "
        "how often a score so high is seen",
    )


def _pipeline_manifest(models: AnomalyModels) -> dict[str, object]:
    alerts, labels = models.alerts, models.test.labels
    level = models.detector.levels(models.test.rows)[2]
    budget = {f"precision_at_{k}": precision_at(level, labels, k) for k in (100, 1_000)}
    return draft(
        namespace="anomaly",
        description="Unusual card transactions: the greater of isolation forest and autoencoder, "
        "each as -log10 of how rare its score is (2: one in a hundred, 3: one in a thousand). "
        "TRAINED ON SIMULATED TRANSACTIONS.",
        flavor="pipeline",
        dataset=models.training,
        library=f"scikit-learn {sklearn.__version__}",
        seed=models.seed,
        metrics={
            **_ranking_metrics(models.rankings[2]),
            **budget,
            "alert_precision": alerts.precision,
            "alert_precision_low": alerts.low,
            "alert_precision_high": alerts.high,
            "alert_recall": alerts.recall,
            "alert_fpr": alerts.false_positive_rate,
            "alerts_per_10000": 1e4 * alerts.count / len(labels),
        },
        reference=_reference(models.test, level),
        alert={
            "from": models.threshold,
            "output": "level",
            "rule": f"the least level at which the precision's 95 % interval lies above "
            f"{PRECISION_WANTED:.0%} on the calibration days",
        },
    )

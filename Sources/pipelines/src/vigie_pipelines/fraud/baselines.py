"""The handbook's baseline models, with what it published for them.

Chapters 3, 5 and 6, training and test weeks of `Protocol`; AUC, average precision, CP@100.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

from vigie_pipelines.arrays import Floats
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.fraud.protocol import Protocol, card_precision
from vigie_pipelines.fraud.transactions import Transactions

TOP_CARDS = 100

Figures = tuple[float, float, float]
"""AUC, average precision, CP@100."""


@dataclass(frozen=True)
class Baseline:
    """A model and the handbook's figures for it, if it has any."""

    name: str
    make: Callable[[int], Any]
    published: Figures | None


def _xgboost(seed: int, **parameters: object) -> XGBClassifier:
    # As XGBoost was when the figures were made: exact splits, and boosting from a score of 0.5.
    return XGBClassifier(
        tree_method="exact", base_score=0.5, random_state=seed, n_jobs=1, **parameters
    )


def _lightgbm(seed: int) -> Any:  # noqa: ANN401  (a class of an optional package)
    try:
        from lightgbm import LGBMClassifier
    except ImportError:
        raise PipelineError(
            "the LightGBM baseline needs the fraud extra: pip install 'vigie-pipelines[fraud]'"
        ) from None
    return LGBMClassifier(random_state=seed, n_jobs=1, verbose=-1)


BASELINES = (
    Baseline("logistic regression", lambda seed: LogisticRegression(), (0.871, 0.606, 0.291)),
    Baseline("XGBoost", _xgboost, (0.862, 0.639, 0.273)),
    Baseline(
        "XGBoost, tuned",
        lambda seed: _xgboost(seed, max_depth=3, n_estimators=100, learning_rate=0.1),
        (0.872, 0.69, 0.303),
    ),
    Baseline("LightGBM", _lightgbm, None),
    Baseline(
        "random forest",
        lambda seed: RandomForestClassifier(random_state=seed, n_jobs=1),
        (0.867, 0.658, 0.287),
    ),
)


def measure(
    baseline: Baseline, data: Transactions, rows: Floats, protocol: Protocol, *, seed: int
) -> Figures:
    """Trains on scaled features of the training week and measures on the test week."""
    train, test = protocol.split(data)
    labels = data.fraud
    model = make_pipeline(StandardScaler(), baseline.make(seed))
    model.fit(rows[train], labels[train])
    # As a plain array: LightGBM remembers that it was given names, which the scaler has lost.
    score = model[-1].predict_proba(model[:-1].transform(rows[test]))[:, 1]
    return (
        float(roc_auc_score(labels[test], score)),
        float(average_precision_score(labels[test], score)),
        card_precision(score, data, test, TOP_CARDS),
    )

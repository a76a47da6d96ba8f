"""A binned weight-of-evidence logistic regression: the banks' classical scorecard."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.binning.bins import Bins, find_bins, merge_equal
from vigie_pipelines.binning.woe import conditional_weights, marginal_weights, with_trend
from vigie_pipelines.data.features import Feature


class WoeScorecard:
    """Bins, weights of evidence, and scikit-learn's logistic regression over the weights.

    Flavor `scorecard`: log_odds = intercept + Σ coefficient · woe(x), a sum that can be read.
    """

    flavor = "scorecard"
    library = f"scikit-learn {sklearn.__version__}"

    def __init__(
        self,
        features: tuple[Feature, ...],
        *,
        bins_max: int = 10,
        share_min: float = 0.002,
        rounds: int = 12,
        ridge: float = 3.0,
    ) -> None:
        """With `rounds` 0 the weights are the marginal ones."""
        self.features = features
        self._bins_max = bins_max
        self._share_min = share_min
        self._rounds = rounds
        self._ridge = ridge
        self.bins: list[Bins] = []
        self.weights: list[Floats] = []
        """By feature, one a bin, the missing values' last."""
        self.regression = LogisticRegression(C=1e3, tol=1e-10, max_iter=2_000)
        self.mean_weights = np.zeros(len(features))

    def fit(self, rows: Floats, labels: Labels) -> None:
        """Finds bins and weights, then fits the regression on the rows' weights."""
        monotone = [feature.monotone for feature in self.features]
        bins = [
            find_bins(f, column, labels, bins_max=self._bins_max, share_min=self._share_min)
            for f, column in zip(self.features, rows.T, strict=True)
        ]
        codes = [own.assign(column) for own, column in zip(bins, rows.T, strict=True)]
        weights = []
        for own, code, sign in zip(bins, codes, monotone, strict=True):
            mass = np.bincount(code, minlength=own.count + 1).astype(np.float64)
            marginal = marginal_weights(code, labels, own.count + 1)
            weights.append(with_trend(marginal, mass, own, sign))
        if self._rounds:
            weights = conditional_weights(
                codes, bins, monotone, labels, weights, rounds=self._rounds, ridge=self._ridge
            )
        merged = [merge_equal(own, values[:-1]) for own, values in zip(bins, weights, strict=True)]
        self.bins = [own for own, _ in merged]
        self.weights = [
            np.append(regular, values[-1])
            for (_, regular), values in zip(merged, weights, strict=True)
        ]
        evidence = self.evidence(rows)
        self.mean_weights = evidence.mean(axis=0)
        self.regression.fit(evidence, labels)

    def evidence(self, rows: Floats) -> Floats:
        """Each value's weight of evidence: rows × features, the regression's input."""
        columns = [
            values[own.assign(column)]
            for own, values, column in zip(self.bins, self.weights, rows.T, strict=True)
        ]
        return np.column_stack(columns)

    def log_odds(self, rows: Floats) -> Floats:
        """Of default, uncalibrated."""
        return self.regression.decision_function(self.evidence(rows))

    def explain(self, rows: Floats) -> tuple[float, Floats]:
        """Each term less its mean over the training rows: exact for a linear model."""
        coefficients = self.regression.coef_[0]
        base = float(self.regression.intercept_[0] + coefficients @ self.mean_weights)
        return base, (self.evidence(rows) - self.mean_weights) * coefficients

    def explanation(self) -> None:
        """scorecard.json carries its own means."""

    def document(self) -> dict[str, object]:
        """The whole of scorecard.json."""
        entries = []
        for j, feature in enumerate(self.features):
            own, values = self.bins[j], self.weights[j]
            entry: dict[str, object] = {
                "name": feature.name,
                "coefficient": float(self.regression.coef_[0][j]),
            }
            if own.edges is None:
                entry["categories"] = dict(
                    zip(feature.categories, values[:-1].tolist(), strict=True)
                )
                entry["otherWoe"] = 0.0
            else:
                entry["edges"] = own.edges.tolist()
                entry["woe"] = values[:-1].tolist()
            entry["missingWoe"] = float(values[-1]) if feature.missing == "allow" else None
            entry["meanWoe"] = float(self.mean_weights[j])
            entries.append(entry)
        return {
            "format": "vigie-scorecard",
            "formatVersion": 1,
            "intercept": float(self.regression.intercept_[0]),
            "features": entries,
        }

    def write(self, folder: Path) -> str:
        """Writes scorecard.json; Python's shortest float text reads back to the same bits."""
        text = json.dumps(self.document(), indent=1, allow_nan=False)
        (folder / "scorecard.json").write_text(text + "\n", encoding="utf-8")
        return "scorecard.json"

"""Model and rules together: the pipeline `fraud`, whose answer is a risk and a decision.

risk = max(calibrated probability, the share of frauds among past transactions with this rule
score). Declined is what either declines, referred what either refers.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from sklearn.isotonic import IsotonicRegression

from vigie_pipelines.arrays import Floats, Labels
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.evaluation.detection import wilson
from vigie_pipelines.fraud import rules
from vigie_pipelines.fraud.served import FraudModel, manifest_of
from vigie_pipelines.fraud.state import STATE_FEATURES
from vigie_pipelines.published.pipeline_file import member, pipeline_document, write_pipeline
from vigie_pipelines.published.rules_file import rules_document, write_rules
from vigie_pipelines.registry.declared import declared
from vigie_pipelines.registry.draft import draft
from vigie_pipelines.registry.publish import publish
from vigie_pipelines.registry.reference import reference, score_reference


@dataclass(frozen=True)
class RuleRisk:
    """From a rule score to the share of frauds, never falling; linear between knots."""

    x: tuple[float, ...]
    y: tuple[float, ...]

    @staticmethod
    def fit(score: Floats, labels: Labels) -> "RuleRisk":
        """Isotonic regression over the scores that occur; half a row of each kind added to each."""
        values, at, counts = np.unique(score, return_inverse=True, return_counts=True)
        frauds = np.bincount(at, weights=labels)
        share = (frauds + 0.5) / (counts + 1)
        rising = IsotonicRegression().fit_transform(values, share, sample_weight=counts)
        return RuleRisk(tuple(values.tolist()), tuple(np.round(rising, 6).tolist()))

    def __call__(self, score: Floats) -> Floats:
        """The risk of rule scores."""
        return np.interp(score, self.x, self.y)


@dataclass(frozen=True)
class FraudDecision:
    """A trained model with the rules' risk beside it."""

    fraud: FraudModel
    rule_risk: RuleRisk

    @staticmethod
    def of(fraud: FraudModel) -> "FraudDecision":
        """The rules' risk is learnt on the model's calibration days."""
        known = fraud.calibrating
        return FraudDecision(fraud, RuleRisk.fit(rules.scores(known.rows), known.labels))

    def risk(self, rows: Floats, probability: Floats) -> Floats:
        """The greater of both."""
        return np.maximum(probability, self.rule_risk(rules.scores(rows)))

    def decisions(self, rows: Floats, probability: Floats) -> np.ndarray:
        """ "approve", "refer" or "decline", one a row."""
        score = rules.scores(rows)
        declined = (probability >= self.fraud.decline_from) | (score >= rules.DECLINE_FROM)
        referred = (probability >= self.fraud.refer_from) | (score >= rules.REVIEW_FROM)
        return np.where(declined, "decline", np.where(referred, "refer", "approve"))

    def metrics(self) -> dict[str, float]:
        """Of the decisions on the test days."""
        test = self.fraud.test
        decision = self.decisions(test.rows, self.fraud.probability)
        alert, declined, labels = decision != "approve", decision == "decline", test.labels
        low, high = wilson(int(labels[alert].sum()), int(labels.sum()))
        return {
            "alert_recall": float(alert[labels == 1].mean()),
            "alert_recall_low": low,
            "alert_recall_high": high,
            "alert_fpr": float(alert[labels == 0].mean()),
            "alert_precision": float(labels[alert].mean()),
            "decline_recall": float(declined[labels == 1].mean()),
            "decline_precision": float(labels[declined].mean()),
        }

    def publish(self, registry: Path) -> list[Path]:
        """Publishes the model, the rules, and the pipeline that pins both; the new folders."""
        fraud = self.fraud
        model = publish(registry, "fraud-xgboost", manifest_of(fraud), fraud.model.write)
        written = publish(
            registry, "fraud-rules", self._rules_manifest(), lambda f: write_rules(f, _rules())
        )
        members = {
            "model": member(registry, "fraud-xgboost", int(model.name)),
            "rules": member(registry, "fraud-rules", int(written.name)),
        }
        pipeline = publish(
            registry,
            "fraud",
            self._pipeline_manifest(),
            lambda f: write_pipeline(f, self._pipeline(members)),
        )
        return [model, written, pipeline]

    def _rules_manifest(self) -> dict[str, object]:
        test, fraud = self.fraud.test, self.fraud

        def seen(data: Dataset) -> Dataset:
            return replace(data, features=rules.FEATURES, rows=data.rows[:, rules.COLUMNS])

        score = rules.scores(test.rows)
        alert, declined = score >= rules.REVIEW_FROM, score >= rules.DECLINE_FROM
        return draft(
            namespace="fraud",
            description="Card fraud: rules over the model's features; the score is the sum of "
            "what fires.",
            flavor="rules",
            dataset=seen(fraud.training),
            library="written by hand",
            seed=fraud.seed,
            metrics={
                "alert_recall": float(alert[test.labels == 1].mean()),
                "alert_fpr": float(alert[test.labels == 0].mean()),
                "alert_precision": float(test.labels[alert].mean()),
                "decline_precision": float(test.labels[declined].mean()),
            },
            reference={**reference(seen(test), score), "score": score_reference(score)},
        )

    def _pipeline(self, members: dict[str, dict[str, object]]) -> dict[str, object]:
        calibration, risk = self.fraud.calibration, self.rule_risk
        decline = f"rule_decision == 'decline' or probability >= {self.fraud.decline_from!r}"
        refer = f"rule_decision == 'refer' or probability >= {self.fraud.refer_from!r}"
        steps = [
            {"name": "log_odds", "member": "model"},
            {
                "name": "probability",
                "of": "log_odds",
                "calibration": {
                    "method": "platt",
                    "slope": calibration.slope,
                    "intercept": calibration.intercept,
                },
            },
            {"name": "rule_score", "member": "rules"},
            {
                "member": "rules",
                "outputs": {"rule_decision": "decision", "fired": "fired", "reasons": "reasons"},
            },
            {
                "name": "rule_risk",
                "of": "rule_score",
                "calibration": {"method": "isotonic", "x": list(risk.x), "y": list(risk.y)},
            },
            {"name": "risk", "expression": "max(probability, rule_risk)"},
            {
                "name": "decision",
                "expression": f"if {decline} then 'decline' else if {refer} then 'refer' "
                "else 'approve'",
            },
        ]
        outputs = ("risk", "decision", "probability", "rule_score", "fired", "reasons")
        return pipeline_document(
            [declared(feature) for feature in STATE_FEATURES],
            members,
            steps,
            [{"name": name} for name in outputs],
            score={"value": "risk"},
            description="Card fraud: gradient-boosted trees and rules",
        )

    def _pipeline_manifest(self) -> dict[str, object]:
        fraud = self.fraud
        risk = self.risk(fraud.test.rows, fraud.probability)
        return draft(
            namespace="fraud",
            description="Card fraud: the greater of the model's probability and the rules' risk, "
            "with a decision. TRAINED ON SIMULATED TRANSACTIONS.",
            flavor="pipeline",
            dataset=fraud.training,
            library=fraud.model.library,
            seed=fraud.seed,
            metrics=self.metrics(),
            reference=reference(fraud.test, risk),
        )


def _rules() -> dict[str, object]:
    parts = rules.document_parts()
    written = parts.pop("rules")
    return rules_document("sum", [declared(f) for f in rules.FEATURES], written, **parts)

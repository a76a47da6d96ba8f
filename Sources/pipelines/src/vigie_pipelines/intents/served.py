"""The intent classifier that a pod serves, with its manifest."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from vigie_pipelines.intents.classifier import WORDS_MAX, IntentClassifier
from vigie_pipelines.intents.corpus import PER_INTENT, Utterances, held_out, training
from vigie_pipelines.intents.evaluate import (
    KNOWN_KEPT,
    CrossValidation,
    HeldOut,
    Progress,
    cross_validate,
    held_out_figures,
)
from vigie_pipelines.registry.draft import draft_of_texts
from vigie_pipelines.registry.publish import publish
from vigie_pipelines.registry.reference import score_reference

MODEL = "intents"


@dataclass(frozen=True)
class TrainedIntents:
    """The classifier, trained on all of the training set, and what is known of it."""

    model: IntentClassifier
    data: Utterances
    validation: CrossValidation
    held_out: HeldOut
    seed: int

    def manifest(self) -> dict[str, object]:
        """All of the manifest that does not depend on where it is published."""
        v, h = self.validation, self.held_out
        confidence = self.model.probabilities(self.data.texts).max(axis=1)
        return draft_of_texts(
            namespace="chatbot",
            description="What a bank's customers and operators want, in English and French: "
            f"{len(self.model.classes)} intents. TF-IDF of words, logistic regression.",
            flavor=self.model.flavor,
            title="Utterances written for this project, English and French",
            source="vigie_pipelines/intents/corpus",
            rows=len(self.data),
            fingerprint=fingerprint(self.data),
            library=self.model.library,
            seed=self.seed,
            metrics={
                "cv_accuracy": v.accuracy,
                "cv_f1_macro": v.macro_f1,
                "cv_ece": v.calibration_error,
                "temperature": v.temperature,
                "strangers_found": v.strangers_found,
                "known_kept": v.known_kept,
                "accuracy": h.accuracy,
                "f1_macro": h.macro_f1,
                **{f"accuracy_{code}": value for code, value in h.by_language.items()},
                "answered": h.answered,
                "answered_accuracy": h.answered_accuracy,
            },
            reference={"rows": len(self.data), "score": score_reference(confidence)},
            intents={
                "classes": self.model.classes,
                "counts": dict(sorted(Counter(self.data.intents).items())),
                "outOfScope": "out_of_scope",
                "threshold": v.threshold,
                "rule": "a highest probability under the threshold is out of scope; it keeps "
                f"{KNOWN_KEPT:.0%} of the utterances that cross-validation understood",
            },
        )

    def publish(self, registry: Path) -> Path:
        """Publishes as the next version; its folder."""
        return publish(registry, MODEL, self.manifest(), self.model.write)


def fingerprint(data: Utterances) -> str:
    """SHA-256 over the utterances and intents as JSON lines."""
    digest = hashlib.sha256()
    for text, intent in zip(data.texts, data.intents, strict=True):
        digest.update(json.dumps([text, intent], ensure_ascii=False).encode() + b"\n")
    return f"sha256:{digest.hexdigest()}"


def train_intents(
    *, seed: int, say: Progress, per_intent: int = PER_INTENT, words_max: int = WORDS_MAX
) -> TrainedIntents:
    """Cross-validates, trains on everything, divides by the temperature, and measures."""

    def make() -> IntentClassifier:
        return IntentClassifier(words_max=words_max)

    data = training(seed, per_intent)
    validation = cross_validate(make, data, say)
    model = make()
    model.fit(data.texts, data.intents)
    model.divide(validation.temperature)
    figures = held_out_figures(model, held_out(), validation.threshold)
    return TrainedIntents(model, data, validation, figures, seed)

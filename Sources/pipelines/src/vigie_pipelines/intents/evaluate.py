"""How well intents are told apart, and when the classifier had better say that it does not know."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import softmax
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold

from vigie_pipelines.arrays import Floats, Indices
from vigie_pipelines.intents.classifier import IntentClassifier, fit_temperature
from vigie_pipelines.intents.corpus import LANGUAGES, OUT_OF_SCOPE, Utterances

FOLDS = 5
KNOWN_KEPT = 0.92
"""Of the utterances that are understood: so many must not be sent away by the threshold."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class CrossValidation:
    """From folds that keep an utterance and its disturbed copies together."""

    accuracy: float
    macro_f1: float
    temperature: float
    """That calibrates the logits."""
    calibration_error: float
    """Of the calibrated confidence, ten bins."""
    threshold: float
    """Confidence under this is out of scope."""
    strangers_found: float
    """The share of utterances of intents kept from training that fall under the threshold."""
    known_kept: float
    """The share of rightly understood utterances that do not."""


@dataclass(frozen=True)
class HeldOut:
    """On sentences written by hand."""

    accuracy: float
    macro_f1: float
    by_language: dict[str, float]
    answered: float
    """The share that is not sent to out-of-scope by the threshold."""
    answered_accuracy: float
    confusions: list[tuple[str, str, int]]
    """(truth, answer, how often), the most frequent first."""


def cross_validate(
    make: Callable[[], IntentClassifier], data: Utterances, say: Progress
) -> CrossValidation:
    """Folds for accuracy and temperature; left-out intents for the threshold."""
    texts = np.array(data.texts, dtype=object)
    classes = sorted(set(data.intents))
    truth = np.array([classes.index(intent) for intent in data.intents])
    logits = np.empty((len(texts), len(classes)))
    for fold, (train, test) in enumerate(GroupKFold(FOLDS).split(texts, truth, data.groups)):
        model = _fitted(make, texts, data.intents, train)
        logits[test] = model.logits(texts[test].tolist())
        say(f"fold {fold + 1} of {FOLDS}: accuracy {_accuracy(logits[test], truth[test]):.4f}")
    temperature = fit_temperature(logits, truth)
    calibrated = softmax(logits / temperature, axis=1)
    confidence = calibrated.max(axis=1)
    right = logits.argmax(axis=1) == truth
    strangers = _strangers(make, texts, data.intents, temperature, say)
    # Rounded down, so that it keeps no fewer than it should.
    threshold = float(np.floor(np.quantile(confidence[right], 1 - KNOWN_KEPT) * 100) / 100)
    return CrossValidation(
        accuracy=float(right.mean()),
        macro_f1=float(f1_score(truth, logits.argmax(axis=1), average="macro")),
        temperature=temperature,
        calibration_error=_calibration_error(confidence, right),
        threshold=threshold,
        strangers_found=float((strangers < threshold).mean()),
        known_kept=float((confidence[right] >= threshold).mean()),
    )


def _fitted(
    make: Callable[[], IntentClassifier], texts: np.ndarray, intents: list[str], rows: Indices
) -> IntentClassifier:
    model = make()
    model.fit(texts[rows].tolist(), [intents[row] for row in rows])
    return model


def _accuracy(logits: Floats, truth: np.ndarray) -> float:
    return float((logits.argmax(axis=1) == truth).mean())


def _strangers(
    make: Callable[[], IntentClassifier],
    texts: np.ndarray,
    intents: list[str],
    temperature: float,
    say: Progress,
) -> Floats:
    """Confidence in utterances whose intent was kept from training, a fifth of them at a time.

    Where the classifier says "out of scope" of its own, its confidence counts as 0.
    """
    names = np.array(intents)
    kept_out = np.array_split([n for n in sorted(set(intents)) if n != OUT_OF_SCOPE], FOLDS)
    found = []
    for turn, group in enumerate(kept_out):
        strange = np.isin(names, group)
        model = _fitted(make, texts, intents, np.flatnonzero(~strange))
        probability = softmax(model.logits(texts[strange].tolist()) / temperature, axis=1)
        refused = probability.argmax(axis=1) == model.classes.index(OUT_OF_SCOPE)
        found.append(np.where(refused, 0.0, probability.max(axis=1)))
        say(f"intents kept out, {turn + 1} of {FOLDS}")
    return np.concatenate(found)


def _calibration_error(confidence: Floats, right: np.ndarray) -> float:
    bins = np.minimum((confidence * 10).astype(int), 9)
    gap = np.bincount(bins, weights=confidence - right, minlength=10)
    return float(np.abs(gap).sum() / len(right))


def held_out_figures(model: IntentClassifier, data: Utterances, threshold: float) -> HeldOut:
    """Accuracy counts the classifier's own answer; `answered` what the threshold lets through."""
    probability = model.probabilities(data.texts)
    answer = np.array(model.classes)[probability.argmax(axis=1)]
    truth, language = np.array(data.intents), np.array(data.languages)
    right = answer == truth
    sure = probability.max(axis=1) >= threshold
    wrong = Counter(zip(truth[~right].tolist(), answer[~right].tolist(), strict=True))
    return HeldOut(
        accuracy=float(right.mean()),
        macro_f1=float(f1_score(truth, answer, average="macro")),
        by_language={code: float(right[language == code].mean()) for code in LANGUAGES},
        answered=float(sure.mean()),
        answered_accuracy=float(right[sure].mean()) if sure.any() else 0.0,
        confusions=[(a, b, n) for (a, b), n in sorted(wrong.items(), key=lambda e: (-e[1], e[0]))],
    )

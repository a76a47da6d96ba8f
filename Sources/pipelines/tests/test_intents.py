import re
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.intents.classifier import IntentClassifier, fit_temperature
from vigie_pipelines.intents.corpus import LANGUAGES, held_out, intents, training
from vigie_pipelines.intents.noise import disturbed, without_accents
from vigie_pipelines.intents.served import train_intents
from vigie_pipelines.intents.templates import expand, expansions
from vigie_pipelines.registry.manifest import problems


def plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", without_accents(text).lower()))


def test_there_are_enough_utterances_of_enough_intents() -> None:
    assert len(intents()) >= 25
    different = defaultdict(set)
    data = training(7)
    for text, intent, language in zip(data.texts, data.intents, data.languages, strict=True):
        different[intent, language].add(plain(text))
    assert len(different) == len(intents()) * len(LANGUAGES)
    assert min(map(len, different.values())) >= 40
    tested = Counter(zip(held_out().intents, held_out().languages, strict=True))
    assert min(tested.values()) >= 5


def test_no_held_out_sentence_is_in_the_training_set() -> None:
    seen = {plain(text) for seed in (1, 7) for text in training(seed, 200).texts}
    both = [text for text in held_out().texts if plain(text) in seen]
    assert both == []


def test_the_same_seed_makes_the_same_utterances() -> None:
    assert training(3, 10) == training(3, 10)
    assert training(3, 10).texts != training(4, 10).texts


def test_templates_expand_choices_and_slots() -> None:
    random = np.random.default_rng(1)
    slots = {"card": ["my card", "my visa"]}
    found = expansions(["(block|stop) {card} (please|)"], slots, 20, random)
    assert sorted(found) == sorted(
        f"{verb} {card}{please}"
        for verb in ("block", "stop")
        for card in slots["card"]
        for please in ("", " please")
    )
    with pytest.raises(PipelineError, match="no such slot: loan"):
        expand("my {loan}", slots, random)


def test_disturbed_sentences_stay_near_the_original() -> None:
    random = np.random.default_rng(1)
    made = {disturbed("où est ma carte bancaire", random) for _ in range(100)}
    assert len(made) > 60
    assert all(len(text) < 50 for text in made)
    assert any(text.isupper() for text in made)
    assert any("où" in text for text in made)
    assert any("ou est" in text for text in made)


def test_the_temperature_that_logits_were_multiplied_by_is_found() -> None:
    random = np.random.default_rng(1)
    logits = random.standard_normal((4_000, 5)) * 2
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    truth = (shares.cumsum(axis=1) > random.random((4_000, 1))).argmax(axis=1)
    assert fit_temperature(3 * logits, truth) == pytest.approx(3, rel=0.1)


def test_a_temperature_changes_confidence_and_not_the_answer() -> None:
    model, data = IntentClassifier(), training(1, 6)
    model.fit(data.texts, data.intents)
    before = model.probabilities(held_out().texts)
    model.divide(2)
    after = model.probabilities(held_out().texts)
    assert (before.argmax(axis=1) == after.argmax(axis=1)).all()
    assert after.max(axis=1).mean() < before.max(axis=1).mean()


def test_training_publishes_a_manifest_and_a_graph_that_onnx_runtime_agrees_with(
    tmp_path: Path,
) -> None:
    import onnxruntime

    trained = train_intents(seed=1, say=lambda text: None, per_intent=1, words_max=300)
    manifest = trained.manifest()
    files = [{"path": "model.onnx", "sha256": "0" * 64, "bytes": 1}]
    assert problems({"schema": 1, **manifest, "files": files}) == []
    folder = trained.publish(tmp_path)
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    texts = [*held_out().texts, "", "ÉTAT DE MON PRÊT", "l'œuvre"]
    column = np.array(texts, dtype=object)[:, None]
    label, probabilities = session.run(["label", "probabilities"], {"text": column})
    expected = trained.model.probabilities(texts)
    np.testing.assert_allclose(probabilities, expected, atol=2e-6)
    best = [trained.model.classes[i] for i in expected.argmax(axis=1)]
    assert np.mean(label == np.array(best)) > 0.99
    assert manifest["intents"]["classes"] == trained.model.classes
    assert 0 < manifest["intents"]["threshold"] < 1

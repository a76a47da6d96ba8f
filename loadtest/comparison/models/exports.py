"""scikit-learn models as skl2onnx exports them: a text classifier and an isolation forest."""

from __future__ import annotations

from pathlib import Path

from comparison.case import Rows
from comparison.contestants import HOME
from comparison.models.networks import Network
from harness.native import module

FEATURES = 30
TREES = 200
SAMPLES = 256
WORDS = 2_000
UTTERANCE_WORDS = 12
INTENTS = 20
UTTERANCES = 2_000
ROWS_ASKED = 8_192
SEED = 20261125


def utterances() -> Network:
    """TF-IDF over words and logistic regression over intents: the chatbot's classifier."""
    folder = HOME / "utterances"
    made = Network(folder, Rows(folder / "rows.txt", (1,), "string"))
    if made.model.exists():
        return made
    numpy = module("numpy")
    random = numpy.random.default_rng(SEED)
    # Words of 2 to 10 letters, as often as those of a language (Zipf); each intent has its own.
    letters = numpy.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = ["".join(random.choice(letters, random.integers(2, 11))) for _ in range(WORDS)]
    usual = 1 / numpy.arange(1, WORDS + 1)
    usual /= usual.sum()

    def say(intent: int) -> str:
        own = numpy.arange(intent, WORDS, INTENTS)
        common = random.choice(WORDS, UTTERANCE_WORDS // 2, p=usual)
        spoken = [words[index] for index in (*common, *random.choice(own, UTTERANCE_WORDS // 2))]
        return " ".join(word.capitalize() if random.random() < 0.1 else word for word in spoken)

    intents = random.integers(0, INTENTS, UTTERANCES)
    asked = [say(intent) for intent in random.integers(0, INTENTS, ROWS_ASKED)]
    text, linear = module("sklearn.feature_extraction.text"), module("sklearn.linear_model")
    pipeline = module("sklearn.pipeline").make_pipeline(
        text.TfidfVectorizer(), linear.LogisticRegression(C=10)
    )
    pipeline.fit([say(intent) for intent in intents], intents)
    types = module("skl2onnx.common.data_types")
    _export(made.model, pipeline, types.StringTensorType([None, 1]), {"zipmap": False})
    made.rows.path.write_text("".join(f"{line}\n" for line in asked))
    return made


def isolation_forest() -> Network:
    """200 trees of 256 samples: some 5,400 nodes."""
    folder = HOME / "isolation-forest-onnx"
    made = Network(folder, Rows(folder / "rows.f32", (FEATURES,)))
    if made.model.exists():
        return made
    numpy = module("numpy")
    random = numpy.random.default_rng(SEED)
    rows = random.normal(size=(20_000, FEATURES)).astype(numpy.float32)
    rows[::50] *= 4
    ensemble = module("sklearn.ensemble")
    forest = ensemble.IsolationForest(n_estimators=TREES, max_samples=SAMPLES, random_state=0).fit(
        rows
    )
    types = module("skl2onnx.common.data_types")
    _export(made.model, forest, types.FloatTensorType([None, FEATURES]), None)
    rows[:ROWS_ASKED].tofile(made.rows.path)
    return made


def _export(path: Path, model: object, kind: object, options: dict[str, bool] | None) -> None:
    made = module("skl2onnx").convert_sklearn(
        model,
        "m",
        [("input", kind)],
        options={id(model): options} if options else None,
        target_opset={"": 18, "ai.onnx.ml": 3, "com.microsoft": 1},
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made.SerializeToString())

"""Words to intents: TF-IDF and a multinomial logistic regression, as one ONNX graph."""

from pathlib import Path

import numpy as np
import sklearn
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from vigie_pipelines.arrays import Floats
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.models.node_order import sort_nodes

WORD = r"[a-z0-9à-öø-ÿœ]+"
"""A word: letters of both languages and digits. An apostrophe parts l' from what follows."""
WORDS_MAX = 1_700
"""Keeps the file under 300 kB: five bytes a word and intent."""
_SEEN_MIN = 3
_INVERSE_PENALTY = 10
INPUT = "text"


class IntentClassifier:
    """Flavor `onnx`: `text` BYTES [N, 1] to `label` BYTES [N] and `probabilities` FP32 [N, I].

    Letter case does not matter. Accents do: training holds sentences with and without them.
    """

    flavor = "onnx"
    library = f"scikit-learn {sklearn.__version__}"

    def __init__(self, *, words_max: int = WORDS_MAX) -> None:
        """Untrained."""
        self.pipeline = Pipeline(
            [
                (
                    "words",
                    TfidfVectorizer(
                        lowercase=True,
                        token_pattern=WORD,
                        min_df=_SEEN_MIN,
                        max_features=words_max,
                    ),
                ),
                (
                    "regression",
                    LogisticRegression(C=_INVERSE_PENALTY, tol=1e-3, max_iter=200),
                ),
            ]
        )

    @property
    def classes(self) -> list[str]:
        """The intents, in the order of the probabilities' columns."""
        return [str(name) for name in self.pipeline["regression"].classes_]

    def fit(self, texts: list[str], intents: list[str]) -> None:
        """Trains; nothing in it is random."""
        self.pipeline.fit(texts, intents)

    def logits(self, texts: list[str]) -> Floats:
        """One row a text, one column a class."""
        return self.pipeline.decision_function(texts)

    def probabilities(self, texts: list[str]) -> Floats:
        """Each text's over the classes."""
        return np.exp(log_softmax(self.logits(texts), axis=1))

    def divide(self, temperature: float) -> None:
        """Divides all logits by a temperature: the same ranking with another confidence."""
        regression: LogisticRegression = self.pipeline["regression"]
        regression.coef_ = regression.coef_ / temperature
        regression.intercept_ = regression.intercept_ / temperature

    def write(self, folder: Path) -> str:
        """Writes model.onnx. PipelineError when the `onnx` extra is not installed."""
        try:
            from onnx import helper
            from skl2onnx import to_onnx
            from skl2onnx.common.data_types import StringTensorType
        except ImportError as error:
            raise PipelineError(
                f"ONNX export needs the onnx extra: pip install 'vigie-pipelines[onnx]' ({error})"
            ) from None
        vectorizer: TfidfVectorizer = self.pipeline["words"]
        graph = to_onnx(
            self.pipeline,
            initial_types=[(INPUT, StringTensorType([None, 1]))],
            options={
                id(self.pipeline): {"zipmap": False},
                id(vectorizer): {"tokenexp": WORD},
            },
            target_opset={"": 18, "ai.onnx.ml": 3},
        )
        for node in graph.graph.node:
            if node.op_type == "StringNormalizer":
                # A locale that every Linux has: ONNX Runtime's default is often not installed.
                node.attribute.append(helper.make_attribute("locale", "C.UTF-8"))
        sort_nodes(graph)
        (folder / "model.onnx").write_bytes(graph.SerializeToString(deterministic=True))
        return "model.onnx"


def fit_temperature(logits: Floats, truth: np.ndarray) -> float:
    """The temperature with the least log loss on held-out logits: Guo et al. 2017, section 4.2."""

    def loss(log_temperature: float) -> float:
        chosen = log_softmax(logits / np.exp(log_temperature), axis=1)
        return -float(chosen[np.arange(len(truth)), truth].mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))

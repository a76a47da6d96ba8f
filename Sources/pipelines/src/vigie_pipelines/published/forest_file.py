"""vigie-forest: scikit-learn's tree models as a file that a pod serves (flavor `forest`).

Format, version 1; JSON (`forest.json`) or UBJSON (`forest.ubj`)::

    {
      "format": "vigie-forest", "formatVersion": 1,
      "library": "scikit-learn 1.9.1, IsolationForest",    for people
      "featureCount": 9,
      "featureNames": ["amount", …],       optional
      "precision": "float32" | "float64",  what values are rounded to before they meet thresholds
      "outputCount": 1,                    sums a row: 1, or one a class or target
      "base": [0.0],                       what each sum begins with
      "divisor": 100.0,                    score = (base + sum of the leaves) / divisor; not 0
      "link": "identity" | "logit" | "softmax" | "log" | "exp2",    from scores to outputs
      "offset": -0.5,                      exp2 only: decision_function = -output - offset
      "classes": ["no", "yes"],            optional; of a classifier, for people
      "categories": [{"feature": 3, "values": [10, 20] or ["red", "blue"]}],    optional
      "trees": [{
        "output": 0,                       the sum that its leaves add to; absent: every leaf has
                                           outputCount values, one for each
        "feature": [2, 0, 0],              by node; 0 in leaves
        "threshold": [0.5, 0, 0],          by node; 0 in leaves
        "left": [1, -1, -1],               by node: the children; -1 in leaves; node 0 is the root
        "right": [2, -1, -1],
        "missingLeft": [1, 0, 0],          by node: whether NaN goes left; absent: never
        "cover": [100, 60, 40],            by node: training data, in any unit; absent: the model
                                           cannot be explained
        "value": [0.1, 0.9],               by leaf, in the order of the nodes
        "setNodes": [0],                   optional: nodes that test for categories …
        "sets": [[0, 2]]                   … and the codes that go left there
      }]
    }

A value goes left when it is not above the threshold. A category's code is its place in `values`:
rows carry numbers as they are (what is none of them is missing), and names as their codes. A binary
classifier has one output, the second class's probability. Tensors: `input` of the file's precision
[N, featureCount], `output` FP64 [N] or [N, outputCount]; with `offset` also `decision_function`.
An isolation forest's leaves hold path lengths; its divisor is minus the number of trees times the
mean path length c(n), so that its score is -E[h(x)] / c(n), and its output 2^score the anomaly
score, in (0, 1): the higher, the more anomalous (scikit-learn's score_samples, sign turned).
"""

import json
from pathlib import Path
from typing import Any

import sklearn

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.published import ubjson
from vigie_pipelines.published.forest_parts import FOREST_PARTS
from vigie_pipelines.published.forest_tree import Document

FORMAT = "vigie-forest"


def forest_document(model: Any, feature_names: list[str] | None = None) -> Document:  # noqa: ANN401
    """The document of a fitted model, with NumPy arrays where the format has numbers.

    PipelineError says why a model cannot be written. `feature_names` defaults to those that the
    model was fitted with, if any.
    """
    parts = next((parts for kind, parts in FOREST_PARTS.items() if isinstance(model, kind)), None)
    if parts is None:
        known = ", ".join(kind.__name__ for kind in FOREST_PARTS)
        raise PipelineError(f"{type(model).__name__} is none of {known}")
    if not hasattr(model, "n_features_in_"):
        raise PipelineError(f"the {type(model).__name__} is not fitted")
    document = {
        "format": FORMAT,
        "formatVersion": 1,
        "library": f"scikit-learn {sklearn.__version__}, {type(model).__name__}",
        "featureCount": int(model.n_features_in_),
    }
    names = feature_names
    if names is None and hasattr(model, "feature_names_in_"):
        names = [str(name) for name in model.feature_names_in_]
    if names is not None:
        if len(names) != model.n_features_in_ or len(set(names)) < len(names):
            raise PipelineError(f"{model.n_features_in_} feature names, all different, are needed")
        document["featureNames"] = list(names)
    document |= parts(model)
    return document


def write_forest(model: Any, path: Path, feature_names: list[str] | None = None) -> None:  # noqa: ANN401
    """Writes a fitted scikit-learn model; as JSON if the path ends in .json, else as UBJSON."""
    document = forest_document(model, feature_names)
    if path.suffix == ".json":
        text = json.dumps(document, default=lambda array: array.tolist(), separators=(",", ":"))
        path.write_text(text, encoding="utf-8")
    else:
        ubjson.write(document, path)

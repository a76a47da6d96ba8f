"""scikit-learn's `tree_` as a tree of the vigie-forest format."""

from typing import Any

import numpy as np

from vigie_pipelines.arrays import Floats

Document = dict[str, Any]


def tree_document(
    tree: Any,  # noqa: ANN401  (sklearn.tree._tree.Tree)
    values: Floats,
    output: int | None,
    features: np.ndarray | None = None,
) -> Document:
    """One tree.

    `values` has a row for each node, of which the leaves' are kept; `output` is the sum that they
    add to, None for one value for each output. `features` maps the tree's features to the model's.
    """
    leaf = tree.children_left < 0
    feature = np.where(leaf, 0, tree.feature)
    document: Document = {} if output is None else {"output": output}
    document |= {
        "feature": feature if features is None else np.where(leaf, 0, features[feature]),
        "threshold": np.where(leaf, 0.0, tree.threshold),
        "left": tree.children_left.astype(np.int64),
        "right": tree.children_right.astype(np.int64),
        "cover": tree.weighted_n_node_samples.astype(np.float64),
        "value": values[leaf].astype(np.float64).ravel(),
    }
    # Since scikit-learn 1.3.
    missing = getattr(tree, "missing_go_to_left", None)
    if missing is not None:
        document["missingLeft"] = np.where(leaf, 0, missing).astype(np.uint8)
    return document

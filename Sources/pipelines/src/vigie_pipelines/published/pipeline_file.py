"""vigie-pipeline: artifacts one after the other, as a file that a pod serves (flavor `pipeline`).

Format, version 1, `pipeline.json`; keys that are not listed are refused::

    {
      "format": "vigie-pipeline", "formatVersion": 1,
      "description": "…",                       optional
      "inputs": [{"name": "amount", "type": "number", …}],      as in rules_file.py
      "members": {"trees": {"model": "fraud-trees", "version": 3, "manifestSHA256": "…"}},
      "steps": [
        {"name": "trees.score", "member": "trees",              the member's row view
         "take": "score" | "response",          optional: score
         "features": {"amount": "amount"}},     optional: values by feature, else of its own name
        {"member": "rules",                     the member's tensor view
         "inputs": {"model.score": "trees.score", "input": ["amount", "hour"]},
         "outputs": {"rules.score": "score", "p": {"tensor": "output", "column": 1}}},
        {"name": "total", "expression": "0.7 * trees.score + 0.3 * other.score"},
        {"name": "p", "of": "total",
         "calibration": {"method": "platt", "slope": 1, "intercept": 0}},
        {"name": "q", "of": "p", "calibration": {"method": "isotonic", "x": [0, 1], "y": [0, 1]}}
      ],
      "outputs": [{"name": "score", "value": "total"}],         value: optional, the name
      "score": {"value": "total",               optional: what the row view gives
                "link": "identity" | "logit" | …,               optional: identity
                "explain": "trees.score"}       optional: see below
    }

A member is a version in the same registry, pinned: it is the one whose manifest.json has that
SHA-256, or the pipeline does not load. Steps run in order; each gives values of one a row, which
later steps, expressions and outputs use by name. `score` is what a member's contributions add up to
(log-odds of a classifier, a regressor's prediction), `response` what it stands for (a probability,
an anomaly score). In the tensor view an input [-1] takes a value, [-1, F] a list of F; inputs that
are not bound take the value of their own name, or are left out if they are optional. `platt`:
1 / (1 + e^-(slope·x + intercept)); `isotonic`: linear between knots, constant outside. Expressions
are those of rule files.

A member is asked as its file has it: a calibration, scorecard or decision in its *manifest* is not
applied, since that belongs to the typed services. Who wants a calibrated probability takes the
`score` and calibrates it in a step, as above; `vigie models verify` warns of a `response` whose
manifest has a calibration.

Tensors: an input [-1] a pipeline's input, as rule files have them; outputs [-1], FP64 (NaN for
missing), or BYTES for texts.

Explanations: a weighted sum of members' scores has the weighted sum of their contributions,
exactly; max and min have those of the one that wins; a function of one score (logistic, a
calibration, `response`) hands its change on in proportion; anything else only with `explain`, which
names a step whose contributions stand for the score's. The base value is the rest: all adds up.
"""

import json
from pathlib import Path
from typing import Any

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.registry.publish import sha256

FORMAT = "vigie-pipeline"
FILE_NAME = "pipeline.json"


def member(registry: Path, model: str, version: int) -> dict[str, Any]:
    """A version that is in the registry, pinned by its manifest's digest."""
    manifest = registry / model / str(version) / "manifest.json"
    if not manifest.is_file():
        raise PipelineError(f"there is no {manifest}: publish a pipeline's members before it")
    return {"model": model, "version": version, "manifestSHA256": sha256(manifest)}


def pipeline_document(
    inputs: list[dict[str, Any]],
    members: dict[str, dict[str, Any]],
    steps: list[dict[str, Any]],
    outputs: list[dict[str, Any]],
    **more: Any,  # noqa: ANN401  (score, description: JSON)
) -> dict[str, Any]:
    """A pipeline file of these parts.

    What only the engine can check is checked when a pod, or `vigie models verify`, loads it. Raises
    PipelineError for a step of a member that is not there, and for members that no step asks.
    """
    asked = {step["member"] for step in steps if "member" in step}
    for name in sorted(asked - members.keys()):
        raise PipelineError(f"steps: there is no member {name!r}")
    for name in sorted(members.keys() - asked):
        raise PipelineError(f"members: no step asks {name!r}")
    document = {"format": FORMAT, "formatVersion": 1, "inputs": inputs, "members": members}
    return document | {"steps": steps, "outputs": outputs} | more


def write_pipeline(folder: Path, document: dict[str, Any]) -> str:
    """Writes the file into a version's folder; its name, as `publish` wants it."""
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return FILE_NAME

"""The manifest: built from a trained model, checked by schema and by what a schema cannot say."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator

from vigie_pipelines.errors import PipelineError

SCHEMA_FILE = "manifest.schema.json"


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of manifest.json, as shipped in this package."""
    text = (files("vigie_pipelines.registry") / SCHEMA_FILE).read_text(encoding="utf-8")
    return json.loads(text)


def problems(manifest: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a manifest, each with its JSON path; empty when it is good."""
    found = [
        f"{error.json_path.removeprefix('$.')}: {error.message}"
        for error in sorted(
            Draft202012Validator(schema()).iter_errors(manifest), key=lambda e: e.json_path
        )
    ]
    return found or _contradictions(manifest)


def check(manifest: dict[str, Any]) -> None:
    """Raises PipelineError that lists all problems, if there is any."""
    found = problems(manifest)
    if found:
        raise PipelineError("the manifest is not valid:\n  " + "\n  ".join(found))


def _contradictions(manifest: dict[str, Any]) -> list[str]:
    """What single values do not show: things that must agree with each other."""
    found = []
    paths = [entry["path"] for entry in manifest["files"]]
    if len(set(paths)) < len(paths):
        found.append("files: a path occurs twice")
    if manifest.get("entry", paths[0]) not in paths:
        found.append("entry: is not one of the files")
    found += _signature_contradictions(manifest)
    explanation = manifest.get("explanation", {})
    if (explanation.get("method") == "interventional") != ("background" in explanation):
        found.append("explanation: a background goes with the method interventional only")
    if explanation.get("background", paths[0]) not in paths:
        found.append("explanation.background: is not one of the files")
    calibration = manifest.get("calibration", {})
    if calibration.get("method") == "isotonic":
        x, y = calibration["x"], calibration["y"]
        if len(x) != len(y):
            found.append("calibration: x and y differ in length")
        if x != sorted(x) or y != sorted(y):
            found.append("calibration: x and y must not descend")
    decision = manifest.get("decision")
    if decision and decision["approveBelow"] > decision["declineFrom"]:
        found.append("decision: approveBelow is above declineFrom")
    scale = manifest.get("scorecard", {})
    if scale.get("min", 0) > scale.get("max", scale.get("min", 0)):
        found.append("scorecard: min is above max")
    return found + _reference_contradictions(manifest.get("reference", {}))


def _signature_contradictions(manifest: dict[str, Any]) -> list[str]:
    if "signature" not in manifest:
        return []
    found = []
    features = manifest["signature"]["features"]
    names = [feature["name"] for feature in features]
    if len(set(names)) < len(names):
        found.append("signature.features: a name occurs twice")
    for index, feature in enumerate(features):
        if feature.get("min", float("-inf")) > feature.get("max", float("inf")):
            found.append(f"signature.features[{index}]: min is above max")
        if (feature["kind"] == "category") != ("categories" in feature):
            found.append(f"signature.features[{index}]: categories go with kind category only")
    for key, table in (
        ("reasons", manifest.get("reasons", {})),
        ("explanation.meanTerms", manifest.get("explanation", {}).get("meanTerms", {})),
        ("reference.features", manifest.get("reference", {}).get("features", {})),
    ):
        found += [f"{key}.{name}: no such feature" for name in table if name not in names]
    return found


def _reference_contradictions(reference: dict[str, Any]) -> list[str]:
    found = []
    tables = {f"features.{k}": v for k, v in reference.get("features", {}).items()}
    if "score" in reference:
        tables["score"] = reference["score"]
    sample = reference.get("score", {}).get("sample", [])
    if sample != sorted(sample):
        found.append("reference.score.sample: must ascend")
    for name, table in tables.items():
        if "edges" not in table:
            continue
        edges, counts = table["edges"], table["counts"]
        if edges != sorted(set(edges)):
            found.append(f"reference.{name}.edges: must ascend")
        if len(counts) not in (len(edges) - 1, len(edges) + 1):
            found.append(f"reference.{name}.counts: fit neither closed nor open bins")
    return found

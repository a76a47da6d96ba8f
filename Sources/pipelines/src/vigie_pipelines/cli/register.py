"""`vigie-pipelines register`: a manifest for a model that somebody already has."""

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

from vigie_pipelines.cli.arguments import whole
from vigie_pipelines.errors import PipelineError
from vigie_pipelines.registry.manifest import schema
from vigie_pipelines.registry.model_file import place_model
from vigie_pipelines.registry.publish import publish
from vigie_pipelines.registry.validated import VARIABLE, Publisher, find_program

_BACKGROUND = "background.json"
_BACKGROUND_ROWS_MAX = 256


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "register",
        help="publish a model file that you already have",
        description="Copies a model file into a registry as the next version of a model, with a "
        "manifest. The program `vigie` loads and warms up the version first, as a pod would, and "
        "publishes nothing that a pod would refuse. A pickled scikit-learn tree model (.joblib, "
        ".pkl; --flavor forest) or LightGBM model (--flavor lightgbm) is written in the flavor's "
        "format; only give pickles that you trust. What the flags do not say comes from "
        "--manifest, a JSON file with any of the manifest's keys (signature, calibration, "
        "scorecard, decision, reasons, …).",
        epilog="example: vigie-pipelines register --registry ./registry --name churn "
        "--flavor xgboost model.ubj --namespace marketing",
    )
    parser.add_argument("file", type=Path, metavar="MODEL-FILE", help="the model")
    parser.add_argument(
        "--registry",
        required=True,
        metavar="DIR|URL",
        help="a folder, or s3://… or mlflow+http://… as `vigie models publish` takes them",
    )
    parser.add_argument("--name", required=True, help="the model's name in the registry")
    parser.add_argument("--flavor", required=True, choices=schema()["properties"]["flavor"]["enum"])
    parser.add_argument(
        "--version",
        type=whole(1),
        metavar="N",
        help="the version (default: the next free one); one that exists is never overwritten: in "
        "a bucket it is the first free one from N on, and MLflow numbers by itself",
    )
    parser.add_argument(
        "--vigie",
        type=Path,
        metavar="FILE",
        help=f"the program that validates (default: ${VARIABLE}, or `vigie` on the PATH)",
    )
    parser.add_argument(
        "--unvalidated",
        action="store_true",
        help="publish into a folder without loading the model: only the manifest is checked",
    )
    parser.add_argument(
        "--sign-key",
        type=Path,
        metavar="FILE",
        help="sign the manifest with this Ed25519 private key (PEM; `vigie models keygen`)",
    )
    parser.add_argument(
        "--signature",
        type=Path,
        metavar="FILE",
        help='JSON: {"features": [{"name": …, "kind": …}, …]} or that list alone; without it the '
        "pod derives the features from the model file",
    )
    parser.add_argument(
        "--background",
        type=Path,
        metavar="FILE",
        help='JSON: {"rows": [[…], …]}, at most 256 rows of the signature\'s features: explain '
        "tree models against these (interventional SHAP); without it by the trees' own covers",
    )
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="JSON: more manifest keys")
    parser.add_argument("--namespace", help="a free label of what the model decides on")
    parser.add_argument("--description", help="in words")
    parser.add_argument("--author", help="who made it")
    parser.set_defaults(run=run)


def _check_background(path: Path, manifest: dict[str, object]) -> None:
    """Refuses what a pod would."""
    if "signature" not in manifest:
        raise PipelineError("--background needs a signature to read its rows by")
    document = _read(path)
    rows = document.get("rows") if isinstance(document, dict) else None
    width = len(manifest["signature"]["features"])
    if not isinstance(rows, list) or not 1 <= len(rows) <= _BACKGROUND_ROWS_MAX:
        raise PipelineError(f"{path} must have 1 to {_BACKGROUND_ROWS_MAX} rows")
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != width:
            raise PipelineError(f"{path}: rows[{index}] must have {width} values")


def _read(path: Path) -> Any:  # noqa: ANN401  (JSON can be anything; the schema checks it later)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PipelineError(f"{path} is not JSON: {error}") from None


def run(options: argparse.Namespace) -> int:
    """Publishes and prints the version's folder, or URL."""
    if options.unvalidated and options.sign_key:
        raise PipelineError("--sign-key vouches for what was validated: leave out --unvalidated")
    if options.unvalidated and "://" in options.registry:
        raise PipelineError("--unvalidated publishes into a folder only")
    program = None if options.unvalidated else find_program(options.vigie)
    if not options.file.is_file():
        raise PipelineError(f"there is no model file {options.file}")
    manifest: dict[str, object] = {}
    if options.manifest:
        manifest = _read(options.manifest)
        if not isinstance(manifest, dict):
            raise PipelineError(f"{options.manifest} must hold a JSON object")
        # These are this version's own, and publish() fills them in.
        for key in ("schema", "name", "version", "files", "entry"):
            manifest.pop(key, None)
    if options.signature:
        signature = _read(options.signature)
        manifest["signature"] = (
            {"features": signature} if isinstance(signature, list) else signature
        )
    for key in ("namespace", "description", "author"):
        if getattr(options, key) is not None:
            manifest[key] = getattr(options, key)
    manifest["flavor"] = options.flavor
    if options.background:
        _check_background(options.background, manifest)
        manifest["explanation"] = {"method": "interventional", "background": _BACKGROUND}

    def write(folder: Path) -> str:
        if options.background:
            shutil.copyfile(options.background, folder / _BACKGROUND)
        return place_model(options.file, options.flavor, folder)

    if program is None:
        registry = Path(options.registry)
        print(publish(registry, options.name, manifest, write, version=options.version))
        return 0
    publisher = Publisher(program, options.registry, options.sign_key)
    published = publisher.publish(options.name, manifest, write, version=options.version)
    print(f"{options.registry.rstrip('/')}/{published.name}/{published.version}")
    return 0

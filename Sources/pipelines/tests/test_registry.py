import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.registry import publish as publishing
from vigie_pipelines.registry.manifest import problems, schema
from vigie_pipelines.registry.publish import publish, sha256, versions
from vigie_pipelines.registry.scale import ScorecardScale

MANIFEST = {
    "flavor": "xgboost",
    "signature": {
        "features": [
            {"name": "age", "kind": "integer", "min": 18, "max": 120, "missing": "reject"},
            {"name": "purpose", "kind": "category", "categories": ["car", "tv"]},
        ]
    },
    "calibration": {"method": "isotonic", "x": [0.1, 0.9], "y": [0.2, 0.8]},
    "scorecard": {"points": 600, "odds": 50, "pdo": 20, "min": 300, "max": 850},
    "decision": {"approveBelow": 0.05, "declineFrom": 0.15},
    "reasons": {"age": {"code": "R01", "text": "Too young a credit history"}},
    "training": {"rows": 10, "fingerprint": "sha256:" + "0" * 64, "seed": 1},
    "metrics": {"auc": 0.8},
    "reference": {"rows": 10, "features": {"age": {"edges": [20, 30], "counts": [1, 2, 7]}}},
}


def write_model(folder: Path) -> str:
    (folder / "model.ubj").write_bytes(b"a model")
    (folder / "again.txt").write_text("more")
    return "model.ubj"


def whole() -> dict:
    files = [{"path": "model.ubj", "sha256": "0" * 64, "bytes": 7}]
    return copy.deepcopy({"schema": 1, **MANIFEST, "files": files})


def test_a_version_is_published_with_its_hashes_and_the_model_first(tmp_path: Path) -> None:
    folder = publish(tmp_path, "credit", MANIFEST, write_model)
    assert folder == tmp_path / "credit" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [entry["path"] for entry in manifest["files"]] == ["model.ubj", "again.txt"]
    # From the command: printf 'a model' | sha256sum
    expected = "97ff8a35544dcf40ad84047074439dd6aa3a0be469ea578a1b1c017d939ec61c"
    assert manifest["files"][0]["sha256"] == expected == sha256(folder / "model.ubj")
    assert (manifest["name"], manifest["version"]) == ("credit", 1)


def test_versions_count_up_and_are_never_overwritten(tmp_path: Path) -> None:
    publish(tmp_path, "credit", MANIFEST, write_model)
    publish(tmp_path, "credit", MANIFEST, write_model, version=10)
    assert publish(tmp_path, "credit", MANIFEST, write_model).name == "11"
    with pytest.raises(PipelineError, match="versions are immutable"):
        publish(tmp_path, "credit", MANIFEST, write_model, version=10)
    assert versions(tmp_path, "credit") == [1, 10, 11]


def test_nobody_sees_a_version_while_it_is_written(tmp_path: Path) -> None:
    def write(folder: Path) -> str:
        assert folder.name.startswith(".")
        assert folder.name.endswith(".partial")
        assert folder.parent == tmp_path / "credit"
        assert versions(tmp_path, "credit") == []
        return write_model(folder)

    publish(tmp_path, "credit", MANIFEST, write)


def test_the_manifest_and_all_files_are_synced_before_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, bool]] = []
    real: Callable[[Path], None] = publishing._sync

    def spy(path: Path) -> None:
        synced.append((path.name, (tmp_path / "credit" / "1").exists()))
        real(path)

    monkeypatch.setattr(publishing, "_sync", spy)
    publish(tmp_path, "credit", MANIFEST, write_model)
    before = {name for name, renamed in synced if not renamed}
    assert {"model.ubj", "again.txt", "manifest.json"} < before
    assert [name for name, renamed in synced if renamed] == ["credit"]


def test_a_writer_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(folder: Path) -> str:
        (folder / "half").write_text("x")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        publish(tmp_path, "credit", MANIFEST, fail)
    assert list((tmp_path / "credit").iterdir()) == []


def test_an_invalid_manifest_is_not_published(tmp_path: Path) -> None:
    with pytest.raises(PipelineError, match=r"decision\.approveBelow"):
        publish(
            tmp_path,
            "credit",
            {**MANIFEST, "decision": {"approveBelow": 2, "declineFrom": 3}},
            write_model,
        )
    assert versions(tmp_path, "credit") == []


def test_a_version_that_appears_meanwhile_wins(tmp_path: Path) -> None:
    def write(folder: Path) -> str:
        other = tmp_path / "credit" / "1"
        other.mkdir()
        (other / "theirs").write_text("theirs")
        return write_model(folder)

    with pytest.raises(PipelineError, match="meanwhile"):
        publish(tmp_path, "credit", MANIFEST, write)
    assert [p.name for p in (tmp_path / "credit").iterdir()] == ["1"]
    assert (tmp_path / "credit" / "1" / "theirs").read_text() == "theirs"


@pytest.mark.parametrize("name", ["", "Credit", "a/b", "../x", "-a", ".hidden", "a" * 129])
def test_a_bad_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PipelineError, match="is no model name"):
        publish(tmp_path, name, MANIFEST, write_model)


def test_a_good_manifest_has_no_problems_and_may_have_unknown_keys() -> None:
    assert problems({**whole(), "somethingNew": {"a": 1}}) == []


# What to change, and the path that the problem must name.
WRONG: list[tuple[Callable[[dict], object], str]] = [
    (lambda m: m.pop("flavor"), "flavor"),
    (lambda m: m.update(flavor="pickle"), "flavor"),
    (lambda m: m.update(schema=2), "schema"),
    (lambda m: m.update(files=[]), "files"),
    (lambda m: m["files"][0].update(sha256="ABC"), "files[0].sha256"),
    (lambda m: m["files"][0].update(path="../secret"), "files[0].path"),
    (lambda m: m["files"][0].update(path="/etc/passwd"), "files[0].path"),
    (lambda m: m["files"].append(m["files"][0]), "files"),
    (lambda m: m.update(entry="other"), "entry"),
    (lambda m: m["signature"]["features"][0].update(min="x"), "signature.features[0].min"),
    (lambda m: m["signature"]["features"][0].update(min=200), "signature.features[0]"),
    (lambda m: m["signature"]["features"][0].update(kind="blob"), "signature.features[0].kind"),
    (lambda m: m["signature"]["features"][1].pop("categories"), "signature.features[1]"),
    (lambda m: m["signature"]["features"][1].update(name="age"), "signature.features"),
    (lambda m: m["calibration"].update(x=[0.9, 0.1]), "calibration"),
    (lambda m: m["calibration"].update(y=[0.2]), "calibration"),
    (lambda m: m.update(calibration={"method": "platt", "slope": 1}), "calibration"),
    (lambda m: m["scorecard"].update(pdo=0), "scorecard.pdo"),
    (lambda m: m["scorecard"].update(min=900), "scorecard"),
    (lambda m: m["decision"].update(approveBelow=0.5), "decision"),
    (lambda m: m["reasons"].update(shoe={"code": "R02", "text": "x"}), "reasons.shoe"),
    (lambda m: m["training"].update(fingerprint="md5:1"), "training.fingerprint"),
    (lambda m: m["metrics"].update(auc="high"), "metrics.auc"),
    (lambda m: m["reference"]["features"]["age"].update(edges=[30, 20]), "reference.features.age"),
    (lambda m: m["reference"]["features"]["age"].update(counts=[1, 2]), "reference.features.age"),
    (lambda m: m.update(created="yesterday"), "created"),
]


@pytest.mark.parametrize(("spoil", "path"), WRONG, ids=[path for _, path in WRONG])
def test_each_fault_of_a_manifest_is_named_with_its_path(
    spoil: Callable[[dict], object], path: str
) -> None:
    manifest = whole()
    spoil(manifest)
    found = problems(manifest)
    assert found
    assert any(path in text for text in found), found


def test_the_schema_is_a_valid_json_schema() -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize(
    ("odds", "points"), [(50, 600), (100, 620), (25, 580), (1, 487), (1e9, 850), (1e-9, 300)]
)
def test_points_double_the_odds_every_20(odds: float, points: int) -> None:
    assert ScorecardScale().of(1 / (1 + odds)) == points


def test_certain_outcomes_get_the_ends_of_the_scale() -> None:
    scale = ScorecardScale()
    assert [scale.of(p) for p in (0.0, 1.0, float("nan"))] == [850, 300, 300]

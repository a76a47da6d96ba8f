import json
from pathlib import Path

import pytest

from vigie_pipelines.cli.main import main
from vigie_pipelines.cli.text import table
from vigie_pipelines.data.dataset import Dataset


def test_train_hr_publishes_versions_that_validate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["train", "hr", "--folds", "3", "--publish", "--registry", str(tmp_path), "--quiet"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "hr-candidate  scorecard" in printed
    assert "hr-candidate  xgboost" in printed
    assert main(["validate", str(tmp_path)]) == 0
    assert "2 versions, 0 bad" in capsys.readouterr().out


def test_the_same_seed_publishes_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    for name in ("a", "b"):
        main(
            ["train", "hr", "--folds", "2", "--quiet", "--publish", f"--registry={tmp_path / name}"]
        )
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(files) == 4
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_without_publish_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["train", "hr", "--model", "lr", "--folds", "2", "--quiet"]) == 0
    assert "--publish writes" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_missing_data_file_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = str(tmp_path / "gone.csv")
    assert main(["train", "credit", "--data", "hmeq", "--hmeq", gone]) == 1
    assert "give its path with --hmeq" in capsys.readouterr().err


HMEQ_HEAD = "BAD,LOAN,MORTDUE,VALUE,REASON,JOB,YOJ,DEROG,DELINQ,CLAGE,NINQ,CLNO,DEBTINC\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is no table of comma-separated values"),
        ("BAD,LOAN\n1,2\n", "has no column MORTDUE, VALUE"),
        (HMEQ_HEAD + "1,2,3,4,HomeImp,Chef,1,0,0,1,0,1,\n", "occupation has no category 'Chef'"),
        (HMEQ_HEAD + "1,much,3,4,HomeImp,Mgr,1,0,0,1,0,1,\n", "loan_amount: 'much'"),
        (HMEQ_HEAD + "2,2,3,4,HomeImp,Mgr,1,0,0,1,0,1,\n", "BAD is '2' in row 1; expected 0 or 1"),
        (HMEQ_HEAD + "1,2,3,4,HomeImp,Mgr,1,0,0,1,0,1,\n", "1 bad rows are too few for 5 folds"),
    ],
)
def test_a_file_that_is_no_hmeq_is_refused_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, message: str
) -> None:
    file = tmp_path / "hmeq.csv"
    file.write_text(content)
    assert main(["train", "credit", "--data", "hmeq", "--hmeq", str(file), "--quiet"]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rows", "--data", "hr", "--limit", "-1"], "--limit: is -1; expected 0 or more"),
        (["train", "hr", "--seed", "-1"], "--seed: is -1; expected 0 to 4294967295"),
        (["train", "hr", "--folds", "1"], "--folds: is 1; expected 2 to 100"),
        (["train", "hr", "--folds", "two"], "--folds: 'two' is no whole number"),
    ],
)
def test_numbers_have_bounds(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("domain", ["cash", "credit", "hr", "anomaly", "fraud", "intents"])
def test_a_registry_that_cannot_be_made_is_refused_before_training(
    domain: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["train", domain, "--out", str(tmp_path / "file" / "registry")]) == 1
    captured = capsys.readouterr()
    assert "Not a directory" in captured.err
    # Nothing was read, drawn or trained.
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""


def test_rows_are_json_lines_with_the_label_apart(
    german: Dataset, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rows", "--data", "german", "--limit", "5"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(lines) == 5
    assert lines[0]["id"] == "german-1"
    assert set(lines[0]["features"]) == set(german.names)
    assert lines[0]["features"]["checking_account"] == "overdrawn"
    assert [line["label"] for line in lines] == german.labels[:5].tolist()
    out = tmp_path / "rows.jsonl"
    assert main(["rows", "--data", "german", "--shuffle", "--out", str(out)]) == 0
    shuffled = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(shuffled) == 1_000
    assert {line["id"] for line in shuffled} == {f"german-{i}" for i in range(1, 1_001)}
    assert shuffled[0]["id"] != "german-1"


def test_missing_values_are_null(gmsc: Dataset, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rows", "--data", "gmsc", "--limit", "50"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any(line["features"]["monthly_income"] is None for line in lines)


def test_register_publishes_a_file_with_what_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "mine.onnx"
    model.write_bytes(b"graph")
    signature = tmp_path / "signature.json"
    signature.write_text('[{"name": "x", "kind": "number", "min": 0}]')
    more = tmp_path / "more.json"
    more.write_text('{"decision": {"approveBelow": 0.1, "declineFrom": 0.2}, "version": 9}')
    arguments = ["register", str(model), "--registry", str(tmp_path / "r"), "--name", "churn"]
    arguments += ["--flavor", "onnx", "--signature", str(signature), "--manifest", str(more)]
    arguments += ["--namespace", "marketing", "--unvalidated"]
    assert main(arguments) == 0
    folder = Path(capsys.readouterr().out.strip())
    assert folder == tmp_path / "r" / "churn" / "1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["entry"] == "mine.onnx"
    assert manifest["namespace"] == "marketing"
    assert manifest["signature"]["features"][0]["name"] == "x"
    assert manifest["decision"]["declineFrom"] == 0.2
    assert (folder / "mine.onnx").read_bytes() == b"graph"


def test_register_refuses_what_the_schema_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "m.ubj"
    model.write_bytes(b"x")
    signature = tmp_path / "s.json"
    signature.write_text('[{"name": "x", "kind": "colour"}]')
    arguments = ["register", str(model), "--registry", str(tmp_path / "r"), "--name", "n"]
    arguments += ["--flavor", "xgboost", "--signature", str(signature), "--unvalidated"]
    assert main(arguments) == 1
    assert "signature.features[0].kind" in capsys.readouterr().err


def test_validate_finds_a_changed_byte_and_a_lost_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        model = tmp_path / "m.ubj"
        model.write_bytes(b"model")
        arguments = ["register", str(model), f"--registry={tmp_path / 'r'}", "--name=n"]
        assert main([*arguments, "--flavor=xgboost", "--unvalidated"]) == 0
    (tmp_path / "r/n/1/m.ubj").write_bytes(b"Model")
    (tmp_path / "r/n/2/m.ubj").unlink()
    capsys.readouterr()
    assert main(["validate", str(tmp_path / "r")]) == 1
    printed = capsys.readouterr().out
    assert "m.ubj: SHA-256 differs" in printed
    assert "m.ubj: is not there" in printed
    assert "2 versions, 2 bad" in printed


DOMAINS = ("credit", "hr", "anomaly", "fraud", "cash", "intents")


@pytest.mark.parametrize(
    "command", [[], ["train"], *(["train", domain] for domain in DOMAINS), ["rows"], ["register"]]
)
def test_every_command_has_help(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        main([*command, "--help"])
    assert exit_.value.code == 0
    assert "usage: vigie-pipelines" in capsys.readouterr().out


def test_a_table_lines_up() -> None:
    assert table(["a", "n"], [["x", "1"], ["long", "22"]]) == (
        "a      n\n────  ──\nx      1\nlong  22"
    )

"""`vigie-pipelines register` and the program that validates for it. That is a stand-in here, which
keeps what it was called with; Tests/Conformance/registry/test_register.py has the real one."""

import json
import stat
from pathlib import Path

import pytest

from vigie_pipelines.cli.main import main


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "m.onnx"
    path.write_bytes(b"graph")
    return path


def program(tmp_path: Path, script: str) -> Path:
    path = tmp_path / "vigie"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def arguments(model: Path, registry: object) -> list[str]:
    return ["register", str(model), f"--registry={registry}", "--name=churn", "--flavor=onnx"]


def test_a_version_goes_through_the_program_which_may_sign_it(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = json.dumps({"model": "churn", "version": 3, "keyId": "ab"})
    vigie = program(
        tmp_path,
        f'echo "$@" > {tmp_path}/called; cp "$3/manifest.json" {tmp_path}; echo \'{answer}\'',
    )
    url = "s3://bucket/models"
    given = [*arguments(model, url), f"--vigie={vigie}", "--sign-key=team.pem", "--version=3"]
    assert main(given) == 0
    assert capsys.readouterr().out.strip() == "s3://bucket/models/churn/3"
    called = (tmp_path / "called").read_text()
    assert called.startswith("models publish ")
    expected = f"--model churn --registry {url} --output json --from 3 --sign-key team.pem"
    assert expected in called
    assert json.loads((tmp_path / "manifest.json").read_text())["entry"] == "m.onnx"
    # Nothing of the staging is left.
    assert not Path(called.split()[2]).exists()


def test_what_the_program_refuses_is_not_published_and_its_reason_is_said(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vigie = program(tmp_path, 'echo "Error: $3/manifest.json: reasons.age is odd" >&2; exit 1')
    assert main([*arguments(model, tmp_path / "r"), f"--vigie={vigie}"]) == 1
    error = capsys.readouterr().err
    assert error == "vigie-pipelines: not published: churn/manifest.json: reasons.age is odd\n"
    assert list((tmp_path / "r").iterdir()) == []


def test_without_the_program_nothing_is_published_unless_that_is_asked_for(
    tmp_path: Path,
    model: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("VIGIE_BINARY", raising=False)
    assert main(arguments(model, tmp_path / "r")) == 1
    assert "give --vigie FILE, or publish it unseen by --unvalidated" in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
    monkeypatch.setenv("VIGIE_BINARY", str(tmp_path / "gone"))
    assert main(arguments(model, tmp_path / "r")) == 1
    assert "$VIGIE_BINARY: there is no program" in capsys.readouterr().err
    assert main([*arguments(model, tmp_path / "r"), "--unvalidated"]) == 0
    assert (tmp_path / "r" / "churn" / "1" / "m.onnx").read_bytes() == b"graph"


@pytest.mark.parametrize(
    ("registry", "more", "said"),
    [
        ("r", ["--unvalidated", "--sign-key=k"], "--sign-key vouches for what was validated"),
        ("s3://bucket/x", ["--unvalidated"], "--unvalidated publishes into a folder only"),
    ],
)
def test_nobody_vouches_for_what_nobody_has_seen(
    model: Path, registry: str, more: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments(model, registry), *more]) == 1
    assert said in capsys.readouterr().err


def test_a_version_that_exists_is_refused_before_the_program_is_asked(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "r" / "churn" / "2").mkdir(parents=True)
    vigie = program(tmp_path, "exit 9")
    given = [*arguments(model, tmp_path / "r"), f"--vigie={vigie}", "--version=2"]
    assert main(given) == 1
    assert "versions are immutable" in capsys.readouterr().err


def test_a_program_that_is_another_one_is_said(
    tmp_path: Path, model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vigie = program(tmp_path, "echo hello")
    assert main([*arguments(model, tmp_path / "r"), f"--vigie={vigie}"]) == 1
    assert "is no `vigie` that can publish" in capsys.readouterr().err

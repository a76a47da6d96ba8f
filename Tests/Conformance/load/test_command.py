"""The command line: settings, refusals, reports."""

import html.parser
import json
import re
import signal
import subprocess
import time

import jsonschema
import pytest
from harness import ROOT, binary
from load_runs import environment


def settings() -> dict[str, bool]:
    """Every setting by name, and whether it is a switch, read off the help."""
    text = subprocess.run(
        [binary("vigie-load"), "run", "--help"], capture_output=True, text=True, check=True
    ).stdout
    found = re.findall(r"^  --([a-z-]+)(?:/--no-[a-z-]+)?( <|$|  )", text, re.MULTILINE)
    return {name: mark != " <" for name, mark in found if name not in ("scenario", "version")}


def test_every_setting_of_the_help_is_known_to_files_and_variables(load, tmp_path):
    names = settings()
    assert len(names) > 50
    scenario = tmp_path / "scenario.yaml"
    lines = [f"{name}: {'true' if is_switch else '1'}" for name, is_switch in names.items()]
    # A file is read from its beginning: who gets to the last line knows all before it.
    scenario.write_text("\n".join([*lines, "no-such-setting: 1"]))
    run = load("--scenario", str(scenario))
    assert run.code == 64, run
    assert f"scenario.yaml:{len(lines) + 1}: unknown setting 'no-such-setting'" in run.errors


def test_a_value_that_is_none_is_refused_with_its_place(load, tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("rate: 5\npoisson: maybe\n")
    run = load("--scenario", str(scenario))
    assert run.code == 64 and "scenario.yaml:2: 'poisson' is true or false" in run.errors, run
    run = load(env={"VIGIE_LOAD_CLOSED": "maybe"})
    assert run.code == 64 and "VIGIE_LOAD_CLOSED: 'closed' is true or false" in run.errors, run


def test_a_setting_can_be_given_three_ways_and_the_command_line_wins(fixtures, load, tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text(
        f"target: {fixtures.address}\nrate: 100\nduration: 1s\nthreshold: [ok==300]\n"
    )
    by_file = load("--scenario", str(scenario), "--threshold", "ok==100")
    assert by_file.report["summary"]["sent"] == 100, by_file
    by_variable = load("--scenario", str(scenario), env={"VIGIE_LOAD_RATE": "300"})
    assert by_variable.report["summary"]["sent"] == 300, by_variable
    by_flag = load(
        *["--scenario", str(scenario), "--steps", "50,150", "--threshold", "ok==100"],
        env={"VIGIE_LOAD_RATE": "300"},
    )
    assert by_flag.report["summary"]["sent"] == 100, by_flag


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["--rate", "5", "--ramp", "1..2"], "exclude each other"),
        (["--threshold", "p99<5"], "column 5"),
        (["--mix", "pong"], "no method"),
        (["--method", "score"], "needs a --model"),
        (["--duration", "25h"], "at most 24h"),
        (["--workers", "9"], "only 8 connections"),
        (["--tls-cert", "x"], "go together"),
        (["--metadata", "bad"], "KEY:VALUE"),
        (["--hook", "soon"], "WHEN:COMMAND"),
        (["--slow-connections", "9"], "0 to 8"),
        (["--closed", "--find-capacity"], "goes with rates"),
        (
            ["--target", "127.0.0.1:1", "--connect-timeout", "300ms"],
            "cannot connect to 127.0.0.1:1",
        ),
        (["--rows", "/no/such/file", "--model", "scores"], "/no/such/file"),
        (["--model", "nobody"], "NOT_FOUND"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_done_is_refused_in_words(fixtures, load, arguments, part):
    if "--target" not in arguments:
        arguments = ["--target", fixtures.address, *arguments]
    run = load(*arguments)
    assert run.code in (2, 64), run
    assert part in run.errors, run


def test_another_machine_must_be_typed(load, tmp_path):
    scenario = tmp_path / "scenario.yaml"
    scenario.write_text("target: 192.0.2.1:8500\n")
    for run in (
        load("--scenario", str(scenario)),
        load(env={"VIGIE_LOAD_TARGET": "192.0.2.1:8500"}),
    ):
        assert run.code == 64 and "another machine" in run.errors, run
    typed = load("--target", "192.0.2.1:8500", "--connect-timeout", "200ms")
    assert typed.code == 2 and "load only what you may load" in typed.errors, typed


class Page(html.parser.HTMLParser):
    """Collects tags, and fails on what is not closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append(tag)
        if tag not in ("meta", "line", "circle"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attributes):
        self.seen.append(tag)


def test_reports_are_of_the_documented_schema_and_the_page_is_whole(fixtures, load, tmp_path):
    page = tmp_path / "report.html"
    run = load(
        *["--target", fixtures.address, "--rate", "200", "--duration", "2s"],
        *["--model", "scores", "--html", str(page), "--threshold", "p99<1h"],
    )
    schema = json.loads((ROOT / "loadtest/report.schema.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(run.report, schema)
    parser = Page()
    parser.feed(page.read_text())
    assert not parser.open
    assert parser.seen.count("svg") >= 3 and "polyline" in parser.seen
    assert "http" not in page.read_text()


def test_reports_are_compared(fixtures, load, tmp_path):
    paths = [tmp_path / "a.json", tmp_path / "b.json"]
    for path, rate in zip(paths, ["300", "200"], strict=True):
        run = load("--target", fixtures.address, "--rate", rate, "--duration", "1s")
        path.write_text(json.dumps(run.report))
    done = subprocess.run(
        [binary("vigie-load"), "compare", *paths, "--worse-max", "20%"],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert done.returncode == 1 and "rate" in done.stdout.splitlines()[-1]
    same = subprocess.run(
        [binary("vigie-load"), "compare", paths[0], paths[0], "--worse-max", "0"],
        capture_output=True,
        text=True,
        env=environment(),
    )
    assert same.returncode == 0, same.stdout


def test_metadata_and_lines_reach_their_readers(fixtures, load):
    run = load(
        *["--target", fixtures.address, "--rate", "100", "--duration", "2s"],
        *["--metadata", "x-caller: tests", "--metadata", "x-id-bin: AAEC", "--interval", "500ms"],
    )
    assert run.code == 0, run
    assert len([line for line in run.output.splitlines() if " in flight " in line]) >= 3
    assert "\u001b" not in run.output


def test_tls_and_mutual_tls(start, load, certificates, tmp_path):
    registry = tmp_path / "registry"
    registry.mkdir()
    files = {name: str(certificates / name) for name in ("ca.pem", "server.pem", "server.key")}
    server = start(
        *["vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0"],
        *["--tls-cert", files["server.pem"], "--tls-key", files["server.key"]],
        *["--tls-client-ca", files["ca.pem"]],
    )
    arguments = ["--target", server.address, "--rate", "200", "--duration", "1s"]
    arguments += ["--tls-ca", files["ca.pem"], "--tls-server-name", "localhost"]
    own = ["--tls-cert", str(certificates / "client.pem")]
    own += ["--tls-key", str(certificates / "client.key")]
    good = load(*arguments, *own)
    assert good.code == 0 and good.report["summary"]["ok"] == 200, good
    nameless = load(*arguments, "--connect-timeout", "500ms")
    assert nameless.code == 2 or nameless.report["summary"]["ok"] == 0, nameless
    clear = load(*arguments[:6], "--connect-timeout", "500ms")
    assert clear.code == 2 and "cannot connect" in clear.errors, clear


def start(*arguments: str) -> subprocess.Popen:
    command = [binary("vigie-load"), "run", "--quiet", *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )


def test_an_interrupted_run_reports_what_it_did(fixtures, tmp_path):
    report = tmp_path / "report.json"
    run = start(
        *["--target", fixtures.address, "--rate", "300", "--duration", "60s", "--lag-max", "0"],
        *["--json", str(report), "--threshold", "failed==0"],
    )
    time.sleep(1.5)
    run.send_signal(signal.SIGINT)
    output, errors = run.communicate(timeout=20)
    summary = json.loads(report.read_text())["summary"]
    assert run.returncode == 0, output + errors
    assert summary["interrupted"] and summary["failed"] == 0 and summary["sent"] > 50, summary
    # What was to be sent later was not asked for.
    assert summary["plannedSeconds"] < 20 and 200 < summary["sentRate"] < 330, summary


def test_a_report_that_cannot_be_written_is_refused_before_the_run(tmp_path):
    for option, path in [("--json", tmp_path), ("--html", tmp_path / "none" / "x.html")]:
        # Before it looks for the server.
        run = start("--target", "127.0.0.1:1", "--duration", "1h", option, str(path))
        _, errors = run.communicate(timeout=20)
        assert run.returncode == 2 and f"{option}: cannot write {path}: " in errors, errors


def test_rows_of_a_spreadsheet_are_read_and_what_the_server_says_of_others_is_shown(
    pod, load, tmp_path
):
    manifest = json.loads((pod.registry / "credit-default/1/manifest.json").read_text())
    features = manifest["signature"]["features"]
    names = ",".join(one["name"] for one in features)
    values = ",".join(str(one.get("min", 0)) for one in features)
    rows = tmp_path / "rows.csv"
    ask = ["--target", pod.address, "--duration", "200ms", "--method", "score"]
    ask += ["--model", "credit-default", "--rows", str(rows)]
    rows.write_text(f"{names}\r\n{values}\r\n", encoding="utf-8-sig", newline="")
    run = load(*ask)
    assert run.code == 0 and run.report["summary"]["failed"] == 0, run
    rows.write_text(f"{names},colour\n{values},red\n")
    run = load(*ask)
    assert run.report["summary"]["ok"] == 0, run
    assert re.search("the first INVALID_ARGUMENT: .*'colour'", run.output), run
    rows.write_bytes(b"amount\n\xff\n")
    run = load(*ask)
    assert run.code == 2 and "is no UTF-8 text" in run.errors, run


@pytest.mark.parametrize(
    "metadata, why",
    [
        ("te: gzip", "'te' is no key that gRPC allows"),
        ("Connection: close", "'connection' is no key that gRPC allows"),
        ("a: é", "the value must be printable ASCII"),
        ("a: b\t", "the value must be printable ASCII"),
    ],
)
def test_metadata_that_http_would_not_carry_is_refused(load, metadata, why):
    run = load("--target", "127.0.0.1:1", "--metadata", metadata)
    assert run.code == 2 and why in run.errors, run

"""What TLS costs Vigie: the same requests in cleartext and over TLS 1.3."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace

from harness import report, subjects
from harness.contest.lineup import infer_request, patient, pinned
from harness.places import WORK, tool
from harness.rounds import Series, interleave
from harness.runner import Runner, learn_length, size_of_round
from harness.settings import Settings


def measure(settings: Settings) -> dict[str, tuple[Series, Series]]:
    """By method: answers per CPU second in cleartext, and over TLS. One row, by h2load."""
    clear = pinned(subjects.infer(patient(settings)), settings)
    secure = replace(clear, command=[*clear.command, *certificate()])
    requests = {"Ping": subjects.ping_request(), "ModelInfer": infer_request()}
    with ExitStack() as stack:
        servers = [stack.enter_context(subject.server()) for subject in (clear, secure)]
        runners = []
        for name, request in requests.items():
            for tls, server in zip((False, True), servers, strict=True):
                report.progress(f"{name}: warming up")
                subject = replace(clear, name=name, request=replace(request, tls=tls))
                runner = Runner(subject, server)
                learn_length(runner)
                runner.requests = size_of_round(runner, settings)
                runners.append(runner)
        series = interleave(
            runners,
            settings.rounds,
            lambda runner: runner.measure(settings),
            lambda number, runner, figures: report.progress(
                f"round {number + 1}/{settings.rounds}: {runner.subject.name} "
                f"{runner.subject.request.scheme} {report.number(figures[0])} per CPU s"
            ),
        )
        report.progress_done()
    per_cpu = [found[0] for found in series]
    return {
        name: (per_cpu[2 * index], per_cpu[2 * index + 1]) for index, name in enumerate(requests)
    }


def certificate() -> Sequence[str]:
    """A key on P-256, which today's servers have, and a certificate of its own making."""
    key, certificate = WORK / "tls-key.pem", WORK / "tls-certificate.pem"
    line = [tool("openssl", "openssl"), "req", "-x509", "-newkey", "ec", "-nodes", "-days", "30"]
    line += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=localhost"]
    line += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(line, check=True, capture_output=True)
    return "--tls-cert", str(certificate), "--tls-key", str(key)

"""One request at a time on one connection: what one caller waits for."""

from __future__ import annotations

from contextlib import ExitStack

from harness import h2load, probe, report, subjects
from harness.peers import swift
from harness.places import MissingError
from harness.report import Section
from harness.rounds import interleave, percentile
from harness.server import Server
from harness.settings import Settings
from harness.subjects import Subject

WARM_UP_REQUESTS = 2_000
P50_TARGET = 1.1


def run(settings: Settings) -> Section:
    section = Section(
        "latency",
        "Latency, one request at a time (-c 1 -m 1), µs",
        ("server", "request", "p50", "p99", "p99.9", "p50 × nghttpd"),
    )
    with ExitStack() as stack:
        pairs = [(subject, _start(subject, settings, stack)) for subject in _lineup(settings)]
        requests = {}
        for subject, server in pairs:
            warm = h2load.latencies(server.port, subject.request, WARM_UP_REQUESTS)
            typical = percentile(sorted(warm), 0.5) * 1e-6
            requests[subject.name] = max(1000, round(settings.seconds / typical))

        def measure(pair: tuple[Subject, Server]) -> tuple[float, float, float]:
            subject, server = pair
            found = h2load.latencies(
                server.port,
                subject.request,
                requests[subject.name],
                cpus=settings.load_cpus,
            )
            found.sort()
            return (
                percentile(found, 0.5),
                percentile(found, 0.99),
                percentile(found, 0.999),
            )

        series = interleave(
            pairs,
            settings.rounds,
            measure,
            lambda number, pair, figures: report.progress(
                f"round {number + 1}/{settings.rounds}: {pair[0].name} p50 {figures[0]:.0f} µs"
            ),
        )
        report.progress_done()
    base = series[0][0]
    for (subject, _), (p50, p99, p999) in zip(pairs, series, strict=True):
        ratio = p50.ratio(base)
        section.rows.append(
            (
                subject.name,
                subject.what,
                f"{p50.median:.0f}",
                f"{p99.median:.0f}",
                f"{p999.median:.0f}",
                f"{ratio.median:.2f}",
            )
        )
        section.data[subject.name] = {
            "p50": p50.values,
            "p99": p99.values,
            "p999": p999.values,
        }
        if subject.name == subjects.PING_NAME:
            section.verdicts.append(
                report.at_most("Ping p50, × nghttpd's", ratio.median, P50_TARGET)
            )
    return section


def _lineup(settings: Settings) -> list[Subject]:
    found = [subjects.nghttpd(), subjects.nghttpd_post(), subjects.pod(settings)]
    if "grpc-swift" not in settings.skip_peers:
        try:
            found.append(swift.grpc_swift())
        except MissingError as error:
            report.say(str(error))
    return found


def _start(subject: Subject, settings: Settings, stack: ExitStack) -> Server:
    server = stack.enter_context(subject.server())
    server.pin(settings.server_cpus)
    if "nghttpd" not in subject.name:
        answer = probe.learn(server.port, subject.request)
        assert len(answer.body) == subject.request.answer_bytes
    return server

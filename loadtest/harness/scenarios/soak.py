"""Millions of requests while connections die at random: memory and descriptors must not grow."""

from __future__ import annotations

import random
import socket
import statistics
import struct
import threading
import time
from dataclasses import dataclass, field

from harness import h2load, proc, report, subjects
from harness.h2load import H2loadError, Shape
from harness.idle import PREFACE, SETTINGS, http2_frame
from harness.report import Section
from harness.server import Server
from harness.settings import Settings

MIB = 1 << 20
SHAPE = Shape(clients=8, streams=32)
BATCH_REQUESTS = 500_000
# The head of the run, in which buffers and pools still find their size.
WARM_UP_FRACTION = 0.2
# What RSS may differ by between the middle and the end, in MB: pages that the allocator keeps.
GROWTH_TARGET_MB = 1.0
SEED = 20261125


def run(settings: Settings) -> Section:
    total = settings.soak_requests
    section = Section(
        "soak",
        f"{total:,} requests while connections die at random (seed {SEED})",
        (
            "server",
            "answers",
            "minutes",
            "killed",
            "RSS MB start",
            "middle",
            "end",
            "peak",
            "fds",
        ),
    )
    subject = subjects.pod(settings)
    with subject.server() as server:
        server.pin(settings.server_cpus)
        h2load.run(server.port, subject.request, SHAPE, 20_000)
        descriptors = proc.descriptors(server.pid)
        sampler = Sampler(server.pid)
        killer = Killer(server.port, subject.request.path, _body(subject))
        sampler.thread.start()
        killer.thread.start()
        answered, failure = _drive(server, settings, total, sampler)
        killer.stop()
        time.sleep(1.5)
        sampler.stop()
        left = proc.descriptors(server.pid) - descriptors
        minutes = sampler.seconds / 60
    start, middle, end = thirds(sampler.resident)
    section.rows.append(
        (
            subject.name,
            f"{answered:,}",
            f"{minutes:.1f}",
            f"{killer.killed:,}",
            f"{start / MIB:.1f}",
            f"{middle / MIB:.1f}",
            f"{end / MIB:.1f}",
            f"{max(sampler.resident) / MIB:.1f}",
            f"{left:+d}",
        )
    )
    if failure:
        section.notes.append(failure)
    section.data[subject.name] = {
        "answered": answered,
        "killed_connections": killer.killed,
        "rss_bytes": sampler.resident,
        "descriptors_left": left,
    }
    section.verdicts += [
        report.at_least("Soak, answers", answered, total),
        report.at_most("Soak, growth of RSS", (end - middle) / MIB, GROWTH_TARGET_MB, "MB"),
        report.at_most("Soak, descriptors left open", max(0, left), 0),
    ]
    return section


def thirds(samples: list[int]) -> tuple[float, float, float]:
    """The first sample, then the medians of the two halves of what follows the warm-up."""
    if not samples:
        raise ValueError("no samples")
    rest = samples[int(len(samples) * WARM_UP_FRACTION) :] or samples
    half = len(rest) // 2
    return (
        samples[0],
        statistics.median(rest[:half] or rest),
        statistics.median(rest[half:]),
    )


def _body(subject: subjects.Subject) -> bytes:
    assert subject.request.body is not None
    return subject.request.body.read_bytes()


def _drive(
    server: Server, settings: Settings, total: int, sampler: Sampler
) -> tuple[int, str | None]:
    """Batches of h2load until all is answered; each batch must be answered whole."""
    request = subjects.ping_request()
    answered = 0
    begin = time.monotonic()
    while answered < total:
        if time.monotonic() - begin > settings.soak_seconds_max:
            return answered, f"stopped after {settings.soak_seconds_max:.0f} s"
        batch = min(BATCH_REQUESTS, total - answered)
        try:
            h2load.run(server.port, request, SHAPE, batch, cpus=settings.load_cpus)
        except H2loadError as error:
            server.check_alive()
            return answered, str(error)
        answered += batch
        mib = sampler.resident[-1] / MIB if sampler.resident else 0
        report.progress(f"{answered:,} of {total:,} answered, RSS {mib:.1f} MB")
    report.progress_done()
    return answered, None


@dataclass
class Sampler:
    """RSS once a second."""

    pid: int
    resident: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        begin = time.monotonic()
        while not self._stop.wait(1.0):
            try:
                self.resident.append(proc.memory(self.pid).resident)
            except FileNotFoundError:
                return
            self.seconds = time.monotonic() - begin

    def stop(self) -> None:
        self._stop.set()
        self.thread.join()


class Killer:
    """Opens connections, begins calls, and breaks the connection off somewhere in between.

    The request's bytes are cut at a random place (in the preface, in a header block, in the body,
    or after it, so that answers meet a closed socket); half of the connections end with a reset.
    """

    def __init__(self, port: int, path: str, body: bytes) -> None:
        self.port = port
        self.killed = 0
        self._random = random.Random(SEED)
        self._bytes = PREFACE + http2_frame(SETTINGS, 0, 0)
        for stream in range(1, 41, 2):
            self._bytes += _call(stream, path, body)
        self._stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self._stop.wait(self._random.uniform(0.001, 0.02)):
            try:
                self._kill_one()
            except OSError:
                continue  # the server may close first: it is told nonsense
            self.killed += 1

    def _kill_one(self) -> None:
        cut = self._random.randrange(1, len(self._bytes) + 1)
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(self._bytes[:cut])
            if self._random.random() < 0.5:
                time.sleep(self._random.uniform(0, 0.005))
            if self._random.random() < 0.5:
                # Linger for zero seconds: close sends RST.
                linger = struct.pack("ii", 1, 0)
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def stop(self) -> None:
        self._stop.set()
        self.thread.join()


def _call(stream: int, path: str, body: bytes) -> bytes:
    """HEADERS and DATA of one call; fields are literals without indexing (RFC 7541 §6.2.2)."""
    fields = [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "kill"),
    ]
    fields += [("content-type", "application/grpc"), ("te", "trailers")]
    block = b"".join(
        b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in fields
    )
    return http2_frame(1, 0x4, stream, block) + http2_frame(0, 0x1, stream, body)

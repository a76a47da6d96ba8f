"""Who takes part, and why somebody cannot."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import model
from harness import subjects, wire
from harness.h2load import Request
from harness.peers import cplusplus, engine, mlserver, python, swift, triton
from harness.places import MissingError
from harness.settings import Settings
from harness.subjects import Subject, ping_request

VIGIE = "vigie"
# The same server with another engine or more threads: the best of them is the one to beat.
CPLUSPLUS = ("cpp-tl2cgen", "cpp-onnxruntime", "cpp-two-threads")
GRPC_SWIFT, GRPCIO, TRITON, MLSERVER = "grpc-swift", "grpcio", "triton", "mlserver"


@dataclass(frozen=True)
class Contender:
    """A server that is installed, and how it is asked."""

    key: str
    name: str
    base: Subject
    answers_ping: bool

    def ping(self) -> Subject:
        return replace(self.base, name=self.name, request=ping_request(), bodies=())

    def infer(self) -> Subject:
        """Rows in turn, so that no processor learns one row's way by heart."""
        made = model.make()
        return replace(self.base, name=self.name, request=infer_request(), bodies=made.bodies)


@dataclass(frozen=True)
class Absent:
    """A server that cannot be measured here."""

    key: str
    name: str
    reason: str
    # Left out because somebody said so: no failure of the run.
    asked: bool = False


@dataclass(frozen=True)
class Entry:
    key: str
    name: str
    make: Callable[[Settings], Subject]
    # Triton and MLServer serve the Open Inference Protocol only.
    answers_ping: bool = True


def patient(settings: Settings) -> Settings:
    """A load that saturates is overload, and a pod turns calls away; peers have no such thing."""
    return replace(settings, serve_extra=[*settings.serve_extra, "--overload-latency", "10s"])


def infer_request() -> Request:
    return Request(path=wire.INFER_PATH, body=model.make().bodies[0], headers=wire.GRPC_HEADERS)


ENTRIES = (
    Entry(VIGIE, "Vigie", lambda settings: subjects.infer(patient(settings))),
    Entry(
        "cpp-tl2cgen",
        "C++ gRPC, tl2cgen",
        lambda _: cplusplus.cplusplus(engine.tl2cgen(), threads=1),
    ),
    Entry(
        "cpp-onnxruntime",
        "C++ gRPC, ONNX Runtime",
        lambda _: cplusplus.cplusplus(engine.onnx_runtime(), threads=1),
    ),
    Entry(
        "cpp-two-threads",
        "C++ gRPC, 2 threads, tl2cgen",
        lambda _: cplusplus.cplusplus(engine.tl2cgen(), threads=2),
    ),
    Entry(
        GRPC_SWIFT,
        "grpc-swift-2, tl2cgen",
        lambda _: swift.grpc_swift(engine.tl2cgen().words()),
    ),
    Entry(
        GRPCIO,
        "Python grpcio, tl2cgen",
        lambda _: python.grpcio_with_model(engine.tl2cgen().environment()),
    ),
    Entry(
        TRITON,
        "Triton, Python backend, tl2cgen",
        lambda _: triton.triton(engine.tl2cgen(), infer_request()),
        answers_ping=False,
    ),
    Entry(
        MLSERVER,
        "MLServer, tl2cgen",
        lambda _: mlserver.mlserver(engine.tl2cgen(), infer_request()),
        answers_ping=False,
    ),
)


def gather(settings: Settings, wanted: Collection[str]) -> tuple[list[Contender], list[Absent]]:
    """Sets up those who are wanted; who cannot be had is named with the reason."""
    present, absent = [], []
    for entry in ENTRIES:
        if entry.key not in wanted:
            absent.append(Absent(entry.key, entry.name, "left out, as asked", asked=True))
            continue
        try:
            base = pinned(entry.make(settings), settings)
        except MissingError as error:
            absent.append(Absent(entry.key, entry.name, str(error)))
            continue
        present.append(Contender(entry.key, entry.name, base, entry.answers_ping))
    return present, absent


def pinned(subject: Subject, settings: Settings) -> Subject:
    """On the servers' processors from its first instruction, and all that it starts with it."""
    if not settings.server_cpus:
        return subject
    cpus = ",".join(str(cpu) for cpu in sorted(settings.server_cpus))
    return replace(subject, command=["taskset", "-c", cpus, *subject.command])

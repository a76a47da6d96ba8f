"""What Vigie must reach beside the others, and what of it could not be held against anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness import report
from harness.contest.lineup import CPLUSPLUS, GRPC_SWIFT, GRPCIO, MLSERVER, TRITON, VIGIE
from harness.contest.results import Result
from harness.report import Verdict
from harness.rounds import Series

PING_TARGETS = {"C++ gRPC": (CPLUSPLUS, 6.0), "grpc-swift-2": ((GRPC_SWIFT,), 15.0)}
INFER_TARGETS = {
    "C++ gRPC": (CPLUSPLUS, 5.0),
    "Triton": ((TRITON,), 15.0),
    "MLServer": ((MLSERVER,), 100.0),
}
TAIL_PEERS = {
    "C++ gRPC": CPLUSPLUS,
    "grpc-swift-2": (GRPC_SWIFT,),
    "grpcio": (GRPCIO,),
    "Triton": (TRITON,),
    "MLServer": (MLSERVER,),
}
TAIL_SHARE = 0.7
TAIL_TARGET = 1 / 3
TLS_TARGET = 0.25


@dataclass(frozen=True)
class Judgement:
    verdicts: Sequence[Verdict]
    # Targets that nothing could be held against, with the reason; not those of peers that were left
    # out, as asked.
    unmeasured: Sequence[str]


def judge_throughput(rows: Mapping[str, Result], figure: str) -> Judgement:
    """`figure` is ping or infer: the fastest variant of each peer is the one to beat."""
    targets = PING_TARGETS if figure == "ping" else INFER_TARGETS
    name = "Ping" if figure == "ping" else "ModelInfer"
    verdicts, unmeasured = [], []
    mine: Series | None = getattr(rows[VIGIE], figure)
    for peer, (keys, bound) in targets.items():
        if _skipped(rows, keys):
            continue
        what = f"{name} per CPU s, × {peer}"
        theirs = best(rows, keys, figure)
        if mine is None or theirs is None:
            unmeasured.append(f"{what}: {why(rows, (VIGIE,) if mine is None else keys)}")
        else:
            verdicts.append(report.at_least(what, mine.ratio(theirs).median, bound))
    return Judgement(verdicts, unmeasured)


def judge_tails(rows: Mapping[str, Result]) -> Judgement:
    """p99 at 70 % of each peer's capacity: Vigie's over the peer's."""
    verdicts, unmeasured = [], []
    for peer, keys in TAIL_PEERS.items():
        if _skipped(rows, keys):
            continue
        what = f"p99 at 70 % of {peer}'s capacity, × theirs"
        key = fastest(rows, keys)
        row = rows[key] if key else None
        if row is None or row.vigie_tail is None or TAIL_SHARE not in row.tails:
            unmeasured.append(f"{what}: {why(rows, keys)}")
            continue
        ratio = row.vigie_tail.p99.ratio(row.tails[TAIL_SHARE].p99)
        verdicts.append(report.at_most(what, ratio.median, TAIL_TARGET))
    return Judgement(verdicts, unmeasured)


def judge_tls(found: Mapping[str, tuple[Series, Series]]) -> Judgement:
    """The share of what a CPU second answers that TLS takes away."""
    verdicts = [
        report.at_most(f"TLS on {name}, share lost", tls_cost(clear, secure), TLS_TARGET)
        for name, (clear, secure) in found.items()
    ]
    return Judgement(verdicts, [])


def tls_cost(clear: Series, secure: Series) -> float:
    return 1 - secure.ratio(clear).median


def fastest(rows: Mapping[str, Result], keys: Sequence[str]) -> str | None:
    """Of a peer's variants, the one that answers most ModelInfers a CPU second."""
    found = {key: infer.median for key in keys if (infer := rows[key].infer)}
    return max(found, key=lambda key: found[key]) if found else None


def best(rows: Mapping[str, Result], keys: Sequence[str], figure: str) -> Series | None:
    """The series with the highest median."""
    found = [series for key in keys if (series := getattr(rows[key], figure))]
    return max(found, key=lambda series: series.median) if found else None


def why(rows: Mapping[str, Result], keys: Sequence[str]) -> str:
    reasons = {rows[key].missing or "not measured" for key in keys}
    return "; ".join(sorted(reasons))


def _skipped(rows: Mapping[str, Result], keys: Sequence[str]) -> bool:
    return all(rows[key].skipped for key in keys)

"""Callers that never stop: what a canary or a hot swap is judged by."""

import random
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc

from vigie_pipelines.demo.scorer import Scorer


@dataclass
class Answer:
    """What one call came back with."""

    row: int
    at: float
    """Seconds since the traffic began, when the answer was there."""
    milliseconds: float
    response: Any


@dataclass
class Traffic:
    """Unary calls from several threads, each on a connection of its own."""

    address: str
    requests: Sequence[Any]
    callers: int
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepares the threads; none runs yet."""
        self._stop = threading.Event()
        self._began = time.perf_counter()
        self._threads = [
            threading.Thread(target=self._call, args=(number,), daemon=True)
            for number in range(self.callers)
        ]

    def start(self) -> None:
        """Begins to call."""
        self._began = time.perf_counter()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Waits for the calls that run."""
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=30)

    @property
    def seconds(self) -> float:
        """Since the first call."""
        return time.perf_counter() - self._began

    def _call(self, number: int) -> None:
        scorer = Scorer(self.address)
        order = random.Random(number)
        try:
            while not self._stop.is_set():
                row = order.randrange(len(self.requests))
                began = time.perf_counter()
                try:
                    response = scorer.score(self.requests[row], timeout=5)
                except grpc.RpcError as error:
                    self.failures.append(f"{error.code().name}: {error.details()}")
                    continue
                ended = time.perf_counter()
                self.answers.append(
                    Answer(row, ended - self._began, (ended - began) * 1000, response)
                )
        finally:
            scorer.close()

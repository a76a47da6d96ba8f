"""Callers that ask without a pause, and hold every answer against what its version must say."""

import itertools
import threading
import time
from collections import Counter

import grpc
from rollout_kit import Caller
from versions import ROWS

ACCOUNTS = 40


class Witness:
    """One connection to one pod, one request after the other."""

    def __init__(self, pod, versions: dict, number: int):
        self.versions = versions
        self.answers = Counter()
        self.wrong = []
        # (began, ended, arm, x, status) of each; those of a canary that throws are expected.
        self.failures = []
        # What was answered by the guard's order: when it was first seen.
        self.guarded_at = None
        # Of each account the versions that answered it, one after the other, since `forget`.
        self.journeys = {}
        self.newest = 0
        self.arm = None
        # Without a rollout the newest answers, so that versions only rise.
        self.must_rise = False
        self.settled = 0
        self.allowed = None
        self._number = number
        self.pod = pod
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def forget(self):
        self.journeys = {}
        self.guarded_at = None

    def stop(self):
        self._stopping.set()
        self._thread.join()

    def _run(self):
        caller = Caller(self.pod)
        for turn in itertools.count():
            if self._stopping.is_set():
                break
            account = f"{self._number}-{turn % ACCOUNTS}"
            self._ask(caller, ROWS[turn % len(ROWS)], account)
            time.sleep(0.001)
        caller.close()

    def _ask(self, caller, x, account):
        journeys, allowed, settled = self.journeys, self.allowed, self.settled
        began = time.monotonic()
        try:
            answer = caller.ask(x, metadata=[("x-account-id", account)])
        except grpc.RpcError as error:
            arm = dict(error.trailing_metadata() or ()).get("vigie-arm")
            self.failures.append((began, time.monotonic(), arm, x, error.code(), error.details()))
            return
        number = int(answer.version or answer.response.model_version)
        self.answers[number, answer.arm] += 1
        if answer.route == "guard" and self.guarded_at is None:
            self.guarded_at = time.monotonic()
        if fault := self._fault(number, answer, x, settled, allowed):
            self.wrong.append((fault, number, answer.arm, answer.route, x, answer.value))
        self.newest, self.arm = number, answer.arm
        journey = journeys.setdefault(account, [])
        if not journey or journey[-1] != number:
            journey.append(number)

    def _fault(self, number, answer, x, settled, allowed) -> str | None:
        version = self.versions.get(number)
        if version is None:
            return "no such version"
        if not version.says(x, answer.value):
            return "not what this version answers"
        if self.must_rise and number < max(self.newest, settled):
            return f"older than {max(self.newest, settled)}, which has answered"
        if allowed is not None and (number, answer.arm) not in allowed | self.allowed:
            return f"none of {sorted(allowed)}"
        return None

"""Pods, controllers and callers around a real API server.

Nothing runs pods there, so each `vigie serve` of a test is written down as a Pod object whose address
is 127.0.0.1 and whose admin port is an annotation.
"""

import json
import os
import re
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request

import grpc
from harness import ROOT, Pod, binary
from rollout_kit import MODEL, Caller, linear, publish, until

ACCESS = [
    ROOT / "k8s/base/service-account.yaml",
    ROOT / "k8s/base/role.yaml",
    ROOT / "k8s/controller/service-account.yaml",
    ROOT / "k8s/controller/role.yaml",
]
CONTROLLER_READY = re.compile(r"vigie controller ready: .*?(?:, admin (\S+))?$")
# Short, so that a test need not wait for what a person would.
LEASE = ["--lease-duration", "4s", "--lease-renew-deadline", "2s", "--lease-retry-period", "500ms"]


class Controller:
    """A running `vigie controller`."""

    def __init__(self, *arguments, env=None):
        self.process = subprocess.Popen(
            [binary("vigie"), "controller", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        self.line = self.process.stdout.readline().strip()
        match = CONTROLLER_READY.match(self.line)
        if match is None:
            # It has ended, and said why, or is none that could be used.
            self.process.kill()
            _, errors = self.process.communicate(timeout=10)
            raise AssertionError(f"not ready: {self.line!r} {errors}")
        self.admin = match.group(1)

    def get(self, path):
        try:
            with urllib.request.urlopen(f"http://{self.admin}{path}", timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    @property
    def leads(self) -> bool:
        return "\nvigie_controller_leader 1" in self.get("/metrics")[1]

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.output, self.errors = self.process.communicate(timeout=30)
        return self.process.returncode


class Load:
    """Callers that ask pods in turn; what becomes of every request is kept."""

    def __init__(self, pods, x=(1.0, 0.0), callers=2):
        self.pods = list(pods)
        self.x = x
        self.answers = []
        self.failures = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(callers)]
        for thread in self.threads:
            thread.start()

    def run(self):
        callers = {id(pod): Caller(pod) for pod in self.pods}
        turn = 0
        while not self.stopping.is_set():
            turn += 1
            pods = list(self.pods)
            pod = pods[turn % len(pods)]
            caller = callers.get(id(pod)) or callers.setdefault(id(pod), Caller(pod))
            try:
                answer = caller.ask(self.x, metadata=[("x-account-id", f"{id(self)}-{turn}")])
                self.answers.append((answer.version, answer.arm, answer.route))
            except grpc.RpcError as error:
                trailers = dict(error.trailing_metadata() or ())
                self.failures.append((trailers.get("vigie-arm"), error.code()))
            time.sleep(0.002)
        for caller in callers.values():
            caller.close()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


class Stage:
    def __init__(self, cluster, namespace, folder):
        self.cluster = cluster
        self.namespace = namespace
        self.folder = folder
        self.registry = folder / "registry"
        self.registry.mkdir()
        self.pods, self.controllers, self.loads = [], [], []

    def __enter__(self):
        for file in ACCESS:
            self.cluster.kubectl("apply", "-n", self.namespace, "-f", file)
        for version in (1, 2):
            publish(self.registry, version, linear((1, 0), version))
        return self

    def __exit__(self, *_):
        for load in self.loads:
            load.stop()
        for process in [*self.pods, *self.controllers]:
            if process.process.poll() is None:
                process.process.kill()
                process.process.communicate()

    # --- processes

    def kubeconfig(self, account: str) -> str:
        """As that service account, with a token in a file, as pods have it."""
        file = self.folder / f"{account}.token"
        if not file.exists():
            file.write_text(self.cluster.token(account, self.namespace))
        return self.cluster.write_kubeconfig(
            f"{self.namespace}-{account}", "", self.namespace, tokenFile=str(file)
        )

    def pod(self, *arguments, env=None) -> Pod:
        """With an environment: as that says, and not by a kubeconfig."""
        access = [] if env else ["--kubeconfig", self.kubeconfig("vigie")]
        pod = Pod(
            *["--registry", self.registry, "--rollouts", "kubernetes", "--loops", 1],
            *["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"],
            *[*access, *arguments],
            env=env,
        )
        self.pods.append(pod)
        pod.name = f"vigie-{len(self.pods)}"
        self.register(pod)
        return pod

    def register(self, pod, ready=True):
        port = pod.admin.split(":")[1]
        self.cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": pod.name,
                    "namespace": self.namespace,
                    "labels": {"app.kubernetes.io/name": "vigie"},
                    "annotations": {"vigie.dev/admin-port": port},
                },
                "spec": {"containers": [{"name": "vigie", "image": "vigie"}]},
            }
        )
        condition = {"type": "Ready", "status": "True" if ready else "False"}
        status = {"podIP": "127.0.0.1", "phase": "Running", "conditions": [condition]}
        self.kubectl(
            *["patch", "pod", pod.name, "--subresource=status", "--type=merge"],
            *["-p", json.dumps({"status": status})],
        )

    def kill_pod(self, pod):
        """kill -9; afterwards what a kubelet would say of it."""
        pod.process.kill()
        pod.process.communicate()
        self.kubectl("delete", "pod", pod.name, "--grace-period=0", "--force")

    def controller(self, *arguments, env=None) -> Controller:
        access = [] if env else ["--kubeconfig", self.kubeconfig("vigie-controller")]
        controller = Controller(
            *["--rollouts", "kubernetes", "--admin", "127.0.0.1:0", "--interval", "500ms"],
            *[*access, *LEASE, *arguments],
            env=env,
        )
        self.controllers.append(controller)
        return controller

    def load(self, **how) -> Load:
        self.loads.append(Load(self.pods, **how))
        return self.loads[-1]

    # --- the API

    def kubectl(self, *arguments, **how) -> str:
        return self.cluster.kubectl("-n", self.namespace, *arguments, **how)

    def apply(self, spec: dict, name: str = MODEL, **metadata):
        self.cluster.apply(
            {
                "apiVersion": "vigie.dev/v1alpha1",
                "kind": "ModelRollout",
                "metadata": {"name": name, "namespace": self.namespace, **metadata},
                "spec": {"model": MODEL, **spec},
            }
        )

    def patch(self, spec: dict, name: str = MODEL):
        self.kubectl("patch", "mro", name, "--type=merge", "-p", json.dumps({"spec": spec}))

    def rollout(self, name: str = MODEL) -> dict:
        return self.cluster.get("mro", name, "-n", self.namespace)

    def status(self, name: str = MODEL) -> dict:
        return self.rollout(name).get("status", {})

    def until_phase(self, *phases, seconds: float = 120, name: str = MODEL) -> dict:
        seen = {}

        def reached():
            seen.update(now=self.status(name))
            time.sleep(0.2)
            return seen["now"] if seen["now"].get("phase") in phases else None

        try:
            return until(reached, seconds, f"phase {phases}")
        except AssertionError as error:
            raise AssertionError(f"{error}; the status is {seen}") from error

    def events(self) -> list[tuple[str, str]]:
        """Type and reason of all Events of rollouts, the oldest first."""
        events = self.cluster.get("events", "-n", self.namespace)["items"]
        about = [e for e in events if e["involvedObject"]["kind"] == "ModelRollout"]
        about.sort(key=lambda e: (e["firstTimestamp"], e["metadata"]["resourceVersion"]))
        return [(event["type"], event["reason"]) for event in about]


STEPS = {
    "steps": [
        {"weight": 1000, "minimumRequests": 20, "analysis": ["errors"]},
        {"weight": 5000, "minimumRequests": 20, "analysis": ["errors"]},
    ],
    "analysis": [
        {"name": "errors", "source": "errorRate", "max": 0.05, "interval": "1s"},
    ],
}


def walked(canary: int = 2, **strategy) -> dict:
    return {
        "stable": {"version": 1},
        "canary": {"version": canary},
        "strategy": {**STEPS, **strategy},
    }


def versions(pod, calls: int = 40) -> set[str]:
    """Which versions answer at the moment."""
    caller = Caller(pod)
    try:
        return {answer.version for answer in caller.ask_many(calls)}
    finally:
        caller.close()

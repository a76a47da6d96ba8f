"""`vigie-pipelines demo`: the mission's main job, with real rows and a real client."""

import argparse
import contextlib
import signal
import sys
import threading
import time

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import named_values
from vigie_pipelines.demo import screen
from vigie_pipelines.demo.pod import Pod
from vigie_pipelines.demo.registry import StagedRegistry
from vigie_pipelines.demo.scorer import FeatureValue, Scorer
from vigie_pipelines.demo.traffic import Answer, Traffic
from vigie_pipelines.errors import PipelineError

SHOWN = 12


def demonstrate(options: argparse.Namespace, model: str, dataset: Dataset) -> int:
    """Runs the demonstration of `model` on `dataset`'s rows; 0 when not one call failed."""
    console = Console()
    rows, labels = _sample(dataset, options.rows)
    with (
        StagedRegistry(options.registry, model) as staged,
        Pod(options.vigie, staged.folder, options.listen, options.admin) as pod,
    ):
        console.print(f"[bold]{pod.ready_line}[/]", highlight=False)
        console.print(
            f"{len(rows):,} real applicants of {dataset.title}; callers speak grpcio and know only "
            "what the pod's reflection tells them\n"
        )
        scorer = Scorer(pod.address)
        requests = [
            scorer.request(f"applicant-{row}", features, model) for row, features in enumerate(rows)
        ]
        traffic = Traffic(pod.address, requests, options.callers)
        published_at = _swap_under_load(console, traffic, staged, options.seconds)
        screen.applicants(console, _shown(traffic.answers), rows, labels, scorer.decisions)
        screen.summary(console, traffic, labels, published_at, model)
        _stream(console, scorer, requests)
        console.print(f"the pod's memory: {pod.resident_megabytes():.0f} MB")
        scorer.close()
        served = {answer.response.version for answer in traffic.answers}
        good = not traffic.failures and served == {str(staged.first), str(staged.next)}
        if not options.exit:
            screen.next_steps(console, pod.address, pod.admin, model)
            _wait_for_interrupt()
    if pod.exit_code != 0:
        raise PipelineError(f"the pod ended with exit code {pod.exit_code}")
    return 0 if good else 1


def _sample(dataset: Dataset, count: int) -> tuple[list[dict[str, FeatureValue]], list[int]]:
    order = np.random.default_rng(7).permutation(len(dataset))[:count]
    rows = [named_values(row, dataset.features) for row in dataset.rows[order]]
    return rows, [int(label) for label in dataset.labels[order]]


def _swap_under_load(
    console: Console, traffic: Traffic, staged: StagedRegistry, seconds: float
) -> float:
    """Calls for `seconds`; half-way the next version is published. Returns when that was."""
    published_at = float("inf")
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[calls]:,} calls"),
        TimeRemainingColumn(),
        console=console,
    ) as progress:
        task = progress.add_task(f"version {staged.first} answers", total=seconds, calls=0)
        traffic.start()
        while traffic.seconds < seconds:
            time.sleep(0.05)
            if traffic.seconds >= seconds / 2 and published_at == float("inf"):
                published_at = traffic.seconds
                staged.publish()
                progress.update(task, description=f"version {staged.next} was published")
            progress.update(
                task,
                completed=min(traffic.seconds, seconds),
                calls=len(traffic.answers),
            )
        traffic.stop()
    return published_at


def _shown(answers: list[Answer]) -> list[Answer]:
    """A few applicants of the first and of the last calls: both versions, all decisions."""
    picked: list[Answer] = []
    third = len(answers) // 3
    # The last calls come last answer first, so that the new version is seen however late it was.
    for half in (answers[:third], answers[: -third - 1 : -1]):
        seen: dict[int, list[Answer]] = {}
        for answer in half:
            seen.setdefault(answer.response.decision, []).append(answer)
        each = max(1, SHOWN // 2 // max(1, len(seen)))
        for decision in sorted(seen):
            picked += seen[decision][:each]
    return picked


def _stream(console: Console, scorer: Scorer, requests: list) -> None:
    """The same rows over one bidirectional call."""
    began = time.perf_counter()
    count = sum(1 for _ in scorer.score_many(iter(requests), timeout=60))
    seconds = time.perf_counter() - began
    console.print(
        f"one ScoreApplications stream: {count:,} applications in {seconds:.2f} s "
        f"({count / seconds:,.0f} a second)"
    )


def _wait_for_interrupt() -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.suppress(KeyboardInterrupt):
        stop.wait()
    sys.stdout.write("\n")

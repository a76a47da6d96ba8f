"""Pipelines and their pinned members, served, published and removed while tritonclient asks."""

import hashlib
import json
import math
import shutil
import threading
import time

import numpy
import pytest
import tritonclient.grpc as triton
from harness import Process

RULES = {
    "format": "vigie-rules",
    "formatVersion": 1,
    "policy": "sum",
    "inputs": [{"name": "model.p"}, {"name": "country", "type": "text", "missing": "allow"}],
}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def publish(registry, name: str, version: int, flavor: str, file: str, document: dict) -> str:
    """Writes a version beside its place and renames it; its manifest's SHA-256."""
    text = json.dumps(document)
    manifest = json.dumps(
        {"schema": 1, "flavor": flavor, "files": [{"path": file, "sha256": digest(text)}]}
    )
    folder = registry / name / f"{version}.tmp"
    folder.mkdir(parents=True)
    (folder / file).write_text(text)
    (folder / "manifest.json").write_text(manifest)
    folder.rename(registry / name / str(version))
    return digest(manifest)


def publish_members(registry, version: int) -> dict[str, str]:
    """A scorecard whose log-odds are x's bin plus the version, and rules worth it; their digests."""
    card = {
        "format": "vigie-scorecard",
        "formatVersion": 1,
        "intercept": version,
        "features": [{"name": "x", "coefficient": 1, "edges": [0], "woe": [-1, 0.5]}],
    }
    rules = RULES | {
        "rules": [
            {"id": "likely", "when": "model.p > 0.5", "score": version, "decision": "review"},
            {"id": "abroad", "when": "country != 'FR'", "score": 0.25},
        ]
    }
    return {
        "card": publish(registry, "card", version, "scorecard", "scorecard.json", card),
        "rules": publish(registry, "rules", version, "rules", "rules.json", rules),
    }


def publish_pipeline(registry, version: int, digests: dict[str, str]) -> None:
    members = {
        name: {"model": name, "version": version, "manifestSHA256": pinned}
        for name, pinned in digests.items()
    }
    pipeline = {
        "format": "vigie-pipeline",
        "formatVersion": 1,
        "inputs": [{"name": "x"}, {"name": "country", "type": "text", "missing": "allow"}],
        "members": members,
        "steps": [
            {"name": "p", "member": "card", "take": "response"},
            {
                "member": "rules",
                "inputs": {"model.p": "p"},
                "outputs": {"points": "score", "decision": "decision", "unknown": "unknown"},
            },
            {"name": "total", "expression": "100 * p + points"},
        ],
        "outputs": [{"name": n} for n in ("total", "decision", "unknown")],
        "score": {"value": "total", "explain": "p"},
    }
    publish(registry, "fraud", version, "pipeline", "pipeline.json", pipeline)


def expected(version: int, x: float, country: str) -> float:
    """What version `version` must answer, whoever its neighbours are."""
    p = 1 / (1 + math.exp(-(version + (0.5 if x >= 0 else -1))))
    points = (version if p > 0.5 else 0) + (0.25 if country not in ("FR", "") else 0)
    return 100 * p + points


def ask(client, xs, countries, version="", name="fraud"):
    x = triton.InferInput("x", [len(xs)], "FP64")
    x.set_data_from_numpy(numpy.array(xs, dtype=numpy.float64))
    inputs = [x]
    if countries is not None:
        country = triton.InferInput("country", [len(xs)], "BYTES")
        country.set_data_from_numpy(numpy.array([c.encode() for c in countries], dtype=object))
        inputs.append(country)
    return client.infer(name, inputs, model_version=version)


def until(condition, seconds: float = 20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)


def serve(registry, *more: str) -> tuple[Process, triton.InferenceServerClient]:
    process = Process(
        "vigie", "serve", "--registry", str(registry), "--listen", "127.0.0.1:0", *more
    )
    return process, triton.InferenceServerClient(process.address)


@pytest.fixture
def registry(tmp_path):
    folder = tmp_path / "registry"
    publish_pipeline(folder, 1, publish_members(folder, 1))
    return folder


@pytest.fixture
def pod(registry):
    process, client = serve(registry, "--keep-versions", "1")
    yield client
    client.close()
    assert process.stop() == 0


def reason(client, version: str) -> str | None:
    """Why a version of the pipeline is not served; None while it is not known to be refused."""
    for model in client.get_model_repository_index().models:
        if (model.name, model.version, model.state) == ("fraud", version, "UNAVAILABLE"):
            return model.reason
    return None


def test_a_pipeline_answers_as_its_members_put_together(pod):
    xs, countries = [-2.0, 0.0, 3.0, -0.0], ["FR", "KP", "", "é"]
    answer = ask(pod, xs, countries)
    wanted = [expected(1, x, c) for x, c in zip(xs, countries, strict=True)]
    assert numpy.abs(answer.as_numpy("total") - wanted).max() < 1e-12
    assert answer.as_numpy("decision").tolist() == [b"", b"review", b"review", b"review"]
    assert answer.as_numpy("unknown").tolist() == [b"[]", b"[]", b'["abroad"]', b"[]"]
    without = ask(pod, xs, None)
    assert without.as_numpy("unknown").tolist() == [b'["abroad"]'] * 4
    assert ask(pod, [], []).as_numpy("total").shape == (0,)
    for row, (x, country) in enumerate(zip(xs, countries, strict=True)):
        alone = ask(pod, [x], [country]).as_numpy("total")[0]
        assert alone == answer.as_numpy("total")[row]


def test_members_are_swapped_with_their_pipeline_and_never_under_it(registry, pod):
    stop = threading.Event()
    seen, failures = [], []

    def call():
        number = 0
        while not stop.is_set():
            number += 1
            x, country = (number % 7) - 3.0, ["FR", "KP"][number % 2]
            try:
                answer = ask(pod, [x], [country])
                version = int(answer.get_response().model_version)
                seen.append(version)
                assert abs(answer.as_numpy("total")[0] - expected(version, x, country)) < 1e-12
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=call) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        until(lambda: len(seen) > 50)
        for version in range(2, 7):
            digests = publish_members(registry, version)
            # Members alone change nothing, though the old ones leave the table and the disk.
            until(lambda v=version: pod.is_model_ready("card", str(v)))
            shutil.rmtree(registry / "card" / str(version - 1))
            count = len(seen)
            until(lambda c=count: len(seen) > c + 20)
            publish_pipeline(registry, version, digests)
            until(lambda v=version: seen[-1] == v)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert seen == sorted(seen) or sorted(set(seen)) == [1, 2, 3, 4, 5, 6]


def test_a_member_of_another_digest_is_refused_and_the_old_pipeline_stays(registry, pod):
    digests = publish_members(registry, 2)
    publish_pipeline(registry, 2, digests | {"card": "0" * 64})
    until(lambda: reason(pod, "2"))
    assert "members.card: card version 2 has a manifest of SHA-256" in reason(pod, "2")
    assert ask(pod, [1.0], ["FR"]).get_response().model_version == "1"


def test_a_member_that_was_removed_is_missed_only_by_the_next_pod(registry, pod):
    shutil.rmtree(registry / "card")
    until(lambda: not pod.is_model_ready("card"))
    assert ask(pod, [1.0], ["FR"]).get_response().model_version == "1"
    process, client = serve(registry)
    try:
        until(lambda: reason(client, "1"))
        assert "members.card: card version 1 cannot be had" in reason(client, "1")
        # It comes back, and with it the pipeline.
        publish_members(registry.parent / "other", 1)
        (registry.parent / "other" / "card").rename(registry / "card")
        until(lambda: client.is_model_ready("fraud", "1"))
    finally:
        client.close()
        assert process.stop() == 0

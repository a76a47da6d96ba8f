"""One registry, kept in a folder, on three S3 servers and on MLflow: pods see the same."""

import json
import urllib.request

import numpy
import pytest
import tritonclient.grpc as triton
from checks import metric, needs_memory, properties, reason, refused, until, versions
from models import files, manifest, scorecard

ABSENT = "it is not in the registry"


def score(pod, version="") -> float:
    """The log-odds that a version gives: its own number."""
    made = triton.InferInput("input", [1, 1], "FP64")
    made.set_data_from_numpy(numpy.array([[40.0]]))
    wanted = [triton.InferRequestedOutput("log_odds")]
    answer = pod.client.infer("credit", [made], model_version=version, outputs=wanted)
    return float(answer.as_numpy("log_odds")[0])


def test_a_pod_loads_what_is_there_and_swaps_to_what_is_published(source, cluster):
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    assert versions(pod) == [1] and score(pod) == pytest.approx(1)
    source.publish("credit", 2, files("credit", 2))
    until(lambda: versions(pod) == [1, 2])
    assert score(pod) == pytest.approx(2) and score(pod, "1") == pytest.approx(1)
    assert metric(pod, "vigie_registry_loads_total") == 2


def test_a_removed_version_is_unloaded(source, cluster):
    source.publish("credit", 1, files("credit", 1))
    source.publish("credit", 2, files("credit", 2))
    pod = cluster.start(source)
    assert versions(pod) == [1, 2]
    source.remove("credit", 2)
    until(lambda: versions(pod) == [1])


def test_a_label_moves_and_keeps_its_version_in_memory(source, cluster):
    for version in [1, 2, 3]:
        source.publish("credit", version, files("credit", version))
    source.label("credit", {"champion": 1})
    pod = cluster.start(source, "--keep-versions=1")
    assert versions(pod) == [1, 3]
    assert score(pod, "@champion") == pytest.approx(1)
    source.label("credit", {"champion": 2})
    until(lambda: versions(pod) == [2, 3])
    assert score(pod, "@champion") == pytest.approx(2)
    with pytest.raises(
        triton.InferenceServerException, match="no version labelled '@nobody'"
    ) as no:
        score(pod, "@nobody")
    assert no.value.status() == "StatusCode.NOT_FOUND"


def test_labels_are_told_by_metadata_and_the_admin_port(source, cluster):
    for version in [1, 2]:
        source.publish("credit", version, files("credit", version, labels=["of-the-manifest"]))
    source.label("credit", {"champion": 1, "challenger": 2})
    pod = cluster.start(source)

    def told():
        found = properties(pod, "credit", "@champion")
        assert found["version"] == "1"
        pages = json.loads(pod.get("/models")[1])
        by_version = {row["version"]: row["labels"] for row in pages}
        return json.loads(found.get("version_labels", "{}")), by_version

    assert told() == ({"challenger": 2, "champion": 1}, {1: ["champion"], 2: ["challenger"]})
    source.label("credit", {"champion": 1, "stable": 1})
    until(lambda: told() == ({"champion": 1, "stable": 1}, {1: ["champion", "stable"], 2: []}))


def test_only_versions_of_the_policy_are_loaded(source, cluster):
    for version in [1, 2, 3]:
        source.publish("credit", version, files("credit", version))
    pod = cluster.start(source, "--version-policy=credit=versions:1,2")
    assert versions(pod) == [1, 2]
    assert "versions:1,2" in reason(pod, "credit", 3)


def test_an_outage_stops_nobody(source, cluster):
    needs_memory(source)
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    source.stop()
    until(lambda: metric(pod, "vigie_registry_readable") == 0)
    assert score(pod) == pytest.approx(1)
    source.start()
    until(lambda: metric(pod, "vigie_registry_readable") == 1, seconds=90)
    source.publish("credit", 2, files("credit", 2))
    until(lambda: versions(pod) == [1, 2])
    assert pod.stop() == 0
    assert "cannot be read" in pod.errors and "can be read again" in pod.errors


def test_a_pod_starts_from_its_cache_while_the_registry_is_down(remote, cluster):
    needs_memory(remote)
    remote.publish("credit", 1, files("credit", 1))
    remote.label("credit", {"champion": 1})
    first = cluster.start(remote)
    assert versions(first) == [1]
    assert first.stop() == 0
    remote.stop()
    try:
        second = cluster.start(remote)
        assert versions(second) == [1] and score(second) == pytest.approx(1)
        assert metric(second, "vigie_registry_readable") == 0
        assert second.stop() == 0
        assert "what is known of it comes from" in second.errors
    finally:
        remote.start()
    third = cluster.start(remote)
    assert metric(third, "vigie_registry_readable") == 1
    assert metric(third, "vigie_registry_fetches_total") == 0, "it was in the cache"


def test_a_pod_without_a_cache_says_why_it_cannot_start(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    url = bucket.url_at("http://127.0.0.1:1")
    with pytest.raises(AssertionError, match="cannot be read, and there is nothing of it in"):
        cluster.start(bucket, url=url)


@pytest.mark.parametrize("file", ["scorecard.json", "manifest.json"])
def test_a_corrupted_file_is_refused_and_the_old_version_stays(source, cluster, file):
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    broken = files("credit", 2)
    broken[file] = (
        broken[file]
        .replace(b'"schema": 1', b'"schema": 7')
        .replace(b'"coefficient": 2', b'"coefficient": 3')
    )
    source.publish("credit", 2, broken)
    if file == "manifest.json":
        refused(pod, "schema must be 1")
    else:
        refused(pod, "SHA-256")
        until(
            lambda: metric(pod, "vigie_registry_load_failures_total", cause="digest") > 0,
            seconds=40,
        )
    assert versions(pod) == [1] and score(pod) == pytest.approx(1)


def test_a_version_without_its_manifest_waits_for_it(source, cluster):
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    half = files("credit", 2)
    last = half.pop("manifest.json")
    source.publish("credit", 2, half)
    refused(pod, "there is no manifest.json (yet)")
    source.put("credit", 2, "manifest.json", last)
    until(lambda: versions(pod) == [1, 2])


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("../other/1/scorecard.json", "must not contain '.' or '..'"),
        ("/etc/passwd", "must be relative"),
        ("a\u0000b", "control characters"),
        ("a//b", "empty parts"),
    ],
)
def test_a_manifest_that_names_files_elsewhere_is_refused(source, cluster, path, said):
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    payload = scorecard(2)
    text = json.loads(manifest(payload, "credit", 2))
    text["files"][0]["path"] = path
    source.publish(
        "credit", 2, {"scorecard.json": payload, "manifest.json": json.dumps(text).encode()}
    )
    refused(pod, said)
    assert versions(pod) == [1]


def test_a_manifest_that_promises_more_than_is_allowed_is_refused(source, cluster):
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    payload = scorecard(2)
    text = json.loads(manifest(payload, "credit", 2))
    text["files"][0]["bytes"] = 3 << 30
    source.publish(
        "credit", 2, {"scorecard.json": payload, "manifest.json": json.dumps(text).encode()}
    )
    refused(pod, "files[0].bytes must be from 0 to")


def test_another_model_s_manifest_is_refused(source, cluster):
    source.publish("credit", 1, files("other", 1))
    pod = cluster.start(source)
    assert 'name is "other", but the folder is that of "credit"' in reason(pod, "credit", 1)


def test_models_of_the_admin_page_are_those_of_the_registry(source, cluster):
    source.publish("credit", 1, files("credit", 1))
    pod = cluster.start(source)
    with urllib.request.urlopen(f"http://{pod.admin}/models") as page:
        assert "credit" in page.read().decode()

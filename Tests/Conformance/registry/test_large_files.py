"""Files that are larger than anybody wants in memory: in parts to S3, in pieces everywhere else."""

import subprocess
import time

import pytest
from checks import versions
from cutting_proxy import Proxy
from harness import binary
from models import files, large
from sources import Bucket

MEGABYTES = 40
# What a part, and the allocator's habits, may take beside what a small version takes.
ROOM_KILOBYTES = 20 << 10


def write(folder, content):
    for name, part in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(part)
    return folder


def publish(source, cluster, folder, url=None):
    """Runs `vigie models publish`: exit status, what it said, and the most memory it had, in KiB."""
    command = [binary("vigie"), "models", "publish", str(folder), f"--registry={url or source.url}"]
    command += ["--part-bytes=5MiB"]
    if source.is_remote:
        command += [f"--registry-cache={cluster.cache}-cli"]
    env = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **source.env}
    said, memory = folder.with_suffix(".said"), 0
    with said.open("w") as out:
        process = subprocess.Popen(command, env=env, stdout=out, stderr=out)
        # Not ru_maxrss, which begins with what this program has.
        while process.poll() is None:
            memory = max(memory, peak(process))
            time.sleep(0.002)
    return process.returncode, said.read_text(), memory


def peak(process) -> int:
    """The most memory that a process had so far, in KiB; 0 when it has just ended."""
    with open(f"/proc/{process.pid}/status") as status:
        found = [int(line.split()[1]) for line in status if line.startswith("VmHWM:")]
    return found[0] if found else 0


def uploads(bucket):
    return bucket.client.list_multipart_uploads(Bucket=bucket.bucket).get("Uploads", [])


def test_forty_megabytes_are_published_and_fetched_without_being_held(
    source, cluster, tmp_path, request
):
    source.prepare("credit")
    small = publish(source, cluster, write(tmp_path / "small", files("credit", 1)))
    assert small[0] == 0, small[1]
    first = cluster.start(source)
    assert versions(first) == [1]
    before = peak(first.process)
    first.stop()
    content = large(2, kilobytes=MEGABYTES << 10)
    status, said, memory = publish(source, cluster, write(tmp_path / "large", content))
    assert status == 0, said
    grown = {"publish": memory - small[2]}
    pod = cluster.start(source)
    assert versions(pod) == [1, 2]
    grown["pod"] = peak(pod.process) - before
    print(f"KiB more than for a small version: {grown}")
    assert max(grown.values()) < ROOM_KILOBYTES < MEGABYTES << 10
    if isinstance(source, Bucket):
        assert uploads(source) == []
        assert source.read("credit", 2, "data/notes.bin") == content["data/notes.bin"]
    if request.node.callspec.params["source"] in ("rgw", "moto"):
        # rclone's tag is that of the whole.
        key = "prod/models/credit/2/data/notes.bin"
        head = source.client.head_object(Bucket=source.bucket, Key=key)
        assert head["ETag"].endswith('-8"'), "it came in eight parts of 5 MiB"


@pytest.fixture
def proxied(server):
    """Ceph's gateway, which checks each part's digest, behind a proxy."""
    bucket = Bucket(server("rgw"))
    proxy = Proxy(bucket.endpoint)
    yield bucket, proxy
    proxy.stop()


def nothing_is_left(bucket):
    assert uploads(bucket) == []
    listed = bucket.client.list_objects_v2(Bucket=bucket.bucket)
    assert listed.get("Contents", []) == []


def test_a_part_that_is_changed_on_its_way_is_refused_and_nothing_is_left(
    proxied, cluster, tmp_path
):
    bucket, proxy = proxied
    proxy.only, proxy.spoils = b"partNumber=2&", 1
    folder = write(tmp_path / "v", large(1, kilobytes=12 << 10))
    status, said, _ = publish(bucket, cluster, folder, url=bucket.url_at(proxy.url))
    assert status == 1 and "SHA256Mismatch" in said, said
    nothing_is_left(bucket)


def test_a_server_that_gives_up_half_way_leaves_nothing(proxied, cluster, tmp_path):
    bucket, proxy = proxied
    proxy.only, proxy.busy = b"partNumber=3&", 100
    folder = write(tmp_path / "v", large(1, kilobytes=16 << 10))
    status, said, _ = publish(bucket, cluster, folder, url=bucket.url_at(proxy.url))
    assert status == 1 and "HTTP 503" in said, said
    nothing_is_left(bucket)


def test_a_part_is_sent_again_and_an_answer_that_was_lost_is_no_failure(proxied, cluster, tmp_path):
    bucket, proxy = proxied
    content = large(1, kilobytes=12 << 10)
    folder = write(tmp_path / "v", content)
    # The answer to the completion is cut before its first byte: it is asked for again.
    proxy.only, proxy.cut_after, proxy.cuts = b"POST /" + bucket.bucket.encode(), 0, 2
    status, said, _ = publish(bucket, cluster, folder, url=bucket.url_at(proxy.url))
    assert status == 0, said
    assert proxy.cut == 2
    assert bucket.read("credit", 1, "data/notes.bin") == content["data/notes.bin"]


def test_a_model_file_itself_may_come_in_parts(bucket, cluster, tmp_path):
    # Spaces after JSON are JSON.
    content = large(1, kilobytes=1, padding=6 << 20)
    status, said, _ = publish(bucket, cluster, write(tmp_path / "v", content))
    assert status == 0, said
    assert versions(cluster.start(bucket)) == [1]

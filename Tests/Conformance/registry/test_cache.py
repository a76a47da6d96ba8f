"""The cache that pods share: damaged, too small, and killed in the middle."""

import hashlib
import pathlib
import signal
import threading
import time

from checks import metric, until, versions
from cutting_proxy import Proxy
from models import files
from test_s3 import large


def blobs(cluster) -> list[pathlib.Path]:
    return sorted(pathlib.Path(cluster.cache, "blobs").iterdir())


def test_a_damaged_file_in_the_cache_is_read_anew(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    assert cluster.start(bucket).stop() == 0
    (blob,) = blobs(cluster)
    blob.chmod(0o644)
    content = bytearray(blob.read_bytes())
    content[10] ^= 1
    blob.write_bytes(content)
    pod = cluster.start(bucket)
    assert versions(pod) == [1]
    assert metric(pod, "vigie_registry_cache_damages_total") == 1
    (blob,) = blobs(cluster)
    assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name


def test_two_pods_share_a_cache_and_start_together(bucket, cluster):
    for version in [1, 2, 3]:
        bucket.publish("credit", version, large(version, 500))
    pods = []
    threads = [
        threading.Thread(target=lambda: pods.append(cluster.start(bucket))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [versions(pod) for pod in pods] == [[1, 2, 3]] * 3
    assert not list(pathlib.Path(cluster.cache, "partial").iterdir())
    for blob in blobs(cluster):
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name


def test_a_pod_killed_while_it_reads_leaves_nothing_that_harms(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    proxy = Proxy(bucket.endpoint)
    pod = cluster.start(bucket, url=bucket.url_at(proxy.url))
    # The large file's connection stands still in the middle.
    proxy.only, proxy.cut_after, proxy.cuts = b"notes.bin", 300_000, 1_000
    bucket.publish("credit", 2, large(2))
    until(lambda: proxy.cut > 0)
    partial = pathlib.Path(cluster.cache, "partial")
    pod.process.send_signal(signal.SIGKILL)
    pod.process.communicate()
    proxy.stop()
    for blob in blobs(cluster):
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name
    second = cluster.start(bucket)
    assert versions(second) == [1, 2]
    assert all(time.time() - file.stat().st_mtime < 600 for file in partial.iterdir())


def test_versions_that_nobody_uses_leave_a_full_cache_oldest_first(bucket, cluster):
    for version in range(1, 7):
        bucket.publish("credit", version, large(version, 400))
        pod = cluster.start(bucket, "--registry-cache-bytes=1500KiB", "--keep-versions=1")
        assert versions(pod) == [version]
        assert pod.stop() == 0
    total = sum(blob.stat().st_size for blob in blobs(cluster))
    assert total <= 1500 * 1024
    kept = pathlib.Path(cluster.cache, "views").glob("*/credit/*")
    assert sorted(int(path.name) for path in kept if any(path.iterdir())) == [4, 5, 6]

"""S3 as it really is: answers cut short, servers that are busy, objects that change, keys that lie."""

import hashlib
import json
import pathlib

import pytest
from checks import metric, reason, refused, until, versions
from cutting_proxy import Proxy
from models import files, large
from sources import Bucket


@pytest.fixture
def proxied(bucket):
    proxy = Proxy(bucket.endpoint)
    yield bucket, proxy
    proxy.stop()


def test_a_download_that_is_cut_again_and_again_is_taken_up_where_it_broke(proxied, cluster):
    bucket, proxy = proxied
    bucket.publish("credit", 1, large(1))
    proxy.only, proxy.cut_after, proxy.cuts = b"notes.bin", 700_000, 4
    pod = cluster.start(bucket, url=bucket.url_at(proxy.url))
    assert versions(pod) == [1]
    assert proxy.cut == 4
    ranges = [head for head in proxy.heads if b"notes.bin" in head and b"Range: bytes=" in head]
    assert len(ranges) == 4, "each time only the rest was asked for"
    assert metric(pod, "vigie_registry_source_requests_total", outcome="resumed") == 4
    fetched = metric(pod, "vigie_registry_fetched_bytes_total")
    assert fetched == sum(len(c) for n, c in large(1).items() if n != "manifest.json")


def test_a_storm_of_503_is_waited_out(proxied, cluster):
    bucket, proxy = proxied
    bucket.publish("credit", 1, files("credit", 1))
    proxy.busy = 4
    pod = cluster.start(bucket, url=bucket.url_at(proxy.url))
    assert versions(pod) == [1] and proxy.refused == 4
    proxy.busy = 12
    bucket.publish("credit", 2, files("credit", 2))
    until(lambda: versions(pod) == [1, 2], seconds=60)
    assert proxy.busy == 0
    assert metric(pod, "vigie_registry_source_requests_total", outcome="unavailable") >= 4


def test_content_that_changes_on_its_way_is_refused(proxied, cluster):
    bucket, proxy = proxied
    bucket.publish("credit", 1, files("credit", 1))
    proxy.only, proxy.swap = b"scorecard.json", (b'"woe": [0.5', b'"woe": [0.6')
    pod = cluster.start(bucket, url=bucket.url_at(proxy.url))
    assert "scorecard.json has SHA-256" in reason(pod, "credit", 1)
    assert metric(pod, "vigie_registry_load_failures_total", cause="digest") == 1
    proxy.swap = None
    until(lambda: versions(pod) == [1])


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "the secret key does not fit the access key"),
        ({"AWS_ACCESS_KEY_ID": "NOBODY"}, "the server does not know this access key"),
        ({"AWS_ACCESS_KEY_ID": ""}, "there are no credentials: set AWS_ACCESS_KEY_ID"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY is not"),
    ],
)
def test_wrong_credentials_are_explained(server, cluster, tmp_path, env, said):
    bucket = Bucket(server("rgw"))
    with pytest.raises(AssertionError, match=said):
        cluster.start(bucket, env={"HOME": str(tmp_path), **env})


def test_credentials_may_be_in_a_file_and_are_read_anew(server, cluster, tmp_path):
    bucket = Bucket(server("rgw"))
    bucket.publish("credit", 1, files("credit", 1))
    file = tmp_path / "credentials"
    good = "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n".format(
        *bucket.env.values()
    )
    file.write_text("[other]\naws_access_key_id = nobody\n\n" + good)
    bucket.env = {"AWS_SHARED_CREDENTIALS_FILE": str(file)}
    pod = cluster.start(bucket)
    assert versions(pod) == [1]
    file.write_text(good.replace("vigie", "stolen"))
    until(lambda: metric(pod, "vigie_registry_readable") == 0)
    file.write_text(good)
    until(lambda: metric(pod, "vigie_registry_readable") == 1)


def test_a_missing_bucket_is_said(bucket, cluster):
    url = bucket.url.replace(bucket.bucket, "nobodys-bucket")
    with pytest.raises(AssertionError, match="there is no bucket 'nobodys-bucket'"):
        cluster.start(bucket, url=url)


def test_a_key_that_leads_elsewhere_refuses_its_version(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    bucket.publish("credit", 2, files("credit", 2))
    bucket.put_key("credit/2/../../other", b"x")
    pod = cluster.start(bucket)
    assert versions(pod) == [1]
    assert "must not contain '.' or '..'" in reason(pod, "credit", 2)
    assert metric(pod, "vigie_registry_load_failures_total", cause="path") == 1


def test_a_compressed_object_is_refused(bucket, cluster):
    import gzip

    made = files("credit", 1)
    bucket.publish("credit", 1, {"manifest.json": made["manifest.json"]})
    bucket.put_key(
        "credit/1/scorecard.json", gzip.compress(b" " * 10_000_000), ContentEncoding="gzip"
    )
    pod = cluster.start(bucket)
    said = reason(pod, "credit", 1)
    assert "has" in said and versions(pod) == []
    # Of the size that the manifest says, it would still be refused.
    packed = gzip.compress(made["scorecard.json"])
    whole = json.loads(made["manifest.json"])
    whole["version"] = 2
    whole["files"][0] |= {"bytes": len(packed), "sha256": hashlib.sha256(packed).hexdigest()}
    bucket.put_key("credit/2/scorecard.json", packed, ContentEncoding="gzip")
    bucket.put_key("credit/2/manifest.json", json.dumps(whole).encode())
    refused(pod, "Content-Encoding gzip")
    assert metric(pod, "vigie_registry_load_failures_total", cause="encoding") == 1


def test_an_object_larger_than_the_manifest_says_is_refused_unread(bucket, cluster):
    made = files("credit", 1)
    made["scorecard.json"] += b" " * 5_000_000
    bucket.publish("credit", 1, made)
    pod = cluster.start(bucket)
    assert "scorecard.json has 5000" in reason(pod, "credit", 1)
    assert metric(pod, "vigie_registry_fetched_bytes_total") == 0


def test_a_version_that_does_not_fit_the_cache_is_refused(bucket, cluster):
    bucket.publish("credit", 1, large(1))
    pod = cluster.start(bucket, "--registry-cache-bytes=1MiB")
    assert "--registry-cache-bytes" in reason(pod, "credit", 1)
    assert metric(pod, "vigie_registry_load_failures_total", cause="size") == 1


def test_a_list_of_more_than_a_page_is_read_whole(server, cluster):
    bucket = Bucket(server("moto"))
    for version in range(1, 4):
        bucket.publish("credit", version, files("credit", version))
    for number in range(1100):
        bucket.put_key(f"aaa/1/part-{number:04}", b"")
    pod = cluster.start(bucket)
    assert versions(pod) == [1, 2, 3]
    assert "more than 256 files" in reason(pod, "aaa", 1)


def test_virtual_host_style_puts_the_bucket_into_the_name(server, cluster, tmp_path):
    """moto takes both styles; localhost has no sub-domains, so a name of its own is resolved."""
    bucket = Bucket(server("moto"), style="false")
    port = bucket.endpoint.rsplit(":", 1)[1]
    bucket.endpoint = f"http://s3.localhost:{port}"
    bucket.publish("credit", 1, files("credit", 1))
    # Names under localhost are resolved to loopback by libcurl itself (RFC 6761).
    pod = cluster.start(bucket)
    assert versions(pod) == [1]


def test_a_suddenly_empty_bucket_unloads_nothing(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    pod = cluster.start(bucket)
    bucket.remove("credit", 1)
    until(lambda: metric(pod, "vigie_registry_readable") == 0)
    assert versions(pod) == [1]


def test_a_version_published_again_is_noticed_and_the_loaded_one_stays(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    pod = cluster.start(bucket)
    bucket.publish("credit", 1, files("credit", 1, description="again"))
    until(lambda: metric(pod, "vigie_registry_changes_ignored_total") == 1)
    assert versions(pod) == [1]


def test_no_secret_is_in_what_a_pod_says(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    pod = cluster.start(bucket, "--log-level=debug")
    _, metrics = pod.get("/metrics")
    assert pod.stop() == 0
    for text in [pod.line, pod.output, pod.errors, metrics]:
        assert bucket.env["AWS_SECRET_ACCESS_KEY"] not in text


def test_the_cache_holds_content_by_its_digest(bucket, cluster):
    bucket.publish("credit", 1, files("credit", 1))
    cluster.start(bucket)
    for blob in pathlib.Path(cluster.cache, "blobs").iterdir():
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name

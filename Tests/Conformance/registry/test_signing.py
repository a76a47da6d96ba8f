"""Signed manifests: who vouches, and what is refused."""

import subprocess
import time

import pytest
from checks import metric, reason, refused, until, versions
from harness import binary
from models import files


def vigie(*arguments, source=None, cluster=None, check=True):
    """Runs `vigie models`."""
    given = ["models", *map(str, arguments)]
    if source is not None:
        given += [f"--registry={source.url}"]
        if source.is_remote:
            given += [f"--registry-cache={cluster.cache}-cli"]
    run = subprocess.run(
        [binary("vigie"), *given],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", **(source.env if source else {})},
    )
    assert not check or run.returncode == 0, run.stdout + run.stderr
    return run


@pytest.fixture
def keys(tmp_path):
    made = {}
    for name in ["team", "stranger"]:
        vigie("keygen", tmp_path / name)
        made[name] = tmp_path / f"{name}.pem"
    return made


def trusting(keys):
    return ["--require-signed", f"--trusted-keys={keys['team'].with_suffix('.pub')}"]


def test_only_what_a_trusted_key_signed_is_served(source, cluster, keys):
    for version in range(1, 5):
        source.publish("credit", version, files("credit", version))
    vigie("sign", "credit", 1, f"--key={keys['team']}", source=source, cluster=cluster)
    vigie("sign", "credit", 2, f"--key={keys['stranger']}", source=source, cluster=cluster)
    vigie("sign", "credit", 3, f"--key={keys['team']}", source=source, cluster=cluster)
    changed = source.read("credit", 3, "manifest.json").replace(b'"min": 18', b'"min": 17')
    source.put("credit", 3, "manifest.json", changed)
    pod = cluster.start(source, *trusting(keys))
    assert versions(pod) == [1], reason(pod, "credit", 1)
    assert "signed by no trusted key" in reason(pod, "credit", 2)
    assert "does not fit manifest.json" in reason(pod, "credit", 3)
    assert "it is not signed" in reason(pod, "credit", 4)
    failures = "vigie_registry_load_failures_total"
    assert metric(pod, failures, cause="signature") == 2
    assert metric(pod, failures, cause="unsigned") == 1
    vigie("sign", "credit", 4, f"--key={keys['team']}", source=source, cluster=cluster)
    until(lambda: versions(pod) == [1, 4], seconds=90)


def test_keys_are_read_again_and_a_revoked_one_signs_nothing_more(source, cluster, keys, tmp_path):
    trusted = tmp_path / "trusted"
    trusted.mkdir()
    team, stranger = (keys[name].with_suffix(".pub") for name in ["team", "stranger"])
    (trusted / "team.pub").write_bytes(team.read_bytes())
    for version, key in [(1, "team"), (2, "stranger")]:
        source.publish("credit", version, files("credit", version))
        vigie("sign", "credit", version, f"--key={keys[key]}", source=source, cluster=cluster)
    flags = ["--require-signed", f"--trusted-keys={trusted}", "--trusted-keys-interval=200ms"]
    pod = cluster.start(source, *flags)
    assert versions(pod) == [1]
    # A file that is half written changes nothing.
    (trusted / "stranger.pub").write_bytes(stranger.read_bytes()[:40])
    time.sleep(1)
    assert versions(pod) == [1]
    (trusted / "stranger.pub").write_bytes(stranger.read_bytes())
    (trusted / "team.pub").unlink()
    until(lambda: versions(pod) == [1, 2])
    source.publish("credit", 3, files("credit", 3))
    vigie("sign", "credit", 3, f"--key={keys['team']}", source=source, cluster=cluster)
    refused(pod, "signed by no trusted key", version=3, seconds=90)
    assert versions(pod) == [1, 2], "what serves, serves on"
    pod.stop()
    assert pod.errors.count("trusted keys not read again, the old ones stay") == 1
    assert "trusted keys have changed, there are 1; now trusted: " in pod.errors
    assert "whose versions are not loaded from now on" in pod.errors
    again = cluster.start(source, *flags)
    assert versions(again) == [2], "not after a start"


def test_an_old_signed_version_cannot_stand_for_a_new_one(source, cluster, keys):
    source.publish("credit", 1, files("credit", 1))
    vigie("sign", "credit", 1, f"--key={keys['team']}", source=source, cluster=cluster)
    names = ["scorecard.json", "manifest.json", "manifest.sig"]
    source.publish("credit", 2, {name: source.read("credit", 1, name) for name in names})
    pod = cluster.start(source, *trusting(keys))
    assert versions(pod) == [1], reason(pod, "credit", 1)
    assert "version is 1, but the folder is that of version 2" in reason(pod, "credit", 2)


def test_what_is_signed_says_which_version_it_is(source, cluster, keys):
    import json

    made = files("credit", 1)
    plain = json.loads(made["manifest.json"])
    del plain["name"], plain["version"]
    made["manifest.json"] = json.dumps(plain).encode()
    source.publish("credit", 1, made)
    denied = vigie(
        "sign", "credit", 1, f"--key={keys['team']}", source=source, cluster=cluster, check=False
    )
    assert denied.returncode == 1 and "--bind" in denied.stderr
    vigie("sign", "credit", 1, "--bind", f"--key={keys['team']}", source=source, cluster=cluster)
    pod = cluster.start(source, *trusting(keys))
    assert versions(pod) == [1], reason(pod, "credit", 1)


def test_openssl_makes_and_checks_the_same_keys_and_signatures(tmp_path, cluster):
    import base64
    import json

    from sources import Folder

    folder = Folder(tmp_path / "registry")
    folder.publish("credit", 1, files("credit", 1))
    key = tmp_path / "openssl.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    key.chmod(0o600)
    public = tmp_path / "openssl.pub"
    subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-out", public], check=True)
    vigie("sign", "credit", 1, f"--key={key}", source=folder)
    entry = json.loads(folder.read("credit", 1, "manifest.sig"))["signatures"][0]
    (tmp_path / "raw").write_bytes(base64.b64decode(entry["value"]))
    manifest = folder.path / "credit/1/manifest.json"
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin"]
    subprocess.run(
        [*command, "-in", manifest, "-sigfile", tmp_path / "raw"], check=True, capture_output=True
    )
    run = vigie("verify", "--require-signed", f"--trusted-keys={public}", source=folder)
    assert "sound" in run.stdout


def test_a_key_that_others_may_read_is_not_used(tmp_path, keys, cluster):
    from sources import Folder

    folder = Folder(tmp_path / "registry")
    folder.publish("credit", 1, files("credit", 1))
    keys["team"].chmod(0o644)
    run = vigie("sign", "credit", 1, f"--key={keys['team']}", source=folder, check=False)
    assert run.returncode == 1 and "chmod 600" in run.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--require-signed"], "--require-signed needs --trusted-keys"),
        (["--require-signed", "--trusted-keys=/nowhere"], "No such file"),
    ],
)
def test_a_pod_that_cannot_know_whom_to_trust_does_not_start(tmp_path, cluster, arguments, said):
    from sources import Folder

    folder = Folder(tmp_path / "registry")
    with pytest.raises(AssertionError, match=said):
        cluster.start(folder, *arguments)

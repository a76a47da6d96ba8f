"""Where the API server is, and who asks: kubeconfigs as kubectl reads them, and a pod's service account."""

import base64
import json
import os
import subprocess

import pytest
import yaml
from harness import binary
from operator_kit import ROLE, environment
from rollout_kit import until
from stage import versions


def kubeconfig(stage, user: dict, **cluster) -> dict:
    """Of one context, `main`."""
    name = stage.cluster.authority
    there = {"server": stage.cluster.server, "certificate-authority": str(name), **cluster}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "main",
        "contexts": [
            {
                "name": "main",
                "context": {"cluster": "main", "user": "main", "namespace": stage.namespace},
            }
        ],
        "clusters": [{"name": "main", "cluster": there}],
        "users": [{"name": "main", "user": user}],
    }


def listed(*words, code=0, **variables):
    """What `vigie rollout list` says, as JSON, and in words when it is refused."""
    done = subprocess.run(
        [binary("vigie"), "rollout", "list", "-o", "json", *map(str, words)],
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout) if code == 0 else done.stderr


@pytest.fixture
def there(stage):
    """A rollout, and an administrator's token."""
    stage.apply({"stable": {"version": 1}})
    return stage


ADMINISTRATOR = {"token": "administrators-token"}


def names(rollouts) -> list[str]:
    return [one["metadata"]["name"] for one in rollouts]


def test_the_file_of_the_home_folder_is_the_default(there, tmp_path):
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    config = kubeconfig(there, ADMINISTRATOR)
    # Beside it, as kubectl resolves what is relative.
    (home / ".kube/ca.crt").write_bytes(there.cluster.authority.read_bytes())
    config["clusters"][0]["cluster"]["certificate-authority"] = "ca.crt"
    (home / ".kube/config").write_text(yaml.safe_dump(config))
    assert names(listed(HOME=home)) == ["fraud"]
    assert listed("-n", "kube-system", HOME=home) == []
    assert listed("--namespace", "kube-system", HOME=home) == []
    assert "contexts has no 'prod'; there are 'main'" in listed(
        "--context", "prod", HOME=home, code=1
    )
    said = listed(code=1)
    assert "~/.kube/config" in said and "--rollouts DIR" in said


def test_several_files_are_one_as_kubectl_has_it(there, tmp_path):
    whole = kubeconfig(there, ADMINISTRATOR)
    parts = []
    for name, keys in [
        ("a", ["users"]),
        ("b", ["contexts", "current-context"]),
        ("c", ["clusters"]),
    ]:
        parts.append(tmp_path / name)
        parts[-1].write_text(yaml.safe_dump({key: whole[key] for key in keys}))
    # What comes later is not asked about what an earlier one has said.
    late = kubeconfig(there, {"token": "nobody's"}, server="https://127.0.0.1:9")
    late["contexts"].append(
        {"name": "other", "context": {"cluster": "main", "user": "main", "namespace": "default"}}
    )
    (tmp_path / "d").write_text(yaml.safe_dump(late))
    files = ":".join(map(str, [tmp_path / "none", *parts, tmp_path / "d"]))
    assert names(listed(KUBECONFIG=files)) == ["fraud"]
    assert listed("--context", "other", KUBECONFIG=files) == []
    # kubectl is of the same opinion.
    done = there.cluster.try_kubectl("get", "mro", "-o", "name", kubeconfig=files)
    assert done.stdout == "modelrollout.vigie.dev/fraud\n", done.stderr


def test_people_are_known_by_certificate_token_and_token_file(there, tmp_path):
    certificate, key = there.cluster.client_certificate("zoe", "system:masters")
    token = tmp_path / "token"
    token.write_text("administrators-token\n")

    def data(file):
        return base64.b64encode(file.read_bytes()).decode()

    authority = {"certificate-authority-data": data(there.cluster.authority)}
    for user, cluster in [
        ({"client-certificate": str(certificate), "client-key": str(key)}, {}),
        ({"client-certificate-data": data(certificate), "client-key-data": data(key)}, authority),
        (ADMINISTRATOR, authority),
        ({"tokenFile": str(token)}, {}),
        # As client-go: the file is asked, not the token beside it.
        ({"tokenFile": str(token), "token": "old"}, {}),
        (ADMINISTRATOR, {"insecure-skip-tls-verify": True}),
    ]:
        config = kubeconfig(there, user, **cluster)
        if cluster:
            del config["clusters"][0]["cluster"]["certificate-authority"]
        file = tmp_path / "kubeconfig"
        file.write_text(json.dumps(config))
        assert names(listed("--kubeconfig", file)) == ["fraud"], user.keys()


@pytest.mark.parametrize(
    ("user", "words"),
    [
        ({"exec": {"command": "aws", "apiVersion": "v1"}}, "users 'main': 'exec' is not supported"),
        ({"auth-provider": {"name": "gcp"}}, "'auth-provider' is not supported"),
        ({"tokenFile": "/nonexistent/token"}, "/nonexistent/token: No such file"),
        ({"client-certificate": "a.pem"}, "a.pem is not there"),
        ({"token": "a", "as": "root"}, "'as' is not supported"),
    ],
)
def test_what_a_kubeconfig_wants_in_vain_is_said(there, tmp_path, user, words):
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(kubeconfig(there, user)))
    said = listed("--kubeconfig", file, code=1)
    assert words in said, said


class Account:
    """A service account's files, as a kubelet keeps them for a pod."""

    def __init__(self, stage, account, folder):
        self.stage, self.account, self.folder = stage, account, folder
        folder.mkdir()
        (folder / "ca.crt").write_bytes(stage.cluster.authority.read_bytes())
        (folder / "namespace").write_text(stage.namespace)
        self.rotate()
        host, port = stage.cluster.server.removeprefix("https://").split(":")
        self.environment = environment(
            KUBERNETES_SERVICE_HOST=host,
            KUBERNETES_SERVICE_PORT=port,
            VIGIE_SERVICE_ACCOUNT_DIR=folder,
        )

    def rotate(self):
        """As kubelets do it: another folder, and a link that is renamed."""
        token = self.stage.cluster.token(self.account, self.stage.namespace)
        data = self.folder / f"..{len(os.listdir(self.folder))}"
        data.mkdir()
        (data / "token").write_text(token)
        (self.folder / "..new").symlink_to(data.name)
        (self.folder / "..new").rename(self.folder / "..data")
        if not (self.folder / "token").is_symlink():
            (self.folder / "token").symlink_to("..data/token")


def test_a_pod_and_a_controller_live_on_their_service_accounts(own_stage, tmp_path_factory):
    stage = own_stage
    accounts = tmp_path_factory.mktemp("accounts")
    account = {
        name: Account(stage, name, accounts / name) for name in ("vigie", "vigie-controller")
    }
    pods = [stage.pod(env=account["vigie"].environment) for _ in range(2)]
    controller = stage.controller(env=account["vigie-controller"].environment)
    # In the pod's own namespace, as the file says.
    stage.apply({"stable": {"version": 1}, "canary": {"version": 2}})
    until(lambda: all(versions(pod) == {"1"} for pod in pods), what="version 1 answering")
    until(lambda: stage.status().get("pods", {}).get("ready") == 2, 60, "the controller's look")
    # Kubernetes forgets the accounts, and so their tokens; there are new ones, and new files.
    for name, one in account.items():
        stage.kubectl("delete", "serviceaccount", name)
        stage.kubectl("create", "serviceaccount", name)
        one.rotate()
    # Only a new request shows that the old ones are no good any more.
    stage.cluster.kill("apiserver")
    stage.cluster.start_apiserver()
    stage.patch({"routing": {"weight": 10_000}})
    until(lambda: all(versions(pod) == {"2"} for pod in pods), 60, "the pods hearing of it")
    until(lambda: stage.status().get("weight") == 10_000, 60, "the controller writing again")
    until(lambda: controller.leads, 60, "the controller leading again")
    # Somebody who sits in a pod with an account of people's rights.
    role = {**ROLE, "metadata": {"name": "rollout-operator", "namespace": stage.namespace}}
    stage.cluster.apply(role)
    stage.kubectl("create", "serviceaccount", "ops")
    stage.kubectl(
        *["create", "rolebinding", "ops", "--role=rollout-operator"],
        f"--serviceaccount={stage.namespace}:ops",
    )
    ops = Account(stage, "ops", accounts / "ops")
    place = {k: v for k, v in ops.environment.items() if k.startswith("KUBERNETES")}
    there = ["--service-account-dir", ops.folder]
    until(lambda: names(listed(*there, **place)) == ["fraud"], what="the role being known")
    said = listed(*there, "-n", "kube-system", code=1, **place)
    assert "system:serviceaccount" in said and "forbidden" in said
    assert "KUBERNETES_SERVICE_HOST" in listed(*there, code=1)
    (ops.folder / "ca.crt").unlink()
    assert f"{ops.folder}/ca.crt: No such file" in listed(*there, code=1, **place)
    for process in [*pods, controller]:
        assert process.stop() == 0
        assert "Bearer" not in process.errors and "eyJ" not in process.errors

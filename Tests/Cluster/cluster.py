"""A real Kubernetes API server on loopback: kube-apiserver and etcd, without nodes.

`build.sh` beside this file makes the server, once. Objects are stored, validated, watched and
guarded by RBAC as in any cluster; nothing runs pods, so tests make Pod objects themselves.

    with Cluster(folder) as cluster:
        cluster.kubectl("get", "namespaces")
"""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
START_SECONDS = 120
# Who may log in, as (token, name, groups): an administrator, and people for tests.
USERS = [
    ("administrators-token", "admin", "system:masters"),
    ("alice-token", "alice", "operators"),
    ("bob-token", "bob", "operators"),
]


def missing() -> str | None:
    """Why there can be no cluster on this machine; None when there can."""
    for program in ("etcd", "kubectl"):
        if not shutil.which(program):
            return f"{program} is not installed: `make cluster` gets what is needed"
    if not binary("kube-apiserver").exists():
        return "kube-apiserver is not built: `make cluster` does it, in some minutes"
    return None


def binary(name: str) -> pathlib.Path:
    cache = os.environ.get("VIGIE_CACHE") or pathlib.Path(
        os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache", "vigie"
    )
    return pathlib.Path(cache) / "kubernetes-1.20.2" / "bin" / name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Cluster:
    """etcd and kube-apiserver, from ready to stopped."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.processes: dict[str, subprocess.Popen] = {}
        self.etcd_port, self.etcd_peer_port, self.port = (free_port() for _ in range(3))
        self.server = f"https://127.0.0.1:{self.port}"

    def __enter__(self):
        try:
            self._keys()
            self.start_etcd()
            self.start_apiserver()
        except BaseException:
            self.stop()
            raise
        self.kubeconfig = self.write_kubeconfig("admin", USERS[0][0])
        return self

    def __exit__(self, *_):
        self.stop()

    # --- processes

    def _keys(self):
        key = self.folder / "service-accounts.pem"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        self._openssl(
            *["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=people"],
            *["-keyout", "people.key", "-out", "people.pem"],
        )
        lines = [f'{token},{name},{name},"{groups}"' for token, name, groups in USERS]
        (self.folder / "tokens.csv").write_text("\n".join(lines) + "\n")

    def _openssl(self, *arguments: str):
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def client_certificate(self, user: str, group: str) -> tuple[pathlib.Path, pathlib.Path]:
        """A certificate and its key, by which the server knows that user."""
        self._openssl(
            *["req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/O={group}/CN={user}"],
            *["-keyout", f"{user}.key", "-out", f"{user}.csr"],
        )
        self._openssl(
            *["x509", "-req", "-in", f"{user}.csr", "-CA", "people.pem", "-CAkey", "people.key"],
            *["-CAcreateserial", "-days", "2", "-out", f"{user}.pem"],
        )
        return self.folder / f"{user}.pem", self.folder / f"{user}.key"

    def _run(self, name: str, *command):
        log = (self.folder / f"{name}.log").open("a")
        self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log)

    def _wait(self, name: str, is_ready):
        deadline = time.monotonic() + START_SECONDS
        while not is_ready():
            process = self.processes[name]
            log = (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]
            assert process.poll() is None, f"{name} ended with {process.returncode}:\n{log}"
            assert time.monotonic() < deadline, f"{name} is not ready:\n{log}"
            time.sleep(0.1)

    def start_etcd(self):
        client = f"http://127.0.0.1:{self.etcd_port}"
        peer = f"http://127.0.0.1:{self.etcd_peer_port}"
        self._run(
            *["etcd", "etcd", "--data-dir", self.folder / "etcd", "--name", "vigie"],
            *["--listen-client-urls", client, "--advertise-client-urls", client],
            *["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
            *["--initial-cluster", f"vigie={peer}", "--logger", "zap"],
        )
        self._wait("etcd", lambda: _answers(f"{client}/health"))

    def start_apiserver(self):
        key = self.folder / "service-accounts.pem"
        self._run(
            "apiserver",
            binary("kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}",
            f"--secure-port={self.port}",
            "--bind-address=127.0.0.1",
            "--insecure-port=0",
            f"--cert-dir={self.folder / 'certificates'}",
            f"--token-auth-file={self.folder / 'tokens.csv'}",
            f"--client-ca-file={self.folder / 'people.pem'}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-signing-key-file={key}",
            f"--service-account-key-file={key}",
            # Nobody makes the accounts that this one would ask for: there is no controller manager.
            "--disable-admission-plugins=ServiceAccount",
        )
        self._wait("apiserver", lambda: _answers(f"{self.server}/readyz"))

    def compact(self, revision: int):
        """etcd forgets how things were before; watches from there are answered 410 Gone."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.etcd_port}/v3/kv/compaction",
            data=json.dumps({"revision": revision, "physical": True}).encode(),
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def kill(self, name: str):
        """kill -9, by the PID that was started here."""
        process = self.processes.pop(name)
        process.kill()
        process.wait()

    def stop(self):
        for process in reversed(list(self.processes.values())):
            process.terminate()
        for process in reversed(list(self.processes.values())):
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.processes.clear()

    # --- access

    @property
    def authority(self) -> pathlib.Path:
        """The server makes its own certificate, and puts its authority behind it."""
        return self.folder / "certificates/apiserver.crt"

    def write_kubeconfig(self, user: str, token: str, namespace: str = "default", **fields) -> str:
        """A kubeconfig of that user; `fields` replace the token, as `tokenFile=…` does."""
        path = self.folder / f"{user}.kubeconfig"
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "contexts": [
                {
                    "name": "test",
                    "context": {"cluster": "test", "user": user, "namespace": namespace},
                }
            ],
            "clusters": [
                {
                    "name": "test",
                    "cluster": {
                        "server": self.server,
                        "certificate-authority": str(self.authority),
                    },
                }
            ],
            "users": [{"name": user, "user": fields or {"token": token}}],
        }
        path.write_text(json.dumps(config, indent=1))
        return str(path)

    def try_kubectl(self, *arguments, stdin: str | None = None, kubeconfig: str | None = None):
        """Runs kubectl and gives what became of it."""
        return subprocess.run(
            ["kubectl", f"--cache-dir={self.folder / 'kubectl'}", *map(str, arguments)],
            check=False,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "KUBECONFIG": kubeconfig or self.kubeconfig},
        )

    def kubectl(self, *arguments, **how) -> str:
        done = self.try_kubectl(*arguments, **how)
        assert done.returncode == 0, f"kubectl {' '.join(map(str, arguments))}: {done.stderr}"
        return done.stdout

    def get(self, *arguments, **how):
        """An object, or a list of them."""
        return json.loads(self.kubectl("get", *arguments, "-o", "json", **how))

    def apply(self, *objects, **how) -> str:
        """`kubectl apply` of objects; unchecked by kubectl, so that the server's own words are seen."""
        text = "\n".join(json.dumps(one) for one in objects)
        return self.kubectl("apply", "--validate=false", "-f", "-", stdin=text, **how)

    def token(self, account: str, namespace: str = "default", seconds: int = 3600) -> str:
        """A service account's token, as a pod is given one (TokenRequest)."""
        answer = self.kubectl(
            *["create", "--raw"],
            f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token",
            *["-f", "-"],
            stdin=json.dumps(
                {
                    "apiVersion": "authentication.k8s.io/v1",
                    "kind": "TokenRequest",
                    "spec": {"expirationSeconds": seconds},
                }
            ),
        )
        return json.loads(answer)["status"]["token"]

    def install_crd(self, *files: pathlib.Path):
        """Applies definitions and waits until the server knows them."""
        for file in files:
            self.kubectl("apply", "--validate=false", "-f", file)
            wait = ["wait", "--for=condition=Established", "--timeout=60s", "-f", file]
            # kubectl stumbles over a definition that has no conditions yet, rather than wait for them.
            deadline = time.monotonic() + 60
            while self.try_kubectl(*wait).returncode != 0 and time.monotonic() < deadline:
                time.sleep(0.2)
            self.kubectl(*wait)


def _answers(url: str) -> bool:
    # The certificate may be a moment old, or not there yet: this asks only whether it is up.
    trust = ssl._create_unverified_context()
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {USERS[0][0]}"})
    with contextlib.suppress(OSError):
        with urllib.request.urlopen(request, timeout=2, context=trust) as answer:
            return answer.status == 200
    return False

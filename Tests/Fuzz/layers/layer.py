"""What all layers share: seeds, a pod that must stay up, a command that must not crash."""

import pathlib
import re
import subprocess
import sys
import time

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
CONFORMANCE = CORPUS.parents[1] / "Conformance"
sys.path.insert(0, str(CONFORMANCE))

from harness import DEMO, Pod, binary  # noqa: E402

COMMAND_SECONDS = 60
CRASH = re.compile(
    r"Fatal error|AddressSanitizer|ThreadSanitizer|stack overflow|Segmentation fault"
)


class Finding(Exception):
    """An input that the product did not stand."""


class Layer:
    """Seeds are the files of corpus/<name>."""

    name: str

    def __init__(self, dice, folder: pathlib.Path):
        self.dice, self.folder = dice, folder
        self.seeds = {path.name: path.read_bytes() for path in sorted(self.corpus.iterdir())}
        assert self.seeds, f"{self.corpus} is empty: run Tests/Fuzz/seeds.py"

    @property
    def corpus(self) -> pathlib.Path:
        return CORPUS / self.name

    def attempt(self, seed: str, data: bytes):
        """Tries one input; raises a Finding when the product does not stand it."""
        raise NotImplementedError

    def settle(self):
        """Called now and then: raises a Finding when something before has done harm."""

    def close(self):
        """Ends what it has begun."""

    def run(self, *arguments, codes=(0, 1, 2, 64, 78), **options) -> subprocess.CompletedProcess:
        """Runs `vigie`, which must end by itself and not by a signal."""
        command = [binary("vigie"), *arguments]
        try:
            result = subprocess.run(
                command,
                capture_output=True,
                timeout=COMMAND_SECONDS,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                **options,
            )
        except subprocess.TimeoutExpired as error:
            raise Finding(f"it did not end within {COMMAND_SECONDS} s: {arguments}") from error
        output = (result.stdout + result.stderr).decode(errors="replace")
        if result.returncode not in codes or CRASH.search(output):
            raise Finding(f"exit code {result.returncode}: {output[-2000:]}")
        return result


class PodLayer(Layer):
    """A layer that talks to a running pod."""

    LIMITS = ["--handshake-timeout=2s", "--header-timeout=2s", "--request-timeout=2s"]

    def __init__(self, dice, folder):
        super().__init__(dice, folder)
        self.pod = Pod(
            f"--registry={DEMO}",
            "--listen=127.0.0.1:0",
            "--admin=127.0.0.1:0",
            "--max-request-bytes=1MiB",
            "--max-batch-rows=1000",
            f"--log-file={folder / f'{self.name}.log'}",
            *self.LIMITS,
            *self.flags(),
        )

    def flags(self) -> list[str]:
        """More settings of the pod, once the seeds are read."""
        return []

    @property
    def port(self) -> int:
        return int(self.pod.address.rsplit(":", 1)[1])

    @property
    def admin_port(self) -> int:
        return int(self.pod.admin.rsplit(":", 1)[1])

    def settle(self):
        """The pod is up and answers."""
        until = time.monotonic() + 20
        while True:
            if self.pod.process.poll() is not None:
                errors = self.pod.process.communicate()[1]
                raise Finding(f"the pod ended with {self.pod.process.returncode}: {errors[-2000:]}")
            try:
                if self.pod.get("/readyz")[0] == 200 and self.answers():
                    return
            except OSError as error:
                if time.monotonic() > until:
                    raise Finding(f"the pod does not answer: {error}") from error
            if time.monotonic() > until:
                raise Finding("the pod is not ready any more, or does not answer rightly")

    def answers(self) -> bool:
        from h2_client import Client, framed

        with Client(self.port) as client:
            client.socket.settimeout(10)
            answer = client.call(framed(b"\x0a\x02hi"), "/vigie.v1.Diagnostics/Ping")
        return answer.grpc_status == 0 and answer.body == framed(b"\x0a\x02hi")

    def close(self):
        if self.pod.process.poll() is None and (code := self.pod.stop()) != 0:
            raise Finding(f"the pod ended with {code}: {self.pod.errors[-2000:]}")

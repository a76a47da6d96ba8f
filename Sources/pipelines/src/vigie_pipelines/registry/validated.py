"""Publishing through the pod's own program, which loads a version before anybody sees it."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.registry.publish import Manifest, publish

VARIABLE = "VIGIE_BINARY"
"""Names the program, where no flag does."""


def find_program(given: Path | None) -> Path:
    """The program `vigie`: what was given, else $VIGIE_BINARY, else the one on the PATH.

    PipelineError when there is none that can be run.
    """
    for name, source in ((given, "--vigie"), (os.environ.get(VARIABLE), f"${VARIABLE}")):
        if name:
            if not os.access(name, os.X_OK) or Path(name).is_dir():
                raise PipelineError(f"{source}: there is no program {name}")
            return Path(name).absolute()
    found = shutil.which("vigie")
    if found is None:
        raise PipelineError(
            "there is no program `vigie` on the PATH that could load the model as a pod would: "
            "give --vigie FILE, or publish it unseen by --unvalidated"
        )
    return Path(found)


@dataclass(frozen=True)
class Published:
    """What came of it."""

    name: str
    version: int
    key_id: str | None


@dataclass(frozen=True)
class Publisher:
    """Calls `vigie models publish`."""

    program: Path
    registry: str
    """A folder, or a URL (s3://…, mlflow+http://…)."""
    sign_key: Path | None = None

    def publish(
        self,
        name: str,
        manifest: Manifest,
        write: Callable[[Path], str],
        *,
        version: int | None = None,
    ) -> Published:
        """Has a version loaded, warmed up, signed if there is a key, and published.

        As `registry.publish.publish`, and PipelineError with the program's own words, which name
        the field, when it does not take it; nothing is then published.
        """
        if version is not None and (Path(self.registry) / name / str(version)).exists():
            raise PipelineError(
                f"{self.registry}/{name}/{version} exists, and versions are immutable: "
                "publish another one"
            )
        with tempfile.TemporaryDirectory(prefix="vigie-register-") as staging:
            folder = publish(Path(staging), name, manifest, write)
            if "://" not in self.registry:
                Path(self.registry).mkdir(parents=True, exist_ok=True)
            command = [str(self.program), "models", "publish", str(folder), "--model", name]
            command += ["--registry", self.registry, "--output", "json"]
            if version is not None:
                command += ["--from", str(version)]
            if self.sign_key is not None:
                command += ["--sign-key", str(self.sign_key)]
            try:
                ended = subprocess.run(command, capture_output=True, text=True, check=False)
            except OSError as error:
                raise PipelineError(f"cannot run {self.program}: {error.strerror}") from None
            if ended.returncode != 0:
                # The staged folder is nobody's business, and gone by then.
                words = ended.stderr.strip().replace(str(folder), name).removeprefix("Error: ")
                raise PipelineError(f"not published: {words or f'exit status {ended.returncode}'}")
            try:
                told = json.loads(ended.stdout)
                return Published(told["model"], int(told["version"]), told["keyId"])
            except (ValueError, KeyError, TypeError):
                raise PipelineError(
                    f"{self.program} is no `vigie` that can publish: it said {ended.stdout[:200]!r}"
                ) from None

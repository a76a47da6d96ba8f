"""Puts a version into a registry folder so that nobody ever sees half of it."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.registry.manifest import check

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_VERSION = re.compile(r"[1-9][0-9]*")

Manifest = dict[str, object]


def versions(registry: Path, name: str) -> list[int]:
    """The versions of a model that are there, ascending."""
    folder = registry / name
    if not folder.is_dir():
        return []
    return sorted(int(e.name) for e in folder.iterdir() if _VERSION.fullmatch(e.name))


def sha256(path: Path) -> str:
    """The file's SHA-256 in 64 lower-case hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def publish(
    registry: Path,
    name: str,
    manifest: Manifest,
    write: Callable[[Path], str],
    *,
    version: int | None = None,
) -> Path:
    """Writes payload and manifest beside their place, syncs them, and renames; the new folder.

    `write` puts the payload into the folder it is given and returns the model file's name. The
    manifest's `name`, `version`, `files` and `entry` are filled in here. Without `version` it is
    the next free one. A version that exists is never touched: PipelineError.
    """
    if not NAME.fullmatch(name):
        raise PipelineError(f"{name!r} is no model name: it must match {NAME.pattern}")
    chosen = version or max(versions(registry, name), default=0) + 1
    target = registry / name / str(chosen)
    if target.exists():
        raise PipelineError(f"{target} exists, and versions are immutable: publish another one")
    target.parent.mkdir(parents=True, exist_ok=True)
    # A pod ignores folders that begin with a dot; the process id keeps two publishers apart.
    partial = target.parent / f".{chosen}.{os.getpid()}.partial"
    partial.mkdir()
    try:
        entry = write(partial)
        # The model file first: a pod takes the first one for it.
        paths = sorted(
            (p for p in partial.rglob("*") if p.is_file()),
            key=lambda p: (p.relative_to(partial).as_posix() != entry, p.as_posix()),
        )
        whole = {
            "schema": 1,
            "name": name,
            "version": chosen,
            **manifest,
            "files": [
                {
                    "path": path.relative_to(partial).as_posix(),
                    "sha256": sha256(path),
                    "bytes": path.stat().st_size,
                }
                for path in paths
            ],
            "entry": entry,
        }
        check(whole)
        text = json.dumps(whole, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        (partial / "manifest.json").write_text(text, encoding="utf-8")
        for path in [*paths, partial / "manifest.json", partial]:
            _sync(path)
        # Fails when somebody else has published this version meanwhile: theirs is not empty.
        try:
            partial.rename(target)
        except OSError as error:
            raise PipelineError(f"{target} has appeared meanwhile: publish again") from error
        _sync(target.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return target


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

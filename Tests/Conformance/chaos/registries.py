"""Changes to a copy of the demo registry."""

import json
import pathlib
import shutil


def publish(registry: pathlib.Path, model: str, version: int, *, source: int = 1):
    """A further version, the same as another: written beside, and renamed."""
    folder = registry / "published.tmp"
    shutil.copytree(registry / model / str(source), folder)
    change(folder / "manifest.json", version=version)
    folder.rename(registry / model / str(version))


def change(manifest: pathlib.Path, **members):
    content = json.loads(manifest.read_text())
    content.update(members)
    manifest.write_text(json.dumps(content))


def record_nothing(registry: pathlib.Path, model: str):
    """Its decisions leave no record, whatever the pod's decision log is."""
    for manifest in registry.glob(f"{model}/*/manifest.json"):
        change(manifest, decisionLog={"mode": "off"})

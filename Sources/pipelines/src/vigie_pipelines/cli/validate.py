"""`vigie-pipelines validate`: whether a registry's versions are what their manifests say."""

import argparse
import json
from pathlib import Path

from vigie_pipelines.registry.manifest import problems
from vigie_pipelines.registry.publish import sha256, versions


def add(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the command to the parser."""
    parser = subparsers.add_parser(
        "validate",
        help="check a registry's manifests, sizes and SHA-256",
        description="Checks every version in a registry folder: the manifest against its schema "
        "and itself, and the files against their sizes and SHA-256. Exit status 1 when anything "
        "is wrong.",
    )
    parser.add_argument("registry", type=Path, metavar="DIR", help="the registry folder")
    parser.set_defaults(run=run)


def version_problems(folder: Path) -> list[str]:
    """Everything that is wrong with one version's folder; empty when it is good."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return [f"manifest.json: {error}"]
    found = problems(manifest)
    if found:
        return found
    if manifest.get("name", folder.parent.name) != folder.parent.name:
        found.append("name: is not the folder's")
    if manifest.get("version", int(folder.name)) != int(folder.name):
        found.append("version: is not the folder's")
    for entry in manifest["files"]:
        file = folder / entry["path"]
        if not file.is_file():
            found.append(f"{entry['path']}: is not there")
        elif file.stat().st_size != entry.get("bytes", file.stat().st_size):
            found.append(f"{entry['path']}: has {file.stat().st_size} bytes, not {entry['bytes']}")
        elif sha256(file) != entry["sha256"]:
            found.append(f"{entry['path']}: SHA-256 differs from the manifest's")
    return found


def run(options: argparse.Namespace) -> int:
    """Prints a line a version, and what is wrong with it."""
    if not options.registry.is_dir():
        raise NotADirectoryError(f"{options.registry} is not a folder")
    bad = count = 0
    for model in sorted(p for p in options.registry.iterdir() if p.is_dir()):
        for version in versions(options.registry, model.name):
            count += 1
            found = version_problems(model / str(version))
            bad += bool(found)
            print(f"{'BAD' if found else 'ok ':3} {model.name}/{version}")
            for problem in found:
                print(f"      {problem}")
    print(f"{count} versions, {bad} bad")
    return 1 if bad or not count else 0

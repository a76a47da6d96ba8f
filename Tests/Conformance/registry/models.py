"""Small models for registries: scorecards whose log-odds are the version for every row."""

import hashlib
import json
import os


def scorecard(value: float) -> bytes:
    feature = {"name": "age", "coefficient": 2, "edges": [30, 60], "woe": [0.5, 0.5, 0.5]}
    feature |= {"missingWoe": 0.5, "meanWoe": 0.5}
    model = {"format": "vigie-scorecard", "formatVersion": 1, "intercept": value - 1}
    return json.dumps(model | {"features": [feature]}).encode()


def manifest(payload: bytes, name: str, version: int, **more) -> bytes:
    digest = hashlib.sha256(payload).hexdigest()
    feature = {"name": "age", "min": 18, "max": 120, "missing": "allow"}
    file = {"path": "scorecard.json", "sha256": digest, "bytes": len(payload)}
    whole = {"schema": 1, "name": name, "version": version, "flavor": "scorecard"}
    whole |= {"files": [file], "signature": {"features": [feature]}} | more
    return json.dumps(whole, indent=2).encode()


def files(name: str, version: int, **more) -> dict[str, bytes]:
    """All files of a version."""
    payload = scorecard(version)
    return {
        "scorecard.json": payload,
        "manifest.json": manifest(payload, name, version, **more),
    }


def large(version: int, kilobytes: int = 3000, padding: int = 0) -> dict[str, bytes]:
    """A version with a large second file; its model file has spaces at its end."""
    payload, more = scorecard(version) + b" " * padding, os.urandom(1024) * kilobytes
    whole = json.loads(manifest(payload, "credit", version))
    whole["files"].append(
        {"path": "data/notes.bin", "sha256": hashlib.sha256(more).hexdigest(), "bytes": len(more)}
    )
    return {
        "scorecard.json": payload,
        "data/notes.bin": more,
        "manifest.json": json.dumps(whole).encode(),
    }

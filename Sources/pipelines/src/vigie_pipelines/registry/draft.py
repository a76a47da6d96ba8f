"""The part of a manifest that training knows, whatever is trained."""

import os
from collections.abc import Mapping
from datetime import UTC, datetime

from vigie_pipelines import __version__
from vigie_pipelines.data.dataset import Dataset, fingerprint

_METRIC_DIGITS = 6


def draft(
    *,
    namespace: str,
    description: str,
    flavor: str,
    dataset: Dataset,
    library: str,
    seed: int,
    metrics: Mapping[str, float],
    reference: Mapping[str, object],
    **more: object,
) -> dict[str, object]:
    """All of the manifest that does not depend on where it is published.

    `dataset` is what the model was trained on; its features are the signature and their reasons the
    reasons. `more` are further keys of the manifest: calibration, decision, explanation.
    """
    reasons = {f.name: {"code": f.code, "text": f.reason} for f in dataset.features if f.code}
    return {
        "namespace": namespace,
        "description": description,
        "created": _now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "author": f"vigie-pipelines {__version__}",
        "flavor": flavor,
        "signature": {"features": [feature.signature() for feature in dataset.features]},
        **({"reasons": reasons} if reasons else {}),
        **more,
        "labels": [],
        "training": {
            "dataset": dataset.title,
            "source": dataset.source,
            "licence": dataset.licence,
            "notes": list(dataset.notes),
            "rows": len(dataset),
            "fingerprint": fingerprint(dataset),
            "library": library,
            "seed": seed,
        },
        "metrics": {name: round(float(value), _METRIC_DIGITS) for name, value in metrics.items()},
        "reference": dict(reference),
    }


def _now() -> datetime:
    """The time, or SOURCE_DATE_EPOCH's, so that a build can be repeated to the byte."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)

"""Manifests of cash models."""

from vigie_pipelines.cash.accuracy import Accuracy
from vigie_pipelines.cash.panel import Panel
from vigie_pipelines.cash.policy import Outcome
from vigie_pipelines.registry.draft import head

NAMESPACE = "cash"


def manifest(
    *,
    description: str,
    flavor: str,
    panel: Panel,
    days: int,
    library: str,
    seed: int,
    accuracy: Accuracy,
    outcome: Outcome | None,
) -> dict[str, object]:
    """All of the manifest that does not depend on where it is published.

    A forecaster takes tensors whose meaning its flavor fixes, so that there is no signature.
    """
    metrics = {"smape": accuracy.smape, "mase": accuracy.mase}
    if outcome is not None:
        metrics |= {
            "stock_out": outcome.stock_out,
            "unmet": outcome.unmet,
            "leftover": outcome.leftover,
            "cost_per_mille": outcome.cost,
        }
    return {
        **head(NAMESPACE, description, flavor),
        "labels": [],
        "training": {
            "dataset": panel.title,
            "source": panel.source,
            "licence": panel.licence,
            "notes": list(panel.notes),
            "rows": len(panel.names) * days,
            "fingerprint": panel.fingerprint(),
            "library": library,
            "seed": seed,
        },
        "metrics": {name: round(value, 6) for name, value in metrics.items()},
    }

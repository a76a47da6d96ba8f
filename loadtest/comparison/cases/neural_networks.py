"""Dense networks and an LSTM: one row, and batches."""

from __future__ import annotations

from collections.abc import Callable

from comparison import contestants as by
from comparison.case import Case
from comparison.models import networks
from comparison.models.networks import Network

BATCH = 256


def _case(key: str, title: str, network: Network, *, target: float | None, batch: int = 1) -> Case:
    rows = "one row" if batch == 1 else f"{batch} rows"
    return Case(
        key,
        f"{title}, {rows}",
        by.vigie(network.model, "onnx", network.rows, batch=batch),
        [by.onnx_runtime(network.model, network.rows, target=target, batch=batch)],
        batch=batch,
    )


def mlp_one() -> Case:
    return _case("mlp-1", "MLP 30-64-32-1", networks.mlp(), target=3)


def mlp_many() -> Case:
    return _case("mlp-256", "MLP 30-64-32-1", networks.mlp(), target=1, batch=BATCH)


def autoencoder_one() -> Case:
    network = networks.autoencoder()
    return _case("autoencoder-1", "autoencoder 30-16-8-16-30", network, target=3)


def autoencoder_many() -> Case:
    network = networks.autoencoder()
    title = "autoencoder 30-16-8-16-30"
    return _case("autoencoder-256", title, network, target=1, batch=BATCH)


def lstm_one() -> Case:
    return _case("lstm-1", "LSTM of 64 units, 56 steps", networks.lstm(), target=1)


def lstm_many() -> Case:
    network = networks.lstm()
    return _case("lstm-32", "LSTM of 64 units, 56 steps", network, target=None, batch=32)


CASES: dict[str, Callable[[], Case]] = {
    "mlp-1": mlp_one,
    "mlp-256": mlp_many,
    "autoencoder-1": autoencoder_one,
    "autoencoder-256": autoencoder_many,
    "lstm-1": lstm_one,
    "lstm-32": lstm_many,
}

"""The corpus of Tests/Fuzz, and some seconds of inputs that nobody has tried."""

import os
import pathlib
import random
import sys

import pytest

FUZZ = pathlib.Path(__file__).resolve().parents[2] / "Fuzz"
SECONDS = float(os.environ.get("VIGIE_FUZZ_SECONDS", "20"))
LAYERS = sorted(path.name for path in (FUZZ / "corpus").iterdir())


@pytest.mark.parametrize("layer", LAYERS)
def test_what_nobody_should_send_does_no_harm(layer, monkeypatch):
    monkeypatch.setattr(sys, "path", [str(FUZZ), *sys.path])
    from fuzz import fuzz

    seed = int(os.environ.get("VIGIE_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"VIGIE_SEED={seed}")
    assert fuzz(SECONDS / len(LAYERS), seed, [layer]) == []

"""The committed utterances: `corpus/<intent>.toml`, one file an intent, both languages in each.

`templates` and `examples` make the training set; `held_out` are sentences written by hand, none of
them of a template or an example, that nothing is trained or tuned on.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from vigie_pipelines.intents.noise import disturbed
from vigie_pipelines.intents.templates import Slots, expansions

LANGUAGES = ("en", "fr")
OUT_OF_SCOPE = "out_of_scope"
PER_INTENT = 60
"""Utterances an intent and language, before disturbed copies of them."""
EXAMPLE_COPIES = 3
_SLOTS = "slots"


@dataclass(frozen=True)
class Utterances:
    """Parallel lists."""

    texts: list[str]
    intents: list[str]
    languages: list[str]
    groups: list[int]
    """Copies of one utterance share a number: they belong on one side of a split."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.texts)


@cache
def _read(name: str) -> dict[str, dict[str, list[str]]]:
    text = (files("vigie_pipelines.intents") / "corpus" / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def intents() -> tuple[str, ...]:
    """All intents in alphabetical order: the classifier's classes."""
    folder = files("vigie_pipelines.intents") / "corpus"
    names = (entry.name.removesuffix(".toml") for entry in folder.iterdir())
    return tuple(sorted(name for name in names if name != _SLOTS))


def training(seed: int, per_intent: int = PER_INTENT) -> Utterances:
    """Expanded templates, each followed by a disturbed copy: as people type on a telephone."""
    random = np.random.default_rng(seed)
    made = Utterances([], [], [], [])
    group = 0
    for intent in intents():
        for language in LANGUAGES:
            slots: Slots = _read(_SLOTS)[language]
            templates = _read(intent)[language]["templates"]
            expanded = expansions(templates, slots, per_intent, random)
            for text in [*expanded, *_read(intent)[language]["examples"]]:
                # An example stands for itself: it gets more copies than one of many expansions.
                copies = EXAMPLE_COPIES if text not in expanded else 1
                for version in (text, *(disturbed(text, random) for _ in range(copies))):
                    made.texts.append(version)
                    made.intents.append(intent)
                    made.languages.append(language)
                    made.groups.append(group)
                group += 1
    return made


def held_out() -> Utterances:
    """The hand-written test set."""
    made = Utterances([], [], [], [])
    for intent in intents():
        for language in LANGUAGES:
            for text in _read(intent)[language]["held_out"]:
                made.texts.append(text)
                made.intents.append(intent)
                made.languages.append(language)
                made.groups.append(len(made.groups))
    return made

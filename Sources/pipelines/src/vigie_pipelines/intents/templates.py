"""Utterances from templates: `(a|b)` is a choice, `{slot}` a word or phrase of the slot's list.

An empty choice, as in `(please|)`, leaves nothing. Choices may not be nested.
"""

import re

import numpy as np

from vigie_pipelines.errors import PipelineError

_CHOICE = re.compile(r"\(([^()]*)\)")
_SLOT = re.compile(r"\{(\w+)\}")
_SPACES = re.compile(r"\s+")
_TRIES_PER_UTTERANCE = 40

Slots = dict[str, list[str]]


def expand(template: str, slots: Slots, random: np.random.Generator) -> str:
    """One utterance of a template; PipelineError for a slot that there is not."""

    def choose(match: re.Match[str]) -> str:
        options = match[1].split("|")
        return options[random.integers(len(options))]

    def fill(match: re.Match[str]) -> str:
        if match[1] not in slots:
            raise PipelineError(f"template {template!r} has no such slot: {match[1]}")
        values = slots[match[1]]
        return values[random.integers(len(values))]

    # Twice: choices hold slots, and slots hold neither.
    text = _SLOT.sub(fill, _CHOICE.sub(choose, template))
    return _SPACES.sub(" ", text).strip()


def expansions(
    templates: list[str], slots: Slots, count: int, random: np.random.Generator
) -> list[str]:
    """Up to `count` different utterances, templates in turn; fewer when there are no more."""
    found: dict[str, None] = {}
    for turn in range(count * _TRIES_PER_UTTERANCE):
        if len(found) == count:
            break
        found[expand(templates[turn % len(templates)], slots, random)] = None
    return list(found)

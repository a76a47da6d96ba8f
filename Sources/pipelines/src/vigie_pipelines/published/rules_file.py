"""vigie-rules: decision rules as a file that a pod serves (flavor `rules`).

Format, version 1, `rules.json`; keys that are not listed are refused::

    {
      "format": "vigie-rules", "formatVersion": 1,
      "description": "…",                          optional
      "policy": "sum" | "max" | "first_match",
      "inputs": [{"name": "card.count_1h",
                  "type": "number" | "integer" | "boolean" | "text" | "timestamp" | "duration",
                  "missing": "reject" | "allow",   optional: reject
                  "values": ["FR", "US"],          optional, of a text: all that there are
                  "unit": "…", "description": "…"}],
      "lists": {"risky": ["KP", "IR"], "mcc": [7995, {"from": 6010, "to": 6012}]},    optional
      "let": {"ratio": "amount / coalesce(card.mean_7d, 50)"},                         optional
      "base": 0,                                   optional: a number or an expression
      "rules": [{"id": "burst", "when": "card.count_1h >= 5 and country in risky",
                 "score": 30,                      optional: 0; a number or an expression
                 "decision": "block",              optional: goes before the band's
                 "reason": {"code": "F01", "text": "…"},                               optional
                 "priority": 0, "enabled": true, "tags": [], "description": "…",       optional
                 "from": "2026-01-31T00:00:00Z", "until": "…"}],                       optional
      "bands": [{"name": "high", "from": 30, "below": 60, "decision": "review",
                 "reason": {"code": "B01", "text": "…"}}],                             optional
      "default": {"band": "…", "decision": "…", "reason": {…}},                        optional
      "tests": [{"name": "…", "given": {"amount": 10}, "expect":
                 {"score": 0, "band": "…", "decision": "…", "fired": [], "unknown": []}}]
    }

The language of `when`, `let`, `base` and `score` is in
Sources/VigieEngine/Expressions/Language/GRAMMAR.md. Rules are evaluated by priority, the greatest
first, then in the file's order. `sum`: score = base + the scores of all that fire. `max`: the
greatest of them and the base. `first_match`: the first that fires gives its score, and ends the
evaluation; the base if none does. A rule whose condition or score is unknown (something that it
needs is missing) does not fire and is reported. The decision is that of the first fired rule that
has one, else the band's (`from` ≤ score < `below`; without `below` up to the next one's `from`),
else the default's. `from` and `until` of a rule need an input `now` of the type timestamp.

Every test is run when a pod loads the file; one that fails refuses the version.

Tensors: an input [-1] a rule file's input, all of one length. number: FP64; integer, timestamp and
duration (both in milliseconds): INT64; boolean: BOOL; text: BYTES, an empty one is missing. With
`"missing": "allow"` scalars are FP64 with NaN for missing, and the whole input may be left out.
Outputs: `score` FP64 [-1]; `band`, `decision` BYTES [-1]; `fired`, `unknown` BYTES [-1], JSON
arrays of ids in the order of evaluation; `reasons` BYTES [-1], a JSON array of {"rule" or "band",
"score", "code", "text"}; `fired_mask` BOOL [-1, rules], in the file's order.
"""

import json
from pathlib import Path
from typing import Any

from vigie_pipelines.errors import PipelineError

FORMAT = "vigie-rules"
FILE_NAME = "rules.json"

_POLICIES = ("sum", "max", "first_match")


def rules_document(
    policy: str,
    inputs: list[dict[str, Any]],
    rules: list[dict[str, Any]],
    **more: Any,  # noqa: ANN401  (lists, let, base, bands, default, tests, description: JSON)
) -> dict[str, Any]:
    """A rule file of these parts; `let` is given as `let=`.

    What only the engine can check (expressions, names, tests) is checked when a pod, or `vigie
    models verify`, loads it. Raises PipelineError for an unknown policy and for ids that repeat.
    """
    if policy not in _POLICIES:
        raise PipelineError(f"policy is {policy!r}; it must be one of {', '.join(_POLICIES)}")
    ids = [rule["id"] for rule in rules]
    repeated = sorted({i for i in ids if ids.count(i) > 1})
    if repeated:
        raise PipelineError(f"rules: {', '.join(repeated)}: an id occurs twice")
    document = {"format": FORMAT, "formatVersion": 1, "policy": policy, "inputs": inputs}
    return document | more | {"rules": rules}


def write_rules(folder: Path, document: dict[str, Any]) -> str:
    """Writes the file into a version's folder; its name, as `publish` wants it."""
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return FILE_NAME

"""Publishes watchlist-demo/1 and /2: a list of invented names, and what it is a month later.

    python tools/make_watchlist_demo.py REGISTRY

Nobody on it exists: given names and surnames are made of syllables, from a seed, and countries are
codes that ISO 3166 leaves to users (xa … xc). The second version drops two entries, adds three and
changes four, for `vigie models diff watchlist-demo 1 2`.
"""

import random
import sys
from pathlib import Path
from typing import Any

from vigie_pipelines.published.watchlist_file import watchlist_document, write_watchlist
from vigie_pipelines.registry.publish import publish

_ONSETS = ["br", "dv", "fj", "gl", "hv", "kl", "mr", "pl", "qu", "sv", "tz", "vr", "zh", "é", "ö"]
_VOWELS = ["a", "e", "i", "o", "u", "ae", "ou", "ÿ"]
_CODAS = ["", "n", "rk", "sk", "lt", "mb", "x", "ndt"]
_COUNTRIES = ["xa", "xb", "xc"]


def _word(draw: random.Random, syllables: int) -> str:
    word = "".join(draw.choice(_ONSETS) + draw.choice(_VOWELS) for _ in range(syllables))
    return (word + draw.choice(_CODAS)).capitalize()


def _entry(number: int, draw: random.Random) -> dict[str, Any]:
    kind = draw.choice(["person", "person", "person", "organisation", "vessel"])
    given, family = _word(draw, 2), _word(draw, 3)
    entry: dict[str, Any] = {"id": f"DEMO-{number:04}", "type": kind}
    if kind == "person":
        entry["names"] = [
            {"text": f"{given} {family}", "kind": "primary"},
            {"text": f"{family.upper()}, {given}", "kind": "alias"},
        ]
        entry["birthDates"] = [f"{draw.randint(1940, 1999)}-{draw.randint(1, 12):02}"]
        number_ = f"{draw.choice('XYZ')}{draw.randint(0, 9_999_999):07}"
        entry["identifiers"] = [{"kind": "passport", "value": number_}]
    elif kind == "organisation":
        entry["names"] = [{"text": f"{family} & {given} Trading", "kind": "primary"}]
    else:
        entry["names"] = [{"text": f"MV {family}", "kind": "primary"}]
        entry["identifiers"] = [{"kind": "imo", "value": f"IMO {draw.randint(0, 999_999):07}"}]
    return entry | {
        "countries": [draw.choice(_COUNTRIES)],
        "programs": [draw.choice(["DEMO-1", "DEMO-2"])],
        "remarks": "invented",
    }


def _a_month_later(entries: list[dict[str, Any]], draw: random.Random) -> list[dict[str, Any]]:
    kept = [dict(entry) for entry in entries if entry["id"] not in ("DEMO-0003", "DEMO-0007")]
    kept[0]["countries"] = ["xd"]
    kept[1]["names"] = [*kept[1]["names"], {"text": _word(draw, 2), "kind": "weak"}]
    kept[2]["programs"] = ["DEMO-1", "DEMO-2"]
    kept[3]["remarks"] = "invented, and amended"
    return [*kept, *(_entry(number, draw) for number in range(101, 104))]


def main(registry: Path) -> None:
    """Publishes both versions."""
    draw = random.Random(20_261_125)
    first = [_entry(number, draw) for number in range(1, 61)]
    lists = [("2026-01-31", first), ("2026-02-28", _a_month_later(first, draw))]
    for version, (date, entries) in enumerate(lists, start=1):
        document = watchlist_document(entries, name="Demo list", source="invented", date=date)
        manifest: dict[str, object] = {
            "flavor": "watchlist",
            "namespace": "compliance",
            "description": "Invented names, to try screening and the diff of two versions.",
            "created": f"{date}T00:00:00Z",
            "author": "tools/make_watchlist_demo.py",
            "metrics": {
                "entries": len(entries),
                "names": sum(len(entry["names"]) for entry in entries),
            },
        }
        publish(
            registry,
            "watchlist-demo",
            manifest,
            lambda folder, document=document: write_watchlist(folder, document),
            version=version,
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

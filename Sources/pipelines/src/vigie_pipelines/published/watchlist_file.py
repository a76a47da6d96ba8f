"""vigie-watchlist: names to screen against, as a file that a pod serves (flavor `watchlist`).

Format, version 1, `watchlist.json`; keys that are not listed are refused::

    {
      "format": "vigie-watchlist", "formatVersion": 1,
      "list": {"name": "…", "source": "…", "date": "2026-01-31", "description": "…"},    optional
      "entries": [{
        "id": "E-1",                            unique
        "type": "person" | "organisation" | "vessel" | "aircraft" | "other",
        "names": [{"text": "…", "kind": "primary" | "alias" | "weak"}],    kind: optional, alias
        "birthDates": ["1970", "1970-02", "1970-02-03"],
        "countries": ["fr"],                    ISO 3166-1 alpha-2, or a list's own codes
        "identifiers": [{"kind": "passport", "value": "12AB34567", "country": "fr"}],
        "programs": ["…"], "sources": ["…"], "remarks": "…"                                 optional
      }]
    }

Tensors: inputs `name` and `identifier`, BYTES [-1], each optional, an empty one asks nothing;
outputs `matches` BYTES [-1], a JSON array of ids in the file's order, and `count` INT64 [-1]. Names
match when they are equal after normalisation, identifiers when they are equal without space,
punctuation and case.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from vigie_pipelines.errors import PipelineError

FORMAT = "vigie-watchlist"
FILE_NAME = "watchlist.json"

Entry = dict[str, Any]

_SCHEMAS = {
    "Person": "person",
    "Organization": "organisation",
    "Company": "organisation",
    "LegalEntity": "organisation",
    "PublicBody": "organisation",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}
"""FollowTheMoney's schemata, as types here."""

_IDENTIFIERS = {
    "passportNumber": "passport",
    "idNumber": "id",
    "taxNumber": "tax",
    "registrationNumber": "registration",
    "leiCode": "lei",
    "swiftBic": "bic",
    "imoNumber": "imo",
    "mmsi": "mmsi",
}
"""FollowTheMoney's properties that are identifiers, as kinds here."""


def watchlist_document(
    entries: Iterable[Entry],
    **about: str,
) -> dict[str, Any]:
    """A watchlist of these entries; `about`: name, source, date, description of the list.

    Raises PipelineError when an id repeats or an entry has no name.
    """
    listed = list(entries)
    seen: set[str] = set()
    for entry in listed:
        if entry["id"] in seen:
            raise PipelineError(f"entries: the id {entry['id']!r} occurs twice")
        if not entry.get("names"):
            raise PipelineError(f"entries: {entry['id']!r} has no name")
        seen.add(entry["id"])
    document: dict[str, Any] = {"format": FORMAT, "formatVersion": 1}
    if about:
        document["list"] = about
    return document | {"entries": listed}


def write_watchlist(folder: Path, document: dict[str, Any]) -> str:
    """Writes the file into a version's folder, an entry a line; its name for `publish`."""
    head = {key: value for key, value in document.items() if key != "entries"}
    lines = [json.dumps(e, ensure_ascii=False, allow_nan=False) for e in document["entries"]]
    text = json.dumps(head, ensure_ascii=False, allow_nan=False)[:-1]
    body = ",\n".join(lines)
    (folder / FILE_NAME).write_text(f'{text}, "entries": [\n{body}\n]}}\n', encoding="utf-8")
    return FILE_NAME


def read_entities(file: Path) -> Iterator[Entry]:
    """Entries of FollowTheMoney JSON lines, as OpenSanctions publishes them (`entities.ftm.json`).

    Schemata that are no subject of a list (addresses, sanctions, ownerships) are left out.
    """
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            entity = json.loads(line)
        except ValueError as error:
            raise PipelineError(f"{file}, line {number} is not JSON: {error}") from None
        if entity.get("schema") in _SCHEMAS:
            yield _entity(entity)


def _entity(entity: dict[str, Any]) -> Entry:
    properties: dict[str, list[str]] = entity.get("properties", {})
    names = list(dict.fromkeys([*properties.get("name", []), entity.get("caption", "")]))
    texts = [
        {"text": n, "kind": "primary" if i == 0 else "alias"} for i, n in enumerate(names) if n
    ]
    texts += [{"text": n, "kind": "alias"} for n in properties.get("alias", [])]
    texts += [{"text": n, "kind": "weak"} for n in properties.get("weakAlias", [])]
    countries = [*properties.get("country", []), *properties.get("nationality", [])]
    entry: Entry = {"id": entity["id"], "type": _SCHEMAS[entity["schema"]], "names": texts}
    optional: Entry = {
        "birthDates": properties.get("birthDate", []),
        "countries": list(dict.fromkeys(countries)),
        "identifiers": [
            {"kind": kind, "value": value}
            for name, kind in _IDENTIFIERS.items()
            for value in properties.get(name, [])
        ],
        "programs": properties.get("program", []),
        "sources": entity.get("datasets", []),
    }
    return entry | {key: value for key, value in optional.items() if value}


def read_csv(file: Path) -> Iterator[Entry]:
    """Entries of a table with the columns id, type, name, and, if there, aliases, birth_dates,
    countries, programs, remarks; several values stand in a cell with ';' between them.
    """
    with file.open(encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text), start=2):
            for column in ("id", "type", "name"):
                if not row.get(column):
                    raise PipelineError(f"{file}, line {number}: the column {column!r} is empty")
            names = [{"text": row["name"], "kind": "primary"}]
            names += [{"text": name, "kind": "alias"} for name in _cells(row, "aliases")]
            entry: Entry = {"id": row["id"], "type": row["type"], "names": names}
            optional: Entry = {
                "birthDates": _cells(row, "birth_dates"),
                "countries": _cells(row, "countries"),
                "programs": _cells(row, "programs"),
                "remarks": row.get("remarks", ""),
            }
            yield entry | {key: value for key, value in optional.items() if value}


def _cells(row: dict[str, str], column: str) -> list[str]:
    return [part.strip() for part in (row.get(column) or "").split(";") if part.strip()]

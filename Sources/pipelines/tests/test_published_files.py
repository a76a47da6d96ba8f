"""Rule files, pipelines and watchlists as the pipelines write them."""

import json
from pathlib import Path

import pytest

from vigie_pipelines.errors import PipelineError
from vigie_pipelines.published.pipeline_file import member, pipeline_document, write_pipeline
from vigie_pipelines.published.rules_file import rules_document, write_rules
from vigie_pipelines.published.watchlist_file import (
    read_csv,
    read_entities,
    watchlist_document,
    write_watchlist,
)
from vigie_pipelines.registry.publish import publish, sha256

INPUTS = [{"name": "amount"}]
RULE = {"id": "big", "when": "amount > 1000", "score": 3}


def test_a_rule_file_is_published_whole(tmp_path: Path) -> None:
    document = rules_document("sum", INPUTS, [RULE], let={"half": "amount / 2"})
    folder = publish(
        tmp_path, "limits", {"flavor": "rules"}, lambda path: write_rules(path, document)
    )
    assert json.loads((folder / "rules.json").read_text()) == document
    assert document["let"] == {"half": "amount / 2"}
    assert json.loads((folder / "manifest.json").read_text())["entry"] == "rules.json"


def test_rules_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(PipelineError, match="big: an id occurs twice"):
        rules_document("sum", INPUTS, [RULE, RULE])
    with pytest.raises(PipelineError, match="policy is 'avg'"):
        rules_document("avg", INPUTS, [RULE])


def test_a_member_is_pinned_by_its_manifest(tmp_path: Path) -> None:
    document = rules_document("sum", INPUTS, [RULE])
    folder = publish(
        tmp_path, "limits", {"flavor": "rules"}, lambda path: write_rules(path, document)
    )
    pinned = member(tmp_path, "limits", 1)
    assert pinned["manifestSHA256"] == sha256(folder / "manifest.json")
    with pytest.raises(PipelineError, match="publish a pipeline's members before it"):
        member(tmp_path, "limits", 2)
    steps = [{"member": "rules", "outputs": {"score": "score"}}]
    pipeline = pipeline_document(INPUTS, {"rules": pinned}, steps, [{"name": "score"}])
    write_pipeline(tmp_path, pipeline)
    assert json.loads((tmp_path / "pipeline.json").read_text()) == pipeline
    with pytest.raises(PipelineError, match="there is no member 'rules'"):
        pipeline_document(INPUTS, {}, steps, [])
    with pytest.raises(PipelineError, match="no step asks 'more'"):
        pipeline_document(INPUTS, {"rules": pinned, "more": pinned}, steps, [])


def test_a_watchlist_has_an_entry_a_line(tmp_path: Path) -> None:
    entries = [{"id": "1", "type": "person", "names": [{"text": "Ünvented, Nåme"}]}]
    document = watchlist_document(entries, name="Demo", date="2026-01-31")
    write_watchlist(tmp_path, document)
    text = (tmp_path / "watchlist.json").read_text(encoding="utf-8")
    assert json.loads(text) == document
    assert len(text.splitlines()) == 3
    with pytest.raises(PipelineError, match="the id '1' occurs twice"):
        watchlist_document(entries * 2)
    with pytest.raises(PipelineError, match="'2' has no name"):
        watchlist_document([{"id": "2", "type": "person"}])


def test_follow_the_money_entities_become_entries(tmp_path: Path) -> None:
    person = {
        "id": "demo-1",
        "schema": "Person",
        "caption": "Zeph Quillfeather",
        "datasets": ["demo"],
        "properties": {
            "name": ["Zeph Quillfeather", "Zephyrin Quillfeather"],
            "weakAlias": ["Quill"],
            "birthDate": ["1961-02"],
            "nationality": ["xa"],
            "country": ["xa"],
            "passportNumber": ["XA12345"],
        },
    }
    address = {"id": "demo-2", "schema": "Address", "properties": {}}
    file = tmp_path / "entities.ftm.json"
    file.write_text(json.dumps(person) + "\n\n" + json.dumps(address) + "\n")
    assert list(read_entities(file)) == [
        {
            "id": "demo-1",
            "type": "person",
            "names": [
                {"text": "Zeph Quillfeather", "kind": "primary"},
                {"text": "Zephyrin Quillfeather", "kind": "alias"},
                {"text": "Quill", "kind": "weak"},
            ],
            "birthDates": ["1961-02"],
            "countries": ["xa"],
            "identifiers": [{"kind": "passport", "value": "XA12345"}],
            "sources": ["demo"],
        }
    ]
    file.write_text("{")
    with pytest.raises(PipelineError, match="line 1 is not JSON"):
        list(read_entities(file))


def test_a_table_becomes_entries(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("id,type,name,aliases,countries\n7,vessel,MV Ombre,Umbra; Ombra,xa\n")
    assert list(read_csv(file)) == [
        {
            "id": "7",
            "type": "vessel",
            "names": [
                {"text": "MV Ombre", "kind": "primary"},
                {"text": "Umbra", "kind": "alias"},
                {"text": "Ombra", "kind": "alias"},
            ],
            "countries": ["xa"],
        }
    ]
    file.write_text("id,type,name\n8,vessel,\n")
    with pytest.raises(PipelineError, match="line 2: the column 'name' is empty"):
        list(read_csv(file))

"""The shipped catalogs hold together, and the exact ids are those of the standard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.compliance import catalog
from tools.compliance.errors import UnknownFramework
from tools.compliance.ids import IdIndex
from tools.compliance.model import Catalog

KINDS = {"standard": "standard", "implementation specification": "specification", "paragraph": "paragraph"}


@pytest.fixture(scope="module")
def hipaa() -> Catalog:
    return catalog.load("hipaa")


@pytest.fixture(scope="module")
def regulation(shared_data: Path) -> list[dict[str, str]]:
    content = json.loads((shared_data / "compliance" / "hipaa-security-rule.json").read_text())
    return [dict(item) for item in content["items"]]


def test_counts_are_those_of_the_rule(hipaa: Catalog) -> None:
    kinds = [entry.kind for entry in hipaa.entries]
    assert (kinds.count("standard"), kinds.count("specification"), kinds.count("paragraph")) == (22, 41, 38)
    designations = [e.designation for e in hipaa.entries if e.kind == "specification"]
    assert (designations.count("required"), designations.count("addressable")) == (19, 22)


def test_ids_are_unique_in_every_spelling(hipaa: Catalog) -> None:
    spelled = {"".join(c for c in entry.id.casefold() if c.isalnum()) for entry in hipaa.entries}
    assert len(spelled) == len(hipaa.entries) == 101


def test_every_specification_has_its_standard(hipaa: Catalog) -> None:
    for entry in hipaa.entries:
        if entry.kind == "specification":
            assert entry.parent is not None
            assert hipaa.by_id[entry.parent].kind == "standard"
            assert entry.id[:7] == entry.parent[:7] == entry.group


def test_assessed_entries_say_what_search_needs(hipaa: Catalog) -> None:
    for entry in hipaa.entries:
        if entry.kind in hipaa.assessed:
            assert entry.evidence, entry.id
            assert entry.synonyms, entry.id
            assert entry.cloud, entry.id
            assert entry.summary.endswith("."), entry.id
    summaries = [entry.summary for entry in hipaa.entries]
    assert len(set(summaries)) == len(summaries)


def test_nothing_physical_or_organizational_can_be_decided_by_checks(hipaa: Catalog) -> None:
    people = [e for e in hipaa.entries if e.group in ("164.310", "164.314", "164.316")]
    assert len(people) > 30
    assert not [entry.id for entry in people if entry.checks == "decide"]


@pytest.mark.shared
def test_ids_kinds_and_parents_equal_the_regulation(hipaa: Catalog, regulation: list[dict[str, str]]) -> None:
    assert [item["id"] for item in regulation] == [entry.id for entry in hipaa.entries]
    for item in regulation:
        entry = hipaa.by_id[item["id"]]
        assert entry.kind == KINDS[item["kind"]]
        assert entry.designation == item.get("designation")
        if entry.kind != "paragraph":
            assert entry.parent == item.get("standard")
        if entry.kind == "standard" or (entry.kind == "specification" and item["title"][:8] != "Implemen"):
            assert entry.title == item["title"]


@pytest.mark.shared
def test_summaries_are_our_own_words(hipaa: Catalog, regulation: list[dict[str, str]]) -> None:
    theirs = {run for item in regulation for run in _runs(item["text"], 8)}
    assert not [entry.id for entry in hipaa.entries if theirs & set(_runs(entry.summary, 8))]


@pytest.mark.parametrize(
    ("said", "framework"),
    [("hipaa", "hipaa"), ("HIPAA", "hipaa"), ("HIPAA Security Rule", "hipaa"), (" Hipaa ", "hipaa")],
)
def test_loose_framework_names(said: str, framework: str) -> None:
    assert catalog.resolve(said) == framework


def test_unknown_framework_names_those_there_are() -> None:
    with pytest.raises(UnknownFramework, match="hipaa"):
        catalog.load("hippa")


@pytest.mark.parametrize("name", catalog.names())
def test_every_catalog_reads(name: str) -> None:
    found = catalog.load(name)
    assert found.framework == name
    index = IdIndex(found)
    for entry in found.entries:
        assert index.exact(entry.id) is entry


def test_a_contradicting_catalog_is_refused(hipaa: Catalog) -> None:
    content = hipaa.model_dump()
    for change in (
        {"counts": {"standard": 22, "specification": 41, "paragraph": 37}},
        {"headline": "paragraph"},
        {"entries": [*content["entries"][:-1], content["entries"][0]]},
    ):
        with pytest.raises(ValueError):
            Catalog.model_validate(content | change)


def test_csf_ids_are_those_of_the_framework() -> None:
    csf = catalog.load("nist_csf_2.0")
    assert csf.counts == {"function": 6, "category": 22, "subcategory": 106}
    gaps = {"DE.CM-04", "PR.DS-03", "ID.AM-06", "DE.AE-01", "RS.AN-01", "PR.AC-03", "GV.PO-04"}
    assert not gaps & set(csf.by_id)
    for entry in csf.entries:
        assert entry.group == entry.id[:2]
        if entry.kind == "subcategory":
            assert entry.parent == entry.id[:5]
            assert entry.evidence, entry.id
            assert entry.synonyms, entry.id


@pytest.mark.shared
def test_csf_ids_and_words(shared_data: Path) -> None:
    content = json.loads((shared_data / "compliance" / "nist-csf-2.0.json").read_text())
    theirs: dict[str, str] = {}
    for function in content["functions"]:
        theirs[function["id"]] = function["text"]
        for category in function["categories"]:
            current = [s for s in category["subcategories"] if not s.get("withdrawn")]
            if current and not category.get("withdrawn"):
                theirs[category["id"]] = category["text"]
                theirs |= {s["id"]: s["text"] for s in current}
    csf = catalog.load("nist_csf_2.0")
    assert set(theirs) == set(csf.by_id)
    for name, text in theirs.items():
        shared = set(_runs(text, 6)) & set(_runs(csf.by_id[name].summary, 6))
        assert not shared, name


def _runs(text: str, size: int) -> list[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.casefold()).split()
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]

"""Doors from the internet: what proves that they can be walked through."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.priority.building import NOW, instance, open_group
from tools.findings.model import AssetRecord
from tools.priority.enrich.model import DataHeld, Enrichments, Flaw
from tools.priority.errors import WeightsError
from tools.priority.estate import Estate
from tools.priority.exposure import Reader
from tools.priority.graph.flaws import judge, weakest
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import INTERNET, Edge, Relation
from tools.priority.graph.network_entries import NetworkEntries
from tools.priority.graph.vocabulary import _parsed, graph_words
from tools.priority.weights import load_weights

WORDS = graph_words()
KEV = Flaw("CVE-2021-44228", cvss=10.0, epss=0.97, kev=True, remote=True)


def entries(*assets: AssetRecord, flaws: dict[str, tuple[Flaw, ...]] | None = None) -> list[Edge]:
    weights = load_weights()
    reader = Reader(Estate({a.asset_id: a for a in assets}), weights.ports, weights.exposure, NOW)
    return list(NetworkEntries(reader, Enrichments(flaws=flaws or {}), WORDS).edges())


@pytest.mark.parametrize(
    ("port", "name"),
    [(22, "admin_login"), (6379, "no_login"), (443, "web"), (5432, "database_login"), (4711, "other_port")],
)
def test_the_chance_comes_from_what_answers(port: int, name: str) -> None:
    vm, group = instance(), open_group(port)
    (edge,) = entries(vm, group)
    assert edge.source == INTERNET
    assert edge.target == vm.asset_id
    assert edge.chance == WORDS.entry[name]
    assert edge.asset_ids == (group.asset_id,)
    assert edge.known


def test_a_flaw_that_is_exploited_outweighs_the_login() -> None:
    vm = instance()
    door, edge = sorted(entries(vm, open_group(443), flaws={vm.asset_id: (KEV,)}), key=lambda e: e.chance)
    assert door.chance == WORDS.entry["web"]
    assert edge.relation is Relation.EXPLOITS
    assert edge.chance == WORDS.entry["exploited_flaw"]
    assert "CVE-2021-44228" in edge.why


@pytest.mark.parametrize(
    "closed",
    [
        (instance(State={"Name": "stopped"}), open_group(6379)),
        (instance(), open_group(6379, cidr="10.0.0.0/8")),
        (instance(PublicIpAddress=None, PrivateIpAddress="10.0.0.4"), open_group(6379)),
    ],
)
def test_what_is_stopped_or_closed_is_no_entry_whatever_its_flaws(closed: tuple[AssetRecord, ...]) -> None:
    assert entries(*closed, flaws={closed[0].asset_id: (KEV,)}) == []


def test_rules_that_were_not_collected_make_a_possible_entry() -> None:
    (edge,) = entries(instance())
    assert not edge.known
    assert edge.chance < WORDS.entry["other_port"]


@pytest.mark.parametrize(
    ("flaw", "name"),
    [
        (KEV, "exploited_flaw"),
        (Flaw("CVE-1", kev=True, remote=False), None),
        (Flaw("CVE-1", epss=0.7), "likely_flaw"),
        (Flaw("CVE-1", cvss=9.8, remote=True), "likely_flaw"),
        (Flaw("CVE-1", cvss=9.8), "known_flaw"),
        (Flaw("CVE-1", cvss=7.5, remote=True), "known_flaw"),
        (Flaw("CVE-1", cvss=7.5), None),
        (Flaw("CVE-1"), None),
    ],
)
def test_flaws_by_what_is_known_of_them(flaw: Flaw, name: str | None) -> None:
    judged = judge(flaw, WORDS)
    assert (judged.name if judged else None) == name


def test_the_worst_flaw_counts_whatever_the_order() -> None:
    mild = Flaw("CVE-2", cvss=7.5, remote=True)
    first, second = weakest([mild, KEV], WORDS), weakest([KEV, mild], WORDS)
    assert first == second
    assert first is not None
    assert first.flaw is KEV


def bucket(**fields: Any) -> AssetRecord:
    return AssetRecord(asset_id="b", uid="arn:aws:s3:::b", name="b", provider="AWS", account="1", **fields)


@pytest.mark.parametrize(
    ("tags", "held", "value"),
    [
        ({}, None, 0.0),
        ({"DataClass": "PII"}, None, 1.0),
        ({"DataClass": "internal"}, None, 0.0),
        ({}, DataHeld("PHI", 0.9, 12_000, "classifier"), 0.9),
        ({"DataClass": "internal"}, DataHeld("PII", 1.0), 1.0),
        ({}, DataHeld("logs", 0.2), 0.0),
    ],
)
def test_a_store_is_a_jewel_by_what_it_holds(
    tags: dict[str, str], held: DataHeld | None, value: float
) -> None:
    asset = bucket(tags=tags)
    known = Enrichments(data={"b": held} if held else {})
    worth = Jewels(Estate({"b": asset}), known, WORDS, NOW).of(asset)
    assert worth.value == value
    assert bool(worth.why) is bool(value)


def test_a_vocabulary_that_lacks_a_step_is_refused_with_its_name() -> None:
    with pytest.raises(WeightsError, match="is not TOML"):
        _parsed("= nonsense", "mine.toml")
    with pytest.raises(WeightsError, match="cannot be used"):
        _parsed('version = "1"', "mine.toml")

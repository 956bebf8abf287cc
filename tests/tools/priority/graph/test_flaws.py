"""Which flaw of an asset lets somebody in, and which only make it send requests."""

from __future__ import annotations

import pytest

from tools.priority.enrich.model import Flaw
from tools.priority.graph.flaws import answering, forgeries, judge, weakest
from tools.priority.graph.vocabulary import graph_words
from tools.priority.network import OpenRange

WORDS = graph_words()
FORGERY = Flaw("CVE-2021-40438", cvss=9.0, kev=True, remote=True)


def test_the_worst_flaw_is_the_one_that_most_likely_lets_in() -> None:
    exploited, likely = Flaw("CVE-2021-44228", kev=True), Flaw("CVE-2024-0001", epss=0.8)
    found = weakest([likely, exploited, Flaw("CVE-2024-0002", cvss=9.9, remote=False)], WORDS)
    assert found is not None
    assert (found.name, found.flaw.cve) == ("exploited_flaw", "CVE-2021-44228")


def test_what_needs_a_person_at_the_machine_is_no_way_in() -> None:
    assert judge(Flaw("CVE-2024-0002", cvss=9.9, kev=True, remote=False), WORDS) is None
    assert weakest([Flaw("CVE-2024-0003")], WORDS) is None


@pytest.mark.parametrize(("tokens", "name"), [(False, "exploited_flaw"), (True, "forged_only")])
def test_a_forged_request_fails_where_the_metadata_service_wants_a_token(tokens: bool, name: str) -> None:
    found = judge(FORGERY, WORDS, tokens=tokens)
    assert found is not None
    assert found.name == name
    assert FORGERY.cve in found.why


def test_another_flaw_beside_it_still_lets_in() -> None:
    found = weakest([FORGERY, Flaw("CVE-2021-44228", kev=True)], WORDS, tokens=True)
    assert found is not None
    assert found.name == "exploited_flaw"


def test_the_list_holds_ids_only() -> None:
    assert forgeries()
    assert all(cve.startswith("CVE-") for cve in forgeries())


@pytest.mark.parametrize(
    ("package", "ranges", "answers"),
    [
        ("log4j-core", [(22, 22)], False),
        ("log4j-core", [(22, 22), (8080, 8080)], True),
        ("log4j-core", [(0, 65_535)], True),
        ("log4j-core", [], False),
        ("OpenSSH-server", [(22, 22)], True),
        ("OpenSSH-server", [(443, 443)], False),
        ("SMBv1", [(100, 200)], True),
        ("Remote Desktop Services", [(22, 22)], False),
        ("", [(22, 22)], True),
    ],
)
def test_a_flaw_counts_where_its_software_answers(
    package: str, ranges: list[tuple[int, int]], answers: bool
) -> None:
    flaw = Flaw("CVE-2024-0001", kev=True, package=package)
    open_ = [OpenRange(a, b, 1.0, "0.0.0.0/0", "sg") for a, b in ranges]
    assert answering([flaw], open_, WORDS) == ((flaw,) if answers else ())

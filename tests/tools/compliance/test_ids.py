"""Ids are recognised in the spellings that people and scanners use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.compliance import catalog
from tools.compliance.ids import IdIndex

CATALOG = catalog.load("hipaa")
INDEX = IdIndex(CATALOG)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("164.312(a)(2)(iv)", ["164.312(a)(2)(iv)"]),
        ("§ 164.312 (a)(2)(iv)", ["164.312(a)(2)(iv)"]),
        ("164_312_a_2_iv", ["164.312(a)(2)(iv)"]),
        ("164.312.a.2.iv", ["164.312(a)(2)(iv)"]),
        ("164.312 A 2 IV", ["164.312(a)(2)(iv)"]),
        ("312(a)(2)(iv)", ["164.312(a)(2)(iv)"]),
        ("45 CFR 164.312(a)(2)(iv)", ["164.312(a)(2)(iv)"]),
        ("what does HIPAA 164.312(b) ask of us?", ["164.312(b)"]),
        ("do 164.312(b) and 164.312(d) fail?", ["164.312(b)", "164.312(d)"]),
        ("164.312(a)(2)", [f"164.312(a)(2)({n})" for n in ("i", "ii", "iii", "iv")]),
        ("164.308(a)(1)", ["164.308(a)(1)(i)", *(f"164.308(a)(1)(ii)({n})" for n in "ABCD")]),
    ],
)
def test_spellings(text: str, ids: list[str]) -> None:
    assert [entry.id for entry in INDEX.find(text).entries] == ids


def test_a_standard_brings_its_specifications() -> None:
    assert [e.id for e in INDEX.find("about 164.312(e)(1), please").entries] == [
        "164.312(e)(1)",
        "164.312(e)(2)(i)",
        "164.312(e)(2)(ii)",
    ]


@pytest.mark.parametrize("text", ["164.312(z)", "164.404(a)", "164.312(a)(2)(v)"])
def test_an_id_that_does_not_exist_is_said_to_be_unknown(text: str) -> None:
    match = INDEX.find(text)
    assert not match.entries
    assert match.unknown == (text,)


def test_near_ids_begin_alike() -> None:
    assert INDEX.near("164.312(a)(2)(v)") == tuple(f"164.312(a)(2)({n})" for n in ("i", "ii", "iii", "iv"))


@pytest.mark.parametrize(
    "text", ["port 312 is open", "308 buckets", "10.164.312.5", "version 3.10", "2026-03-12"]
)
def test_numbers_are_not_ids(text: str) -> None:
    match = INDEX.find(text)
    assert not match.entries
    assert not match.unknown


@given(st.sampled_from(CATALOG.entries), st.sampled_from(["_", ".", " ", "-"]), st.booleans())
def test_any_separator_finds_the_same_entry(entry: object, separator: str, upper: bool) -> None:
    name = str(entry.id)  # type: ignore[attr-defined]
    spelled = name.replace(")(", separator).replace("(", separator).rstrip(")")
    found = INDEX.exact(spelled.upper() if upper else spelled)
    assert found is entry


@given(st.text(max_size=80))
def test_no_text_breaks_it(text: str) -> None:
    for entry in INDEX.find(text).entries:
        assert entry.id in CATALOG.by_id

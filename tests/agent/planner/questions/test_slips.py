"""Typing slips are set right, and words that are right stay."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions.estate import Estate
from agent.planner.questions.near_words import distance
from agent.planner.questions.slips import mended


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("opne high isues on assets ownd by ml", "open high issues on assets owned by ml"),
        ("firewal rules that let evrybody in", "firewall rules that let everybody in"),
        ("azure app servcies where ftp is alowed", "azure app services where ftp is allowed"),
        ("https only is of or missing", "https only is off or missing"),
        ("more then 12 open issues wiht the number", "more than 12 open issues with the number"),
        ("intenet-facing load balncers", "internet-facing load balancers"),
        ("biger disks that are runing", "bigger disks that are running"),
    ],
)
def test_slips_are_set_right(typed: str, meant: str) -> None:
    assert mended(typed, Estate()) == meant


@pytest.mark.parametrize(
    "right",
    ["the three oldest issues", "ten machines", "beta analytics", "what a weather", "anything but nodejs"],
)
def test_words_that_are_right_stay(right: str) -> None:
    assert mended(right, Estate()) == right


def test_quoted_text_stays() -> None:
    assert mended('assets named "opne wiht"', Estate()) == 'assets named "opne wiht"'


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_distance_is_symmetric_and_zero_only_for_the_same(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)

"""Idioms of the chat, said in the words that the question planner reads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.restate import restated


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("group them by service", "by service"),
        ("please split it by region", "by region"),
        ("group findings by service", "findings by service"),
        ("what's wrong in eu-west-1", "findings in eu-west-1"),
        ("what is failing in kms", "findings in kms"),
        ("what needs fixing in eu-west-1", "findings in eu-west-1"),
        ("which buckets are exposed", "which buckets are exposed to the internet"),
        ("buckets exposed to the internet", "buckets exposed to the internet"),
        ("functions with exposed secrets", "functions with exposed secrets"),
        ("what is exposed on port 22", "what is exposed on port 22"),
        ("machines unmanaged by ssm", "machines not managed by ssm"),
        ("high severity stuff in eu-west-1", "high severity findings in eu-west-1"),
        ("buckets with tag Owner marketing", "buckets with Owner=marketing"),
        ("which machines can be reached on port 22", "which machines open on port 22"),
        ("which buckets are public", "which buckets are public"),
        ("users in groups", "users in groups"),
    ],
)
def test_plain_words(text: str, plain: str) -> None:
    assert " ".join(restated(text).split()) == plain


def test_a_follow_up_keeps_its_ones() -> None:
    assert restated("only the critical ones", follows=True) == "only the critical ones"
    assert restated("the same without the region", follows=True) == "in all regions"
    assert restated("which service has the most?", follows=True) == "by service"
    assert restated("which service has the most?") == "which service has the most?"


@pytest.mark.parametrize(
    "text", ["tell me about payments-db", "show bob.dev", "what did the scan find on payments-db"]
)
def test_a_name_alone_asks_for_what_is_wrong_with_it(text: str) -> None:
    assert restated(text, names_one=True).startswith("findings of ")
    assert restated(text) == text


@given(st.text(max_size=200))
def test_no_text_raises(text: str) -> None:
    restated(text, follows=True, names_one=True)

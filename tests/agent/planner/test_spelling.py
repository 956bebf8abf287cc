"""Slips are mended, words are left alone."""

from __future__ import annotations

import pytest

from agent.planner.spelling import mended


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("whcih buckts are pubilc", "which buckets are public"),
        ("unencrpyted databses", "unencrypted databases"),
        ("users w/o mfa", "users without mfa"),
        ("dont log", "don't log"),
        ("isnt encrypted", "isn't encrypted"),
        ("crit findngs pls", "critical findings please"),
        ("Buckets that aren’t PUBLIC", "buckets that aren't public"),
    ],
)
def test_slips(typed: str, meant: str) -> None:
    assert mended(typed, ()) == meant


@pytest.mark.parametrize(
    "text",
    [
        "personal information",
        "will the weather hold",
        "the policy of the police",
        "exports of the grape harvest",
        "disable versioned things",
        "acme-buckts in eu-west-1",
        "arn:aws:s3:::pubilc-buckts",
        'comment "buckts are pubilc"',
        "bob.dev",
    ],
)
def test_left_alone(text: str) -> None:
    assert mended(text, ()) == text


def test_the_estates_own_words_are_left_alone() -> None:
    assert mended("findings of buckts", {"buckts"}) == "findings of buckts"

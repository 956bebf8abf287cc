"""Dates, ordinals and limits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.planner.reading import Since
from agent.planner.scan import Scanner, take_limit, take_ordinal, take_since

_NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("what changed since the last load", Since(kind="last_load")),
        ("new after the latest import", Since(kind="last_load")),
        ("in the last 7 days", Since(kind="days", days=7)),
        ("in the past two weeks", Since(kind="days", days=14)),
        ("during the last month", Since(kind="days", days=30)),
        ("older than 90 days", Since(kind="days", days=90, older=True)),
        ("open for more than three months", Since(kind="days", days=90, older=True)),
        ("since yesterday", Since(kind="days", days=1)),
        ("today", Since(kind="date", date="2026-11-25")),
        ("since 2026-03-01", Since(kind="date", date="2026-03-01")),
        ("since march", Since(kind="date", date="2026-03-01")),
        ("since december", Since(kind="date", date="2025-12-01")),
        ("which buckets are public", None),
    ],
)
def test_dates(text: str, since: Since | None) -> None:
    assert take_since(Scanner(text), _NOW) == since


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("why the second one", 2),
        ("explain #3", 3),
        ("number 4", 4),
        ("the last one", -1),
        ("the worst", 1),
        ("it", None),
    ],
)
def test_ordinals(text: str, place: int | None) -> None:
    assert take_ordinal(Scanner(text)) == place


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("top 5 findings", 5),
        ("the ten worst", 10),
        ("first 20", 20),
        ("at most 3 rows", 3),
        ("buckets", None),
    ],
)
def test_limits(text: str, rows: int | None) -> None:
    assert take_limit(Scanner(text)) == rows


def test_what_was_taken_counts_once() -> None:
    scan = Scanner("public buckets, public machines")
    assert scan.take("public") is not None
    assert scan.words() == ["buckets", "public", "machines"]
    assert scan.take("public") is not None
    assert scan.take("public") is None


def test_part_of_a_name_is_not_a_word() -> None:
    assert Scanner("acme-public-site bob.dev").take("public|dev|site") is None

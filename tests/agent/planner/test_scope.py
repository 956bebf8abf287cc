"""How a reading is said in words."""

from __future__ import annotations

import pytest

from agent.planner.scope import read_as
from agent.planner.understand import understand
from agent.planner.vocabulary import Vocabulary


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("which buckets are public", "storage buckets that are open to the public"),
        (
            "buckets in prod without versioning",
            "storage buckets tagged `production` that have versioning off",
        ),
        (
            "critical findings except s3 in eu-west-1",
            "open critical findings in `eu-west-1` except `s3`",
        ),
        ("findings of payments-db", "open findings on `payments-db`"),
        ("critical findings per service", "open critical findings, counted by service"),
        ("everything owned by marketing", "resources owned by `marketing`"),
        ("untagged buckets", "storage buckets without tags"),
        ("findings of this week", "open findings in the last week"),
        ("findings older than 90 days", "open findings older than 90 days"),
        ("findings of the last three weeks", "open findings in the last three weeks"),
    ],
)
def test_read_as(words: Vocabulary, text: str, said: str) -> None:
    assert read_as(understand(text, words)) == said

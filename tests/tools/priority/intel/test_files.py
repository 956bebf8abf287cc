"""Feeds as they are published, and everything that is none."""

from __future__ import annotations

import contextlib
import gzip
import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.priority.errors import IntelError
from tools.priority.intel.files import read_feed

KEV = {
    "catalogVersion": "2026.11.20",
    "dateReleased": "2026-11-20T15:00:00.0000Z",
    "count": 2,
    "vulnerabilities": [
        {"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10", "knownRansomwareCampaignUse": "Known"},
        {"cveID": "cve-2024-1", "dateAdded": "soon"},
        {"cveID": "CVE-2024-12345", "dateAdded": "2024-03-01", "knownRansomwareCampaignUse": "Unknown"},
    ],
}
EPSS = (
    "#model_version:v2025.03.14,score_date:2026-11-21T12:00:00Z\n"
    "cve,epss,percentile\nCVE-2021-44228,0.94358,0.99960\nCVE-2024-12345,0.0004,0.1\nCVE-2024-2,2.5,0.1\nrubbish\n"
)


def test_the_catalog_of_exploited_vulnerabilities() -> None:
    feed = read_feed(json.dumps(KEV).encode(), "kev.json")
    assert (feed.feed, len(feed), feed.skipped) == ("kev", 2, 1)
    assert feed.as_of == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert feed.exploited[0].added == date(2021, 12, 10)
    assert [row.ransomware for row in feed.exploited] == [True, False]
    assert feed.faults == ("row 2: no CVE id",)


def test_the_catalog_as_a_table() -> None:
    text = (
        "cveID,vendorProject,dateAdded,knownRansomwareCampaignUse\nCVE-2021-44228,Apache,2021-12-10,Known\n"
    )
    feed = read_feed(b"\xef\xbb\xbf" + text.encode(), "kev.csv")
    assert [row.cve for row in feed.exploited] == ["CVE-2021-44228"]


@pytest.mark.parametrize("packed", [False, True])
def test_probabilities(packed: bool) -> None:
    data = EPSS.encode()
    feed = read_feed(gzip.compress(data) if packed else data, "epss.csv.gz")
    assert (feed.feed, len(feed), feed.skipped) == ("epss", 2, 2)
    assert feed.probabilities[0].epss == 0.94358
    assert feed.as_of == datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "neither"),
        (b"hello", "neither"),
        (b"{half", "not whole JSON"),
        (b'{"vulnerabilities": 3}', "no list"),
        (b"\x1f\x8bnonsense", "not a whole gzip"),
        (gzip.compress(EPSS.encode())[:-12], "not a whole gzip"),
        ("cve,epss,percentile\n".encode("utf-16"), "not UTF-8"),
        (b"<html>502</html>", "neither"),
    ],
)
def test_what_is_no_feed_says_so(data: bytes, says: str) -> None:
    with pytest.raises(IntelError, match=says):
        read_feed(data, "file")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_feed_or_our_error(data: bytes) -> None:
    with contextlib.suppress(IntelError):
        read_feed(data, "file")

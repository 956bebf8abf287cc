"""Files told apart by what is in them, and everything hostile that may be in a table or a document."""

from __future__ import annotations

import contextlib
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.priority.intel.test_files import EPSS, KEV
from tools.priority.enrich.stored import Sighting
from tools.priority.errors import IntelError
from tools.priority.intel.campaign_file import CampaignFile, confidence_of, ports_in
from tools.priority.intel.csv_file import read_csv
from tools.priority.intel.files import FeedFile
from tools.priority.intel.flaw_file import FlawFile
from tools.priority.intel.recognise import Known, read_any
from tools.priority.intel.register_file import RegisterFile

NOW = datetime(2026, 11, 25, tzinfo=UTC)
CMDB = "sys_id,name,busines_criticality,owned_by,sys_updated_on\n1,web-1,1 - most critical,Ada,2026-11-01 10:00:00\n"
SCAN = (
    "Host,IP Address,CVE,CVSS v3 Base Score,EPSS,CISA KEV,Package,Fixed Version,First Seen,Status\n"
    'web-1,10.0.0.4,"CVE-2024-1111, CVE-2024-2222",9.8,12%,Yes,openssl,3.0.9,2026-10-01,Open\n'
    "web-2,,cve-2024-3333,7.1,0.02,no,,,2126-01-01,active\n"
    "web-3,,CVE-2024-4444,5,,,,,,Fixed\n"
    ",,CVE-2024-5555,5,,,,,,\n"
    "web-4,,none,5,,,,,,\n"
)
CAMPAIGNS = {
    "campaigns": [
        {
            "name": "Slow Lorry",
            "ports": [22, "3389"],
            "techniques": ["T1110.001 Password Guessing"],
            "cves": "CVE-2024-1111 and CVE-2024-2222",
            "from": "2026-10-01",
            "until": "2027-01-01T00:00:00Z",
            "confidence": "high",
            "source": "CERT",
        },
        {"name": "says nothing"},
        "text",
    ]
}


def read(text: str | bytes, name: str = "file") -> Known:
    return read_any(text.encode() if isinstance(text, str) else text, name, now=NOW)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (json.dumps(KEV), FeedFile),
        (EPSS, FeedFile),
        (CMDB, RegisterFile),
        (SCAN, FlawFile),
        (json.dumps(CAMPAIGNS), CampaignFile),
        (json.dumps(CAMPAIGNS["campaigns"]), CampaignFile),
        (json.dumps({"type": "bundle", "id": "bundle--1", "objects": []}), CampaignFile),
        (json.dumps({"objects": [], "more": False}), CampaignFile),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_each_file_is_read_as_what_it_is(text: str, kind: type, packed: bool) -> None:
    assert isinstance(read(gzip.compress(text.encode()) if packed else text), kind)


def test_a_cmdb_of_a_spreadsheet() -> None:
    file = read(CMDB)
    assert isinstance(file, RegisterFile)
    (entry,) = file.entries
    assert (entry.marks, entry.tier, entry.owner) == (
        ("web-1",),
        "1 - most critical",
        "Ada",
    ) or "1" in entry.marks
    assert entry.updated == datetime(2026, 11, 1, 10, tzinfo=UTC)


def test_a_scan_says_flaws_by_asset() -> None:
    file = read(SCAN, "scan.csv")
    assert isinstance(file, FlawFile)
    one, two, three = file.sightings
    assert isinstance(one, Sighting)
    assert one.marks == ("web-1", "10.0.0.4")
    assert [s.flaw.cve for s in file.sightings] == ["CVE-2024-1111", "CVE-2024-2222", "CVE-2024-3333"]
    assert (one.flaw.cvss, one.flaw.epss, one.flaw.kev, one.flaw.fix) == (9.8, 0.12, True, True)
    assert (one.flaw.package, one.flaw.fixed_version, one.flaw.source) == ("openssl", "3.0.9", "scan.csv")
    assert one.flaw.first_seen == datetime(2026, 10, 1, tzinfo=UTC)
    assert (three.flaw.kev, three.flaw.fix, three.flaw.first_seen) == (False, None, None), (
        "a clock in the future"
    )
    assert (file.closed, file.skipped) == (1, 2)
    assert two.flaw.cvss == 9.8


def test_a_plain_feed_of_campaigns() -> None:
    file = read(json.dumps(CAMPAIGNS), "feed.json")
    assert isinstance(file, CampaignFile)
    (one,) = file.campaigns
    assert (one.ports, one.techniques, one.cves) == (
        (22, 3389),
        ("T1110.001",),
        ("CVE-2024-1111", "CVE-2024-2222"),
    )
    assert (one.confidence, one.source, file.skipped) == (85, "CERT", 2)
    assert one.until == datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_encodings_and_separators_of_spreadsheets(encoding: str, separator: str) -> None:
    text = (
        separator.join(("Name", "Tier", "Owner")) + "\r\n" + separator.join(("web-1", "gold", "Zoë")) + "\r\n"
    )
    file = read(text.encode(encoding))
    assert isinstance(file, RegisterFile)
    assert (file.entries[0].tier, file.entries[0].owner) == ("gold", "Zoë")


def test_a_line_that_names_the_separator_is_no_header() -> None:
    assert isinstance(read("sep=;\r\nName;Tier\r\nweb-1;gold\r\n"), RegisterFile)


def test_formulas_are_no_values_and_written_texts_are() -> None:
    file = read('name,tier,owner\nweb-1,"=cmd|\' /C calc\'!A0",Ada\n"=""0123""",gold,-ops\nweb-3,1,@team\n')
    assert isinstance(file, RegisterFile)
    assert [(e.marks, e.tier, e.owner) for e in file.entries] == [
        (("web-1",), "", "Ada"),
        (("0123",), "gold", "-ops"),
        (("web-3",), "1", "@team"),
    ]
    assert "formula" in file.faults[0]


def test_nul_and_huge_cells_and_ragged_rows() -> None:
    text = 'name,tier\nweb\x00-1,1\nweb-2\nweb-3,1,extra,extra\n"' + "x" * 200_000 + '",2\n\n,\n'
    file = read(text)
    assert isinstance(file, RegisterFile)
    assert [e.marks[0][:5] for e in file.entries] == ["web-1", "web-3", "xxxxx"]
    assert all(len(mark) <= 600 for e in file.entries for mark in e.marks)
    assert file.skipped == 1


def test_an_open_quote_does_not_swallow_the_reading() -> None:
    file = read('name,tier\nweb-1,1\n"web-2,2\nweb-3,3\n')
    assert isinstance(file, RegisterFile)
    assert file.entries[0].tier == "1"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"  \n ", "is empty"),
        (b"hello", "its columns are hello"),
        (b"a,b\n1,2\n", "its columns are a, b"),
        (b"{half", "not whole JSON"),
        (b"[1, 2]", "of a sort that is not known"),
        (b'{"a": 1}', "of a sort that is not known"),
        (b"[" * 200_000, "not whole JSON"),
        (b"[" + b"9" * 5_000 + b"]", "not whole JSON"),
        (b'{"campaigns": 5}', "of a sort that is not known"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"\x1f\x8bnonsense", "not a whole gzip"),
        (b"\xff\xfea", "begins as UTF-16"),
        (b"\x00\x01\x02\x00\xff" * 100, "is not text"),
        (b"\n\n\n,,,\n", "no column names"),
        (b"<html>502</html>", "nothing that is known"),
    ],
)
def test_what_is_none_of_these_says_so(data: bytes, says: str) -> None:
    with pytest.raises(IntelError, match=says):
        read(data)


def test_a_table_of_many_rows_takes_linear_time() -> None:
    text = "host,cve\n" + "".join(f"web-{n},CVE-2024-{n % 9000 + 1000}\n" for n in range(50_000))
    file = read(text)
    assert isinstance(file, FlawFile)
    assert len(file) == 50_000


@given(st.binary(max_size=300))
def test_any_bytes_are_something_or_our_error(data: bytes) -> None:
    with contextlib.suppress(IntelError):
        read(data)


@given(st.text(max_size=200))
def test_any_text_behind_a_header_is_rows_or_faults(text: str) -> None:
    for header in ("name,tier\n", "host,cve,cvss,first_seen\n"):
        file = read((header + text).encode("utf-8", "replace"))
        assert isinstance(file, RegisterFile | FlawFile)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMED = st.sampled_from(
    ["name", "ports", "techniques", "cves", "from", "until", "confidence", "last_seen", "id", "source"]
)


@given(st.lists(st.dictionaries(NAMED, JSON, max_size=6), max_size=4))
def test_any_list_of_campaigns_is_read_or_counted(listed: list[dict[str, Any]]) -> None:
    file = read(json.dumps({"campaigns": listed}))
    assert isinstance(file, CampaignFile)
    assert len(file) + file.skipped <= len(listed)
    for one in file.campaigns:
        assert all(1 <= port <= 65_535 for port in one.ports)
        assert one.confidence is None or 0 <= one.confidence <= 100


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (100, 100),
        (0.7, 70),
        ("75", 75),
        ("Low", 25),
        (101, None),
        (-1, None),
        (True, None),
        ("x", None),
    ],
)
def test_confidence_in_every_way(value: Any, expected: int | None) -> None:
    assert confidence_of(value) == expected


def test_a_campaign_that_lists_every_port_names_none() -> None:
    assert ports_in(list(range(1, 60_000))) == ()
    assert ports_in("22, 3389;443/tcp") == (22, 3389, 443)
    assert ports_in([True, 0, 70_000, None, {"port": 25}]) == (25,)


def test_rows_are_counted_from_the_header() -> None:
    table = read_csv(b"a,b\n1,2\n3,4\n", "x")
    assert [number for number, _ in table.rows()] == [2, 3]

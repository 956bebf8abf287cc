"""Reads the files of CISA's catalog of exploited vulnerabilities and of FIRST's exploit probabilities.

KEV comes as JSON (`vulnerabilities[].cveID`, `dateAdded`, `knownRansomwareCampaignUse`; `dateReleased`) or CSV with the
same names; EPSS as CSV (`cve,epss,percentile`), its first line maybe a comment with `score_date`. Both may be gzipped.
Formats: the vendors' own download pages.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

from tools.priority.errors import IntelError

Feed = Literal["kev", "epss"]
_CVE = re.compile(r"CVE-\d{4}-\d{4,7}\Z")
_MOST_BYTES = 500_000_000
_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Exploited:
    """One row of KEV."""

    cve: str
    added: date | None
    ransomware: bool | None


@dataclass(frozen=True, slots=True)
class Probability:
    """One row of EPSS: probability and percentile, 0 to 1."""

    cve: str
    epss: float
    percentile: float


@dataclass(frozen=True)
class FeedFile:
    """A file, read. `faults` say which rows could not be, at most the first of them; `skipped` counts all."""

    feed: Feed
    as_of: datetime
    exploited: tuple[Exploited, ...] = ()
    probabilities: tuple[Probability, ...] = ()
    skipped: int = 0
    faults: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.exploited) + len(self.probabilities)


def read_feed(data: bytes, name: str, *, now: datetime | None = None) -> FeedFile:
    """A KEV or EPSS file, told apart by what is in it. Raises `IntelError` for anything else."""
    text = _text(data, name)
    start = text.lstrip()[:1]
    if start == "{":
        return _kev_json(text, name, now or datetime.now(UTC))
    head = text[:2_000].lower()
    if "cveid" in head and "dateadded" in head:
        return _kev_csv(text, now or datetime.now(UTC))
    if re.search(r"^cve,epss,percentile", head, re.MULTILINE):
        return _epss(text, now or datetime.now(UTC))
    raise IntelError(
        f"{name} is neither CISA's KEV (JSON or CSV) nor FIRST's EPSS (CSV). Take it from their download page as it is."
    )


def _text(data: bytes, name: str) -> str:
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(_MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise IntelError(f"{name} is not a whole gzip file. Load it down again.") from None
    if len(data) > _MOST_BYTES:
        raise IntelError(
            f"{name} unpacks to more than {_MOST_BYTES // 1_000_000} MB; no such feed is that large."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise IntelError(f"{name} is not UTF-8 text. Take the file as it was published.") from None


def _kev_json(text: str, name: str, now: datetime) -> FeedFile:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise IntelError(f"{name} is not whole JSON. Load it down again.") from None
    listed = body.get("vulnerabilities") if isinstance(body, dict) else None
    if not isinstance(listed, list):
        raise IntelError(f"{name} has no list `vulnerabilities`; it is not CISA's catalog.")
    rows = (row if isinstance(row, dict) else {} for row in listed)
    return _kev(rows, _moment(body.get("dateReleased")) or now)


def _kev_csv(text: str, now: datetime) -> FeedFile:
    return _kev(csv.DictReader(io.StringIO(text)), now)


def _kev(rows: Iterator[Any], as_of: datetime) -> FeedFile:
    found: dict[str, Exploited] = {}
    faults: list[str] = []
    skipped = 0
    for number, row in enumerate(rows, 1):
        cve = str(row.get("cveID") or "").strip().upper()
        if not _CVE.match(cve):
            skipped += 1
            faults += [f"row {number}: no CVE id"] if len(faults) < _MOST_FAULTS else []
            continue
        used = str(row.get("knownRansomwareCampaignUse") or "").strip().lower() == "known"
        found[cve] = Exploited(cve, _day(row.get("dateAdded")), used)
    return FeedFile("kev", as_of, tuple(found.values()), (), skipped, tuple(faults))


def _epss(text: str, now: datetime) -> FeedFile:
    dated = re.search(r"score_date:([0-9T:+\-.Z]+)", text[:500])
    lines = (line for line in io.StringIO(text) if not line.startswith("#"))
    found: dict[str, Probability] = {}
    faults: list[str] = []
    skipped = 0
    for number, row in enumerate(csv.DictReader(lines), 1):
        cve = str(row.get("cve") or "").strip().upper()
        epss, percentile = _share(row.get("epss")), _share(row.get("percentile"))
        if not _CVE.match(cve) or epss is None:
            skipped += 1
            faults += [f"row {number}: no CVE id or probability"] if len(faults) < _MOST_FAULTS else []
            continue
        found[cve] = Probability(cve, epss, percentile or 0.0)
    as_of = _moment(dated.group(1)) if dated else None
    return FeedFile("epss", as_of or now, (), tuple(found.values()), skipped, tuple(faults))


def _share(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if 0.0 <= found <= 1.0 else None


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None

"""Tells files of intelligence and enrichment apart by what is in them, and reads each as what it is."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from datetime import UTC, datetime
from typing import Any

from tools.priority.enrich.register import is_register
from tools.priority.errors import IntelError
from tools.priority.intel.campaign_file import CampaignFile, campaign_file
from tools.priority.intel.csv_file import read_csv
from tools.priority.intel.files import FeedFile, read_feed
from tools.priority.intel.flaw_file import FlawFile, flaw_file, is_flaw_table
from tools.priority.intel.register_file import RegisterFile, register_file
from tools.priority.intel.stix import is_stix, stix_file

Known = FeedFile | RegisterFile | FlawFile | CampaignFile
_MOST_BYTES = 500_000_000
_UNDERSTOOD = (
    "CISA's KEV (JSON, CSV), FIRST's EPSS (CSV), a CMDB (CSV with names and tiers), a vulnerability scan (CSV with CVE "
    "ids and assets), STIX 2.1 or a list of campaigns (JSON)"
)


def read_any(data: bytes, name: str, *, now: datetime | None = None) -> Known:
    """A file, gzipped or not, as what it is. Raises `IntelError` for anything that is none of these."""
    now = now or datetime.now(UTC)
    data = _unpacked(data, name)
    start = data[:4_096].lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        return _json(data, name, now)
    head = data[:2_000].lower()
    if (b"cveid" in head and b"dateadded" in head) or re.search(rb"^cve,epss,percentile", head, re.MULTILINE):
        return read_feed(data, name, now=now)
    if not data.strip():
        raise IntelError(f"{name} is empty. It may be {_UNDERSTOOD}.")
    table = read_csv(data, name)
    # A file whose exporter put nothing but columns is still what it says.
    if is_flaw_table(table.columns):
        return flaw_file(table, name, now)
    if is_register(table.columns):
        return register_file(table, now)
    shown = ", ".join(column[:30] for column in table.columns[:6])
    raise IntelError(
        f"{name} is nothing that is known here: its columns are {shown}. It may be {_UNDERSTOOD}."
    )


def _json(data: bytes, name: str, now: datetime) -> Known:
    body = parsed(data, name)
    if isinstance(body, dict) and isinstance(body.get("vulnerabilities"), list) and not is_stix(body):
        return read_feed(data, name, now=now)
    found = stix_file(body["objects"], name, now) if is_stix(body) else campaign_file(body, name, now)
    if found is None:
        raise IntelError(f"{name} is JSON of a sort that is not known here. It may be {_UNDERSTOOD}.")
    return found


def parsed(data: bytes, name: str) -> Any:
    """A JSON document. Raises `IntelError`."""
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise IntelError(f"{name} is not UTF-8 text. Take the file as it was published.") from None
    except (ValueError, RecursionError):
        raise IntelError(f"{name} is not whole JSON. Load it down again.") from None


def _unpacked(data: bytes, name: str) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            data = packed.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        raise IntelError(f"{name} is not a whole gzip file. Load it down again.") from None
    if len(data) > _MOST_BYTES:
        raise IntelError(
            f"{name} unpacks to more than {_MOST_BYTES // 1_000_000} MB; no such file is that large."
        )
    return data

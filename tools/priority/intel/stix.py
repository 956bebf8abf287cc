"""Campaigns in STIX 2.1: what each uses, found by following the relationships of a bundle or TAXII envelope.

A campaign leads by `uses`, `exploits`, `targets` and the like to techniques (ATT&CK ids of attack patterns),
vulnerabilities (CVE ids) and indicators (destination ports of their patterns), through malware and tools on the way.
What it is attributed to is not followed: a group uses more than one campaign does. Revoked objects, expired indicators
and unknown types do not count; the last are told. Format: OASIS STIX 2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tools.priority.enrich.model import Campaign
from tools.priority.intel.campaign_file import (
    MOST_CAMPAIGNS,
    MOST_MARKS,
    CampaignFile,
    confidence_of,
    cves_in,
    ports_in,
    techniques_in,
    text_of,
    utc,
)

_DEEPEST = 3
_FORWARD = {"uses", "exploits", "targets", "delivers", "drops", "downloads", "consists-of", "has", "based-on",
            "communicates-with", "controls", "compromises"}  # fmt: skip
_BACKWARD = {"indicates", "based-on", "detects"}
_CARRIERS = {"malware", "tool", "infrastructure", "indicator", "observed-data", "attack-pattern", "vulnerability",
             "network-traffic"}  # fmt: skip
_REST = {
    *("intrusion-set", "threat-actor", "identity", "location", "note", "opinion", "course-of-action"),
    *(
        "marking-definition",
        "language-content",
        "extension-definition",
        "malware-analysis",
        "incident",
        "bundle",
    ),
    *("artifact", "autonomous-system", "directory", "domain-name", "email-addr", "email-message", "file"),
    *("ipv4-addr", "ipv6-addr", "mac-addr", "mutex", "process", "software", "url", "user-account"),
    *("windows-registry-key", "x509-certificate"),
}
_KNOWN = _CARRIERS | _REST | {"campaign", "report", "grouping", "relationship", "sighting"}
_PORTS = re.compile(r"network-traffic:dst_port\s*(?:=|IN)\s*(\([^)]*\)|\d{1,5})", re.IGNORECASE)
_MOST_FAULTS = 20


def is_stix(body: Any) -> bool:
    """Whether a parsed document is a bundle or an envelope."""
    return isinstance(body, Mapping) and isinstance(body.get("objects"), list)


def stix_file(objects: Iterable[Any], source: str, now: datetime) -> CampaignFile:
    """The campaigns of STIX objects, in whatever order they come; an object that comes twice counts in its newest
    version.
    """
    reader = _Objects(objects, source, now)
    return reader.read()


class _Marks(NamedTuple):
    """Ports, techniques and vulnerabilities that objects name."""

    ports: frozenset[int] = frozenset()
    techniques: frozenset[str] = frozenset()
    cves: frozenset[str] = frozenset()

    @property
    def too_many(self) -> bool:
        """Whether they are too many to say anything about any of them."""
        return max(map(len, self)) > MOST_MARKS

    def __or__(self, other: _Marks) -> _Marks:
        return _Marks(self.ports | other.ports, self.techniques | other.techniques, self.cves | other.cves)


def _own(item: Mapping[str, Any]) -> _Marks:
    """What an object itself names."""
    kind = item["type"]
    if kind == "attack-pattern":
        return _Marks(techniques=frozenset(techniques_in(_references(item, "attack"))))
    if kind == "vulnerability":
        return _Marks(cves=frozenset(cves_in([item.get("name"), *_references(item, "cve")])))
    if kind == "network-traffic":
        return _Marks(ports=frozenset(ports_in(item.get("dst_port"))))
    if kind != "indicator":
        return _Marks()
    pattern = item.get("pattern")
    text = pattern[:100_000] if isinstance(pattern, str) else ""
    ports = frozenset(port for found in _PORTS.findall(text) for port in ports_in(found.strip("()")))
    return _Marks(ports, frozenset(techniques_in(_references(item, "attack"))), frozenset(cves_in(text)))


class _Objects:
    def __init__(self, objects: Iterable[Any], source: str, now: datetime) -> None:
        self._source, self._now = source, now
        self._by_id: dict[str, Mapping[str, Any]] = {}
        self._links: dict[str, list[str]] = {}
        self._seen: dict[str, datetime] = {}
        self.kinds: dict[str, int] = {}
        self._known: dict[tuple[str, int], _Marks] = {}
        self._used: set[str] = set()
        self._broken = 0
        self._newest: datetime | None = None
        for item in objects:
            self._take(item)

    def _take(self, item: Any) -> None:
        kind, key = (item.get("type"), item.get("id")) if isinstance(item, Mapping) else (None, None)
        if not isinstance(kind, str) or not isinstance(key, str) or len(key) > 300:
            self._broken += 1
            return
        if kind not in _KNOWN:
            name = text_of(kind, 60) or "?"
            if name in self.kinds or len(self.kinds) < MOST_MARKS:
                self.kinds[name] = self.kinds.get(name, 0) + 1
            else:
                self._broken += 1
            return
        there = self._by_id.get(key)
        if there is None or _version(item) >= _version(there):
            self._by_id[key] = item

    def read(self) -> CampaignFile:
        live = {key: item for key, item in self._by_id.items() if not self._over(item)}
        self._link(live)
        found: dict[str, Campaign] = {}
        empty = 0
        grouped = {"report", "grouping"}
        campaigns = [k for k in sorted(live) if live[k]["type"] == "campaign"]
        reports = [
            k for k in sorted(live) if live[k]["type"] in grouped and not self._names_campaign(live, k)
        ]
        for key in (*campaigns, *reports):
            one = self._campaign(live, key)
            if one is None:
                empty += 1
            elif len(found) < MOST_CAMPAIGNS:
                found[key] = one
        for key in sorted(live):
            if live[key]["type"] == "indicator" and key not in self._used:
                one = self._campaign(live, key, 0)
                if one is not None and len(found) < MOST_CAMPAIGNS:
                    found[key] = one
        return CampaignFile(
            tuple(found.values()),
            min(self._newest, self._now) if self._newest is not None else self._now,
            self._broken + sum(self.kinds.values()),
            tuple(self._faults(empty)),
            dict(sorted(self.kinds.items())),
        )

    def _faults(self, empty: int) -> Iterable[str]:
        yield from (
            f"{count} objects of the unknown type {kind}"
            for kind, count in sorted(self.kinds.items())[:_MOST_FAULTS]
        )
        if self._broken:
            yield f"{self._broken} objects without type or id"
        if empty:
            yield f"{empty} campaigns that name no port, technique or vulnerability, or too many to mean any"

    def _over(self, item: Mapping[str, Any]) -> bool:
        newest = utc(item.get("modified") or item.get("created"))
        if newest is not None and newest <= self._now and (self._newest is None or newest > self._newest):
            self._newest = newest
        if item.get("revoked") is True or item.get("x_mitre_deprecated") is True:
            return True
        until = utc(item.get("valid_until") or item.get("stop_time"))
        return until is not None and until <= self._now

    def _link(self, live: Mapping[str, Mapping[str, Any]]) -> None:
        for item in live.values():
            kind = item["type"]
            if kind == "relationship":
                source, target, how = (
                    item.get("source_ref"),
                    item.get("target_ref"),
                    item.get("relationship_type"),
                )
                if isinstance(source, str) and isinstance(target, str):
                    if how in _FORWARD:
                        self._links.setdefault(source, []).append(target)
                    if how in _BACKWARD:
                        self._links.setdefault(target, []).append(source)
            elif kind == "sighting":
                of, at = item.get("sighting_of_ref"), utc(item.get("last_seen") or item.get("first_seen"))
                if (
                    isinstance(of, str)
                    and at is not None
                    and at > self._seen.get(of, at.min.replace(tzinfo=at.tzinfo))
                ):
                    self._seen[of] = at
            elif kind in {"report", "grouping", "observed-data"}:
                refs = item.get("object_refs")
                if isinstance(refs, list):
                    self._links.setdefault(item["id"], []).extend(r for r in refs if isinstance(r, str))

    def _names_campaign(self, live: Mapping[str, Mapping[str, Any]], key: str) -> bool:
        return any(r in live and live[r]["type"] == "campaign" for r in self._links.get(key, ()))

    def _marks(self, live: Mapping[str, Mapping[str, Any]], key: str, depth: int) -> _Marks:
        """What an object and all that it leads to in so many steps name; worked out once for each."""
        found = self._known.get((key, depth))
        if found is None:
            if live[key]["type"] == "indicator":
                self._used.add(key)
            found = _own(live[key])
            for other in self._links.get(key, ()) if depth else ():
                if other in live and live[other]["type"] in _CARRIERS and not found.too_many:
                    found = found | self._marks(live, other, depth - 1)
            self._known[key, depth] = found
        return found

    def _campaign(
        self, live: Mapping[str, Mapping[str, Any]], key: str, depth: int = _DEEPEST
    ) -> Campaign | None:
        ports, techniques, cves = marks = self._marks(live, key, depth)
        item = live[key]
        if marks.too_many or not (ports or techniques or cves):
            return None
        own = utc(item.get("last_seen") or item.get("published"))
        seen = max((t for t in (own, self._seen.get(key)) if t is not None), default=None)
        first = utc(item.get("first_seen") or item.get("valid_from"))
        return Campaign(
            id=text_of(key, 200),
            name=text_of(item.get("name"), 200) or text_of(key, 200),
            ports=tuple(sorted(ports)),
            techniques=tuple(sorted(techniques)),
            cves=tuple(sorted(cves)),
            since=first,
            until=utc(item.get("valid_until")),
            seen=seen or (None if first is not None else utc(item.get("modified") or item.get("created"))),
            confidence=confidence_of(item.get("confidence")),
            source=self._source,
        )


def _version(item: Mapping[str, Any]) -> str:
    """Times of STIX sort as text when they are of one form, as the standard wants them."""
    found = utc(item.get("modified") or item.get("created"))
    return found.isoformat() if found is not None else ""


def _references(item: Mapping[str, Any], word: str) -> list[str]:
    """Ids under which other catalogs know an object, of those whose name has a word in it."""
    listed = item.get("external_references")
    found = [r for r in listed if isinstance(r, Mapping)] if isinstance(listed, list) else []
    return [
        r["external_id"]
        for r in found
        if isinstance(r.get("external_id"), str) and word in str(r.get("source_name", "")).lower()
    ]

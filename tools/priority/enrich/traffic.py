"""Traffic from outside to assets: how many attempts, from how many addresses, which got through, on which port."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from tools.priority.enrich.matching import Assets, text_of
from tools.priority.enrich.model import Activity, PortTraffic
from tools.priority.enrich.records import moment, number

_THROUGH = {"accept", "allow", "allowed", "permit"}
_MOST_PORTS = 12


class _Seen(NamedTuple):
    attempts: int
    addresses: int
    through: bool
    port: int | None
    first: datetime | None
    last: datetime | None
    source: str


def traffic_of(
    firewall: Iterable[Mapping[str, Any]], flows: Iterable[Mapping[str, Any]], assets: Assets
) -> dict[str, Activity]:
    """Activity by asset id, of all logs together. Rows about an address or interface that no asset has are left out.

    Addresses are counted per port in the log; the most on one port stands for all, so that nothing is counted twice.
    """
    found: dict[str, list[_Seen]] = {}
    for row in firewall:
        asset_id = assets.by_address(text_of(row, "dest_ip"))
        if asset_id is not None:
            found.setdefault(asset_id, []).append(_seen(row, "dest_port", "firewall logs"))
    for row in flows:
        asset_id = assets.by_interface(text_of(row, "interface_id")) or assets.by_address(
            text_of(row, "dstaddr")
        )
        if asset_id is not None:
            found.setdefault(asset_id, []).append(_seen(row, "dstport", "flow logs"))
    return {asset_id: _added(rows) for asset_id, rows in found.items()}


def _seen(row: Mapping[str, Any], port: str, source: str) -> _Seen:
    named = number(row.get(port))
    return _Seen(
        max(int(number(row.get("attempts")) or 0), 0),
        max(int(number(row.get("addresses")) or 0), 0),
        text_of(row, "action").lower() in _THROUGH,
        int(named) if named is not None else None,
        moment(row.get("first")),
        moment(row.get("last")),
        source,
    )


def _added(rows: list[_Seen]) -> Activity:
    by_port: dict[int, PortTraffic] = {}
    for row in rows:
        if row.port is None:
            continue
        there = by_port.get(row.port, PortTraffic(0, 0, 0))
        by_port[row.port] = PortTraffic(
            there.attempts + row.attempts,
            there.accepted + (row.attempts if row.through else 0),
            max(there.addresses, row.addresses),
            max((t for t in (there.last, row.last) if t is not None), default=None),
        )
    busiest = sorted(by_port, key=lambda p: (-by_port[p].attempts, p))[:_MOST_PORTS]
    firsts = [row.first for row in rows if row.first is not None]
    lasts = [row.last for row in rows if row.last is not None]
    return Activity(
        attempts=sum(row.attempts for row in rows),
        addresses=max(row.addresses for row in rows),
        accepted=sum(row.attempts for row in rows if row.through),
        ports=tuple(busiest),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
        source=" and ".join(sorted({row.source for row in rows})),
        by_port=by_port,
    )

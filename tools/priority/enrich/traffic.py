"""Traffic from outside to assets: how many attempts, from how many addresses, which got through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from tools.priority.enrich.matching import Assets, text_of
from tools.priority.enrich.model import Activity
from tools.priority.enrich.records import moment, number

_THROUGH = {"accept", "allow", "allowed", "permit"}
_MOST_PORTS = 12


def traffic_of(
    firewall: Iterable[Mapping[str, Any]], flows: Iterable[Mapping[str, Any]], assets: Assets
) -> dict[str, Activity]:
    """Activity by asset id, of all logs together. Rows about an address or interface that no asset has are left out.

    Addresses are counted per port in the log; the most on one port stands for all, so that nothing is counted twice.
    """
    found: dict[str, list[tuple[int, int, bool, int | None, datetime | None, datetime | None, str]]] = {}
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


def _seen(
    row: Mapping[str, Any], port: str, source: str
) -> tuple[int, int, bool, int | None, datetime | None, datetime | None, str]:
    named = number(row.get(port))
    return (
        int(number(row.get("attempts")) or 0),
        int(number(row.get("addresses")) or 0),
        text_of(row, "action").lower() in _THROUGH,
        int(named) if named is not None else None,
        moment(row.get("first")),
        moment(row.get("last")),
        source,
    )


def _added(
    rows: list[tuple[int, int, bool, int | None, datetime | None, datetime | None, str]],
) -> Activity:
    by_port: dict[int, int] = {}
    for attempts, _, _, port, *_ in rows:
        if port is not None:
            by_port[port] = by_port.get(port, 0) + attempts
    busiest = sorted(by_port, key=lambda p: (-by_port[p], p))[:_MOST_PORTS]
    firsts = [first for *_, first, _, _ in rows if first is not None]
    lasts = [last for *_, last, _ in rows if last is not None]
    return Activity(
        attempts=sum(attempts for attempts, *_ in rows),
        addresses=max(addresses for _, addresses, *_ in rows),
        accepted=sum(attempts for attempts, _, through, *_ in rows if through),
        ports=tuple(busiest),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
        source=" and ".join(sorted({source for *_, source in rows})),
    )

"""Whether strangers on the internet can reach a resource: proved from configuration, never from a tag or a
name.

`exposure_of` dispatches to one reader per cloud. A reader answers with a fact whose grade is 0..1 (how
directly the resource can be used), -1 when its configuration shows that it cannot be reached, and a range
when no record decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tools.findings.model import AssetRecord
from tools.priority.estate import Estate, cloud_of
from tools.priority.facts import Fact, absent, known, unknown
from tools.priority.network import OpenRange
from tools.priority.reading import View, shown

CONFIG = "configuration"
POSSIBLE_LOW = -1.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """The fact, the port ranges behind it (if it is about ports), and what compensates it."""

    fact: Fact
    openings: tuple[OpenRange, ...] = ()
    compensating: str = ""
    public_host: bool = False


@dataclass(frozen=True)
class Reader:
    """What an exposure reader needs: the index, the grades of the weights, the time."""

    estate: Estate
    ports: Mapping[str, float]
    levels: Mapping[str, float]
    at: datetime
    cache: dict[str, Exposure] = field(default_factory=dict)
    users: dict[tuple[str, str], list[AssetRecord]] = field(default_factory=dict)

    def open(
        self,
        value: str,
        level: str | float,
        *ids: str,
        openings: tuple[OpenRange, ...] = (),
        host: bool = False,
    ) -> Exposure:
        """Reachable, as a record shows."""
        grade = self.levels[level] if isinstance(level, str) else level
        return Exposure(
            known("exposure", shown(value, 300), grade, CONFIG, *_clean(ids), at=self.at),
            openings,
            public_host=host,
        )

    def closed(self, value: str, *ids: str, compensating: str = "", host: bool = False) -> Exposure:
        """Not reachable, as a record shows."""
        fact = absent("exposure", shown(value, 300), CONFIG, *_clean(ids), grade=-1.0, at=self.at)
        return Exposure(fact, (), compensating, host)

    def maybe(
        self,
        value: str,
        worst: str | float,
        *ids: str,
        estimate: float | None = None,
        openings: tuple[OpenRange, ...] = (),
    ) -> Exposure:
        """No record decides; at worst it is as open as `worst`."""
        high = self.levels[worst] if isinstance(worst, str) else worst
        guess = self.levels["possible"] * high if estimate is None else estimate
        source = CONFIG if ids else "no record"
        return Exposure(
            unknown(
                "exposure", shown(value, 300), guess, POSSIBLE_LOW, high, source, *_clean(ids), at=self.at
            ),
            openings,
        )

    def none(self, value: str = "not a thing that the internet can address") -> Exposure:
        """Exposure says nothing about this kind of resource."""
        return Exposure(absent("exposure", value, CONFIG, at=self.at))


def _clean(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(shown(one) for one in ids if one)


Handler = Callable[[Reader, AssetRecord, View], Exposure]


def exposure_of(reader: Reader, asset: AssetRecord) -> Exposure:
    """The exposure of one asset; computed once per snapshot."""
    found = reader.cache.get(asset.asset_id)
    if found is None:
        # A resource that refers to itself in a circle reads as undecided instead of recursing.
        reader.cache[asset.asset_id] = reader.maybe("refers to itself", "reachable")
        found = reader.cache[asset.asset_id] = _read(reader, asset)
    return found


_EVERYWHERE = frozenset({"code.repo", "k8s.node", "ec2.address", "azure.ip", "gcp.address"})
"""Kinds that are read alike whoever hosts them."""


def _read(reader: Reader, asset: AssetRecord) -> Exposure:
    from tools.priority import addresses, exposure_aws, exposure_azure, exposure_code, exposure_gcp, nodes

    handlers: Mapping[str, Handler] = {
        "aws": exposure_aws.HANDLERS,
        "azure": exposure_azure.HANDLERS,
        "gcp": exposure_gcp.HANDLERS,
    }.get(cloud_of(asset), {})
    kind, view = reader.estate.kind(asset), reader.estate.view(asset)
    if kind in _EVERYWHERE:
        handlers = {
            **exposure_code.HANDLERS,
            **dict.fromkeys(addresses.KINDS, addresses.address_exposure),
            "k8s.node": nodes.node_exposure,
        }
    handler = handlers.get(kind) or handlers.get(kind.split(".")[0] + ".*")
    if handler is None:
        return _unread(reader, asset, view)
    if not view:
        return reader.maybe("its configuration was not collected", "reachable")
    return handler(reader, asset, view)


def _unread(reader: Reader, asset: AssetRecord, view: View) -> Exposure:
    """A kind that no reader knows: a flag of public access still counts."""
    name = asset.name or asset.uid
    flag = view.flag("PubliclyAccessible", "publicly_accessible", "public_access", "public", "IsPublic")
    if flag is True:
        return reader.maybe(
            "marked public in its configuration", "reachable", name, estimate=reader.levels["possible"]
        )
    if flag is False:
        return reader.closed("marked private in its configuration", name)
    return reader.none("no record says whether strangers can reach it")

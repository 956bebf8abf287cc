"""From the internet to machines, databases and clusters: a door, and what proves that it can be walked through.

That something answers the internet is no entry by itself: the chance comes from what answers (a service without a
login, one with a known flaw, one that asks for a password). What is stopped, detached or closed is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tools.findings.model import AssetRecord
from tools.priority.addresses import addresses_of
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import name_of
from tools.priority.exposure import Exposure, Reader, exposure_of
from tools.priority.graph.flaws import answering, wants_token, weakest
from tools.priority.graph.model import INTERNET, Edge, Relation
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.network import WIDE, OpenRange, ports_text
from tools.priority.reading import shown

MACHINES = ("ec2.instance", "azure.vm", "gcp.vm", "k8s.workload", "ecs.service")
DATABASES = ("rds.db", "redshift.cluster", "azure.sql", "gcp.sql")
CLUSTERS = ("eks.cluster", "azure.aks", "gcp.gke")


class Door(NamedTuple):
    """The chance of getting through a door, the relation, and what it is."""

    chance: float
    relation: Relation
    why: str


class NetworkEntries:
    """Entries of one estate."""

    def __init__(self, reader: Reader, enriched: Enrichments, words: GraphWords) -> None:
        self._reader = reader
        self._enriched = enriched
        self._words = words

    def edges(self) -> Iterator[Edge]:
        """One edge for each way into an asset that answers the internet."""
        estate = self._reader.estate
        for asset in estate.of_kind(*MACHINES, *DATABASES, *CLUSTERS):
            exposure = exposure_of(self._reader, asset)
            if exposure.fact.state == "absent" or exposure.fact.high <= 0:
                continue
            for door in self.doors(asset, estate.kind(asset), exposure.openings):
                yield self._edge(asset, door, exposure)

    def _edge(self, asset: AssetRecord, door: Door, exposure: Exposure) -> Edge:
        known = exposure.fact.state == "known"
        chance = door.chance if known else door.chance * self._words.step["unknown"]
        where = exposure.fact.value
        return Edge(
            INTERNET,
            asset.asset_id,
            door.relation,
            chance,
            f"{where}; {door.why}" if door.why else where,
            self._behind(asset, exposure),
            (shown(name_of(asset)), *exposure.fact.ids),
            known,
        )

    def _behind(self, asset: AssetRecord, exposure: Exposure) -> tuple[str, ...]:
        """Assets whose rules open the door, and the records of the addresses that it is at."""
        owners = dict.fromkeys(o.owner for o in exposure.openings)
        kinds = ("ec2.sg", "azure.nsg", "gcp.firewall")
        found = self._reader.estate.find_all(asset.account, owners, *kinds)
        found = [*found, *addresses_of(self._reader.estate, asset)]
        return tuple(sorted({a.asset_id for a in found if a.asset_id != asset.asset_id}))

    def door(self, asset: AssetRecord, kind: str, openings: Iterable[OpenRange]) -> Door:
        """The easiest way through what is open."""
        return max(self.doors(asset, kind, openings), key=lambda d: (d.chance, d.why))

    def doors(self, asset: AssetRecord, kind: str, openings: Iterable[OpenRange]) -> list[Door]:
        """The ways through what is open: what answers, and the worst flaw in it."""
        entry, open_ = self._words.entry, list(openings)
        doors = [self._service(kind, open_)]
        flaws = self._enriched.flaws.get(asset.asset_id, ())
        if kind in MACHINES:
            flaws = answering(flaws, open_, self._words)
        flaw = weakest(flaws, self._words, tokens=wants_token(self._reader.estate, asset))
        if flaw is not None and kind not in CLUSTERS and (open_ or kind in DATABASES):
            doors.append(Door(entry[flaw.name], Relation.EXPLOITS, flaw.why))
        return doors

    def _service(self, kind: str, openings: list[OpenRange]) -> Door:
        entry, services = self._words.entry, self._words.services
        if kind in CLUSTERS:
            return Door(entry["cluster_endpoint"], Relation.SIGNS_IN, "its API asks for a login")
        if kind in DATABASES:
            return Door(entry["database_login"], Relation.SIGNS_IN, "a password is needed")
        bare = self._covered(openings, services["no_login"])
        if bare:
            what = ", ".join(map(str, bare[:3]))
            return Door(
                entry["no_login"], Relation.REACHES, f"what listens on {what} asks for no login by default"
            )
        if self._covered(openings, services["admin"]):
            return Door(entry["admin_login"], Relation.SIGNS_IN, "a password or key is needed")
        if self._covered(openings, services["database"]):
            return Door(entry["database_login"], Relation.SIGNS_IN, "a password is needed")
        if self._covered(openings, services["web"]):
            return Door(entry["web"], Relation.REACHES, "no known flaw in what answers")
        what = ports_text(openings) or "its port"
        return Door(entry["other_port"], Relation.REACHES, f"what listens on {what} is not known")

    @staticmethod
    def _covered(openings: Iterable[OpenRange], ports: frozenset[int]) -> list[int]:
        """Ports of a class that are open; a wide range says nothing of what listens, but where it holds them
        the ports by which machines are looked after.
        """
        narrow = [o for o in openings if o.last - o.first < WIDE]
        wide = [o for o in openings if o.last - o.first >= WIDE]
        found = sorted(p for p in ports if any(o.covers(p) for o in narrow))
        return found or sorted(p for p in ports if p in (22, 3389) and any(o.covers(p) for o in wide))

"""What somebody who stands next to a machine or database can do to it, in any cloud but AWS (`aws_network_edges`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments
from tools.priority.estate import name_of
from tools.priority.graph.flaws import answering, weakest
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import shown

_WHOLE = 65_000


class Opening(Protocol):
    """Ports that are open from some place, and the records that open them.

    Not `sure` where a part of the place is kept out.
    """

    @property
    def first(self) -> int: ...
    @property
    def last(self) -> int: ...
    @property
    def owners(self) -> tuple[AssetRecord, ...]: ...
    @property
    def sure(self) -> bool: ...


Found = TypeVar("Found", bound=Opening)
Place = Callable[[AssetRecord, Found], str | None]
"""Gives the key of the place that an opening opens to, with those who stand there; None where nobody does."""


class Neighbours:
    """Steps from places inside a network to machines and databases."""

    def __init__(self, enriched: Enrichments, jewels: Jewels, steps: Steps) -> None:
        self._enriched = enriched
        self._jewels = jewels
        self._steps = steps

    def into_machine(self, target: AssetRecord, openings: Iterable[Found], place: Place[Found]) -> None:
        """A neighbour gets in by a known flaw or a service without login; a password-protected one is no easy step."""
        step, words = self._steps.words.step, self._steps.words
        flaws = self._enriched.flaws.get(target.asset_id, ())
        worthy = self._jewels.of(target).value >= 0.5
        for opening in openings:
            whole = opening.last - opening.first >= _WHOLE
            bare = [
                p
                for p in sorted(words.services["no_login"])
                if opening.first <= p <= opening.last and not whole
            ]
            flaw = weakest(answering(flaws, (opening,), words), words) if flaws else None
            key = place(target, opening)
            if bare:
                why = f"what listens on {bare[0]} asks for no login by default"
                self._step(key, target, Relation.REACHES, step["no_login_inside"], why, opening)
            if flaw is not None:
                chance = step["exploit_inside"] * words.entry[flaw.name] / words.entry["exploited_flaw"]
                self._step(key, target, Relation.EXPLOITS, chance, flaw.why, opening)
            if not bare and flaw is None and worthy:
                why = "a password or key is needed"
                self._step(key, target, Relation.SIGNS_IN, step["login_inside"], why, opening)

    def into_database(
        self, target: AssetRecord, port: int | None, openings: Iterable[Found], place: Place[Found]
    ) -> None:
        """A neighbour of a database needs its password."""
        if self._jewels.of(target).value < 0.5:
            return
        for opening in openings:
            if port is None or opening.first <= port <= opening.last:
                chance = self._steps.words.step["login_inside"]
                self._step(
                    place(target, opening), target, Relation.SIGNS_IN, chance, "a password is needed", opening
                )

    def _step(
        self,
        key: str | None,
        target: AssetRecord,
        relation: Relation,
        chance: float,
        why: str,
        opening: Opening,
    ) -> None:
        if key is None:
            return
        owners = (
            ", ".join(shown(name_of(o)) for o in opening.owners[:2]) or "the network, which has no rules,"
        )
        text = f"{owners} lets it in; {why}"
        self._steps.join(
            key,
            target.asset_id,
            relation,
            chance,
            text,
            opening.owners,
            known=opening.sure,
            names=(name_of(target),),
        )

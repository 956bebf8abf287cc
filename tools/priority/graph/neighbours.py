"""What somebody who stands next to a machine or database can do to it; `ways_in` serves every cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, Protocol, TypeVar

from tools.findings.model import AssetRecord
from tools.priority.enrich.model import Enrichments, Flaw
from tools.priority.estate import name_of
from tools.priority.graph.flaws import Range, answering, wants_token, weakest
from tools.priority.graph.jewels import Jewels
from tools.priority.graph.model import Relation
from tools.priority.graph.steps import Steps
from tools.priority.graph.vocabulary import GraphWords
from tools.priority.network import WIDE
from tools.priority.reading import shown


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


class Way(NamedTuple):
    """How a neighbour gets in: the relation, the chance (0 to 1), and a clause."""

    relation: Relation
    chance: float
    why: str


def ways_in(
    flaws: Iterable[Flaw], opening: Range, words: GraphWords, *, worthy: bool, tokens: bool = False
) -> Iterator[Way]:
    """What somebody next to a machine gets in by where ports are open: a service without login, a known flaw in what
    answers there; a password only where the machine is worth one.
    """
    bare = [p for p in sorted(words.services["no_login"]) if opening.first <= p <= opening.last]
    if opening.last - opening.first >= WIDE:
        bare = []
    held = tuple(flaws)
    flaw = weakest(answering(held, (opening,), words), words, tokens=tokens) if held else None
    if bare:
        why = f"what listens on {bare[0]} asks for no login by default"
        yield Way(Relation.REACHES, words.step["no_login_inside"], why)
    if flaw is not None:
        share = words.entry[flaw.name] / words.entry["exploited_flaw"]
        yield Way(Relation.EXPLOITS, words.step["exploit_inside"] * share, flaw.why)
    if not bare and flaw is None and worthy:
        yield Way(Relation.SIGNS_IN, words.step["login_inside"], "a password or key is needed")


class Neighbours:
    """Steps from places inside a network to machines and databases."""

    def __init__(self, enriched: Enrichments, jewels: Jewels, steps: Steps) -> None:
        self._enriched = enriched
        self._jewels = jewels
        self._steps = steps

    def into_machine(self, target: AssetRecord, openings: Iterable[Found], place: Place[Found]) -> None:
        """Steps onto a machine from each place that its openings open to."""
        words = self._steps.words
        flaws = self._enriched.flaws.get(target.asset_id, ())
        worthy = self._jewels.of(target).value >= 0.5
        tokens = wants_token(self._steps.estate, target)
        for opening in openings:
            key = place(target, opening)
            for way in ways_in(flaws, opening, words, worthy=worthy, tokens=tokens):
                self._step(key, target, way.relation, way.chance, way.why, opening)

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

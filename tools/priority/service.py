"""Scores of the open findings of a tenant, computed once per snapshot."""

from __future__ import annotations

import asyncio
import copy
import difflib
from collections.abc import Awaitable, Callable, Hashable, Iterable
from datetime import timedelta
from typing import Protocol

from tools.bulk import swept, uncollected
from tools.findings.model import Finding, FindingSet
from tools.priority.acceptance import Acceptance
from tools.priority.context import Context, Enrichment, build_context
from tools.priority.enrich.model import NOTHING, Enrichments
from tools.priority.errors import UnknownFindingError
from tools.priority.increment import added_to
from tools.priority.model import PriorityScore, ScoreBook
from tools.priority.prefilter import Tolerances
from tools.priority.score import score_finding
from tools.priority.weights import Weights, load_weights

ENRICHMENT_HOLDS = timedelta(minutes=5)
"""How long what was asked outside stands when only findings change; then everything is asked and computed anew."""


class SnapshotSource(Protocol):
    """Where the open findings come from (`tools.findings.FindingLookup`)."""

    async def snapshot(self) -> FindingSet:
        """The open findings with their assets."""


def score_snapshot(
    snapshot: FindingSet,
    weights: Weights | None = None,
    accepted: Iterable[Acceptance] = (),
    enrichment: Enrichment | None = None,
    enriched: Enrichments = NOTHING,
    tolerances: Tolerances | None = None,
) -> tuple[ScoreBook, Context]:
    """Score every open finding of a snapshot; the order of the input does not matter."""
    context = build_context(snapshot, weights, accepted, enrichment, enriched, tolerances)
    return score_context(snapshot, context), context


def score_context(snapshot: FindingSet, context: Context) -> ScoreBook:
    """Score every open finding of a snapshot that has been indexed."""
    with uncollected():
        scores = [score_finding(finding, context) for finding in snapshot.findings if finding.open]
        scores.sort(key=lambda score: (-score.log_odds, score.finding_id))
    return ScoreBook(tuple(scores), snapshot.as_of, context.weights.version, snapshot.complete)


class PriorityService:
    """Scores for the chat, the command line and the triage service."""

    def __init__(
        self,
        lookup: SnapshotSource,
        weights: Weights | None = None,
        accepted: Iterable[Acceptance] = (),
        *,
        enrich: Callable[[FindingSet], Awaitable[Enrichments]] | None = None,
        current: Callable[[], Awaitable[Weights]] | None = None,
        tolerated: Callable[[], Awaitable[tuple[Tolerances, Hashable]]] | None = None,
    ) -> None:
        """`current` gives the weights in use when they may change meanwhile; without it `weights` stand. `tolerated`
        gives what is accepted and approved now, and a mark that changes with what was imported; without it `accepted`
        stands.
        """
        self._lookup = lookup
        self._weights = weights or load_weights()
        self._tolerances = Tolerances(tuple(accepted))
        self._imported: Hashable = None
        self._now_tolerated = tolerated
        self._enrich = enrich
        self._current_weights = current
        self._lock = asyncio.Lock()
        self._cached: tuple[FindingSet, ScoreBook, Context] | None = None

    @property
    def weights_version(self) -> str:
        """The version of the weights in use."""
        return self._weights.version

    async def scores(self) -> ScoreBook:
        """All scores of the present snapshot; computed again only when the snapshot is another one."""
        return (await self._current())[1]

    async def context(self) -> Context:
        """What the scores of the present snapshot rest on; its `graph` is the attack graph."""
        return (await self._current())[2]

    async def explain(self, finding_id: str) -> PriorityScore:
        """The score of one open finding by its public id or the tenant's issue id."""
        return (await self.explained(finding_id))[1]

    async def explained(self, finding_id: str) -> tuple[Finding, PriorityScore]:
        """One open finding with its score; raises `UnknownFindingError` with near ids."""
        snapshot, book, _ = await self._current()
        wanted = finding_id.strip()
        finding = snapshot.by_id.get(wanted) or snapshot.by_issue.get(wanted)
        score = book.by_id.get(finding.id) if finding else None
        if finding is None or score is None:
            known = [*snapshot.by_id, *snapshot.by_issue]
            raise UnknownFindingError(
                wanted[:200], difflib.get_close_matches(wanted[:200], known, n=3, cutoff=0.6)
            )
        return finding, score

    async def tolerances(self) -> Tolerances:
        """What is accepted and approved, as the present scores have it."""
        return (await self._current())[2].tolerances

    async def _current(self) -> tuple[FindingSet, ScoreBook, Context]:
        async with self._lock:
            await self._look_at_tolerances()
            snapshot = await self._lookup.snapshot()
            if self._current_weights is not None:
                self._weights = await self._current_weights()
            stale = self._cached is None or self._cached[0] is not snapshot
            if self._cached is not None and stale:
                self._cached = await asyncio.to_thread(self._extended, self._cached, snapshot) or self._cached
                stale = self._cached[0] is not snapshot
            if self._cached is None or stale or self._cached[1].weights_version != self._weights.version:
                enriched = await self._enrich(snapshot) if self._enrich is not None else NOTHING
                # Scoring is plain computation; in a thread the conversation stays responsive.
                book, context = await asyncio.to_thread(
                    score_snapshot, snapshot, self._weights, (), None, enriched, self._tolerances
                )
                again = self._cached is not None
                self._cached = (snapshot, book, context)
                if again:
                    # The graph that was given up has cycles in it.
                    await asyncio.to_thread(swept)
            elif self._cached[2].tolerances != self._tolerances:
                self._cached = await asyncio.to_thread(_held_otherwise, self._cached, self._tolerances)
            return self._cached

    async def _look_at_tolerances(self) -> None:
        """Take over what is accepted now; after an import everything is asked and computed anew."""
        if self._now_tolerated is None:
            return
        self._tolerances, imported = await self._now_tolerated()
        if imported != self._imported:
            self._imported, self._cached = imported, None

    @staticmethod
    def _extended(
        cached: tuple[FindingSet, ScoreBook, Context], snapshot: FindingSet
    ) -> tuple[FindingSet, ScoreBook, Context] | None:
        """The state after a change among findings alone, if that is what happened and the rest is recent."""
        before, book, context = cached
        if not timedelta(0) <= snapshot.as_of - context.as_of < ENRICHMENT_HOLDS:
            return None
        found = added_to(book, context, before, snapshot)
        return None if found is None else (snapshot, *found)


def _held_otherwise(
    cached: tuple[FindingSet, ScoreBook, Context], tolerances: Tolerances
) -> tuple[FindingSet, ScoreBook, Context]:
    """The same snapshot under other accepted risks: facts and graph stand, the scores are made again."""
    snapshot, _, context = cached
    then = copy.copy(context)
    then.tolerances = tolerances
    return snapshot, score_context(snapshot, then), then

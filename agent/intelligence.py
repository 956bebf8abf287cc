"""Threat intelligence and weights of our own database, for the scores: opened when needed, not before.

A database that nobody has made yet holds nothing: then the snapshot of the package answers, and nothing is created.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agent.settings import Settings
from tools.priority.enrich.model import Flaw
from tools.priority.weights import Weights

if TYPE_CHECKING:
    from tools.priority.enrich.stored import Held
    from tools.priority.prefilter import Tolerances


class StoredIntelligence:
    """Answers for many vulnerabilities at once; see `tools.priority.enrich.asking.Intelligence`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.as_of: datetime | None = None

    async def flaws(self, cves: Sequence[str]) -> Mapping[str, Flaw]:
        """What is known of these ids."""
        if not cves:
            return {}
        if not self._made():
            from tools.priority.intel.service import of_snapshot

            self.as_of, known = of_snapshot(cves)
            return known
        from agent.desk import open_migrated
        from tools.priority.intel.service import IntelService

        async with await open_migrated(self._settings) as store:
            service = IntelService(store)
            found = await service.flaws(cves)
            self.as_of = service.as_of
        return found

    def _made(self) -> bool:
        return database_made(self._settings)


class StoredWeights:
    """The weights in use: those that a person activated, or the shipped ones."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self) -> Weights:
        """Read anew each time, so that an activation counts at once."""
        from tools.priority.weights import load_weights

        if not database_made(self._settings):
            return load_weights()
        from agent.desk import open_migrated
        from tools.priority.feedback.service import FeedbackService

        async with await open_migrated(self._settings) as store:
            return await FeedbackService(store).current()


class StoredHoldings:
    """Snapshots of CMDBs and scans and campaigns of feeds; see `tools.priority.enrich.stored.Holdings`."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def held(self) -> Held:
        """All that was imported."""
        from tools.priority.enrich.stored import Held

        if not database_made(self._settings):
            return Held()
        from agent.desk import open_migrated
        from tools.priority.intel.sets import EnrichmentSets

        async with await open_migrated(self._settings) as store:
            return await EnrichmentSets(store).held()


class StoredTolerances:
    """Accepted risks and approved deviations in force now, and a mark that changes with every import."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    async def __call__(self) -> tuple[Tolerances, Hashable]:
        """Read anew each time, so that a new exception, an expiry and an edited file count at once."""
        from tools.priority.benign import FILE, NOTHING, load_benign
        from tools.priority.errors import BenignError
        from tools.priority.prefilter import Tolerances

        problem, benign = "", NOTHING
        try:
            benign = load_benign(self._settings.home_dir / FILE)
        except BenignError as error:
            problem = f"{error} Until then nothing is approved."
        if not database_made(self._settings):
            return Tolerances((), benign, problem), None
        from agent.desk import open_migrated
        from tools.priority.exceptions.service import ExceptionService
        from tools.priority.intel.sets import EnrichmentSets

        async with await open_migrated(self._settings) as store:
            accepted = await ExceptionService(store).in_force()
            return Tolerances(accepted, benign, problem), await EnrichmentSets(store).mark()


def database_made(settings: Settings) -> bool:
    """Whether our own database is there; one on a server always is."""
    url = settings.store_url
    return not url.startswith("sqlite") or Path(url.partition("///")[2]).exists()

"""Threat intelligence and weights of our own database, for the scores: opened when needed, not before.

A database that nobody has made yet holds nothing: then the snapshot of the package answers, and nothing is created.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from agent.settings import Settings
from tools.priority.enrich.model import Flaw


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

            self.as_of, found = of_snapshot(cves)
            return found
        from agent.desk import open_migrated
        from tools.priority.intel.service import IntelService

        async with await open_migrated(self._settings) as store:
            service = IntelService(store)
            found = await service.flaws(cves)
            self.as_of = service.as_of
        return found

    def _made(self) -> bool:
        """Whether the database is there; one on a server always is."""
        url = self._settings.store_url
        if not url.startswith("sqlite"):
            return True
        return Path(url.partition("///")[2]).exists()

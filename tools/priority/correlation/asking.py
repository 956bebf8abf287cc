"""Asks the tenant about one asset: every text is checked before it leaves, every answer is kept with its query."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from tools.cortex import CortexError, TimeFrame
from tools.results import QueryRecord
from tools.xql import Catalog, check

Rows = Sequence[Mapping[str, Any]]
DAY_MS = 86_400_000
ALL_TIME = TimeFrame(from_ms=0, to_ms=4_102_444_800_000)
_TIMEOUT_S = 60.0


class Client(Protocol):
    """What is needed of a Cortex client."""

    @property
    def xql(self) -> Any: ...


class Asker:
    """Asks, and remembers what it asked. A source that fails says so in `problems`; it never raises for one."""

    def __init__(self, client: Client, catalog: Catalog | None = None) -> None:
        self._client = client
        self._catalog = catalog or Catalog.seeded()
        self.queries: list[QueryRecord] = []
        self.cut: list[str] = []
        self.as_of: datetime | None = None

    async def ask(self, text: str, reading: str, *, days: int | None, limit: int) -> Rows | str:
        """The rows of a query over the last `days` (None: of all time), or the sentence that says why there are none.

        `limit` is the one in the text: an answer that fills it is told as cut.
        """
        report = check(text, self._catalog)
        if not report.valid:  # a value of the estate that our own literals did not foresee: nothing leaves
            return f"the query for {reading} could not be written: {report.errors[0].message}"
        frame = ALL_TIME if days is None else TimeFrame(relative_ms=days * DAY_MS)
        try:
            run = await self._client.xql.run(report.xql, timeframe=frame, limit=limit, timeout_s=_TIMEOUT_S)
        except CortexError as error:
            return str(error)
        cut = run.truncated or run.partial or run.returned >= limit > 1
        if cut:
            self.cut.append(reading)
        self.as_of = min(self.as_of, run.as_of) if self.as_of else run.as_of
        self.queries.append(
            QueryRecord(
                xql=report.xql,
                reading=reading,
                dataset=report.xql.split("\n", 1)[0].removeprefix("dataset = ").strip(),
                window="all time" if days is None else f"last {days} {'day' if days == 1 else 'days'}",
                rows=run.returned,
                total=run.total,
                truncated=cut,
                as_of=run.as_of,
            )
        )
        rows: Rows = run.rows
        return rows

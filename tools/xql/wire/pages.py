"""Results of recent queries, kept so that their further rows come from the run that gave the first ones.

A service promises no order where a query has none, so running it again for the next page may repeat rows or skip some.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from typing import Final

from tools.xql.plan.model import PostureQuery
from tools.xql.service.model import QueryOutcome

MOST_RESULTS: Final = 16
MOST_ROWS: Final = 50_000


class KeptResults:
    """The latest results by query; the oldest go first, by number and by rows."""

    def __init__(self, most_results: int = MOST_RESULTS, most_rows: int = MOST_ROWS) -> None:
        self._most_results, self._most_rows = most_results, most_rows
        self._kept: OrderedDict[str, QueryOutcome] = OrderedDict()

    @staticmethod
    def key(plan: PostureQuery | None, xql: str | None) -> str:
        body = plan.model_dump(mode="json", exclude_defaults=True) if plan is not None else xql
        return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()

    def keep(self, key: str, outcome: QueryOutcome) -> None:
        """Keep a result if there are rows beyond the first page to read from it."""
        self._kept.pop(key, None)
        self._kept[key] = outcome
        while len(self._kept) > self._most_results or self._rows() > self._most_rows:
            self._kept.popitem(last=False)

    def get(self, key: str) -> QueryOutcome | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _rows(self) -> int:
        return sum(len(outcome.rows) for outcome in self._kept.values())

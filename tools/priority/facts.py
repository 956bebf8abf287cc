"""A fact: what is known, known not to be so, or not known; from which record; of when."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

FactState = Literal["known", "unknown", "absent"]
"""`known`: a record shows it. `absent`: a record shows it is not so. `unknown`: no record says either."""


class Fact(NamedTuple):
    """One thing we know, know not to be so, or do not know.

    `value` is a short text that may be shown. `grade` is how bad the fact is, 0 to 1 (-1 to 1 where a fact
    can also speak for the resource); for an unknown fact it is the best estimate inside `low` to `high`.
    `ids` are the records that it rests on, `source` says which kind of record, `observed_at` when it was
    read. A tuple, because a large estate has ten of them for each finding, and a frozen class takes three times as
    long to make.
    """

    name: str
    state: FactState
    value: str = ""
    grade: float = 0.0
    low: float = 0.0
    high: float = 0.0
    source: str = ""
    observed_at: datetime | None = None
    ids: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "name": self.name,
            "state": self.state,
            "value": self.value,
            "source": self.source,
            "observed_at": self.observed_at.isoformat() if self.observed_at else None,
            "ids": list(self.ids),
        }


def known(name: str, value: str, grade: float, source: str, *ids: str, at: datetime | None = None) -> Fact:
    """A fact that a record shows."""
    return Fact(name, "known", value, grade, grade, grade, source, at, ids)


def absent(
    name: str, value: str, source: str, *ids: str, grade: float = 0.0, at: datetime | None = None
) -> Fact:
    """A fact that a record shows not to be so."""
    return Fact(name, "absent", value, grade, grade, grade, source, at, ids)


def unknown(
    name: str,
    value: str,
    estimate: float,
    low: float,
    high: float,
    source: str = "no record",
    *ids: str,
    at: datetime | None = None,
) -> Fact:
    """A fact that no record settles: an estimate and the range it lies in."""
    return Fact(name, "unknown", value, min(max(estimate, low), high), low, high, source, at, ids)

"""Events, what covered the asset, and the verdict: plain values that the view and the tests share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tools.results import QueryRecord

EventKind = Literal["alert", "traffic", "change", "call", "finding"]
VerdictState = Literal["used now", "probed", "quiet", "unknown"]
Sense = Literal["use", "probe", "other"]
"""What an alert's technique says about a weakness: it is being used, tried, or neither."""
Channel = Literal["console", "pipeline", "command line", "cloud service", "unknown"]
SourceName = Literal["alerts", "agent", "firewall logs", "flow logs", "cloud audit log"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened, or one day of one sort of traffic.

    `id` names the record where it has one; `mine` marks a call that the subject itself made, or a login as it.
    """

    kind: EventKind
    at: datetime
    what: str
    who: str = ""
    source: str = ""
    severity: str = ""
    id: str = ""
    until: datetime | None = None
    port: int | None = None
    attempts: int = 0
    sessions: int = 0
    sense: Sense = "other"
    asset: str = ""
    mine: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether a source watched the asset in the window.

    `covered` is None where the source did not answer or nothing says either way; `detail` is a sentence without its
    full stop. `first` and `last` are the times of the oldest and newest record that prove it.
    """

    source: SourceName
    covered: bool | None
    detail: str
    rows: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Attempts from outside on one port, over the window.

    `noise` is how many the port sees elsewhere in the estate in the same time; `exact` is False where the log held more
    than was read.
    """

    port: int
    attempts: int
    sessions: int
    addresses: int
    noise: float
    exact: bool = True
    last_session: datetime | None = None
    since_attempts: int = 0
    since_sessions: int = 0


@dataclass(frozen=True, slots=True)
class Appeared:
    """When the weakness came about, as far as records tell.

    `from_change`: the last change to the asset shortly before a scanner first saw the weakness; else `at` is that.
    """

    at: datetime
    from_change: bool
    by: str = ""
    channel: Channel = "unknown"
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the records say about the weakness now. `reason` is a sentence."""

    state: VerdictState
    reason: str


@dataclass(frozen=True)
class Gathered:
    """Everything that the sources gave about one subject."""

    events: tuple[Event, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    traffic: tuple[Traffic, ...] = ()
    changes: tuple[Event, ...] = ()
    queries: tuple[QueryRecord, ...] = ()
    cut: tuple[str, ...] = ()
    as_of: datetime | None = None

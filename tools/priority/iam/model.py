"""What the engines of the clouds share: faults of unreadable input, and steps of escalation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tools.priority.iam.logic import Evidence, Verdict

Gain = Literal["admin", "identity", "credentials", "code", "data", "policy"]


@dataclass(frozen=True, slots=True)
class Fault:
    """A piece of input that does not parse: where it is and what is wrong with it."""

    source: str
    where: str
    problem: str


@dataclass(frozen=True, slots=True)
class Escalation:
    """A way in which an identity gains more than it was given.

    `combination` is the id in the cloud's table, `gain` what it then holds, `targets` the identities or
    resources that it can be done to (for a passed role or code under a role: that role). Empty when the gain
    is not tied to any (a permission set, an organisation).
    """

    combination: str
    source: str
    gain: Gain
    verdict: Verdict
    summary: str
    targets: tuple[str, ...] = ()
    because: tuple[Evidence, ...] = ()
    unknowns: tuple[str, ...] = ()

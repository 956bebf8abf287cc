"""Publicly known ways in which AWS permissions turn into more permissions: `data/aws_escalations.tsv`.

Each row lists what is needed; `on` names what an action is done to: `own-user`, `own-role`, `own-group` and
`own-policy` (what the identity is, is in or holds), `user`, `group`, `role` (any of the account), `passed` (a role
that the row's service may assume), and, for running code under a role that is already there, `function`,
`instance`, `project`, `stack`, `notebook`, `endpoint`, `job`, `task`. Without `on` the action has no resource
that exists yet.
Facts from published research on AWS privilege escalation (Rhino Security Labs, Bishop Fox and others).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from tools.priority.iam.model import Gain

On = Literal[
    "new", "own-user", "own-role", "own-group", "own-policy", "user", "group", "role", "passed", "function", "instance",
    "project", "stack", "notebook", "endpoint", "job", "task",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """One permission: the action and what it is done to."""

    action: str
    on: On = "new"


@dataclass(frozen=True, slots=True)
class Combination:
    """A way to gain more: all needs, the gain, and the service that a passed role must trust.

    `actions` are those of the needs in lower case, which every identity is asked about first.
    """

    id: str
    gain: Gain
    service: str
    needs: tuple[Need, ...]
    summary: str
    actions: frozenset[str] = frozenset()


@cache
def combinations() -> tuple[Combination, ...]:
    """The table, read on first use."""
    text = files("tools.priority.iam").joinpath("data/aws_escalations.tsv").read_text("utf-8")
    return tuple(_combination(line) for line in text.splitlines()[1:] if line)


def _combination(line: str) -> Combination:
    id_, gain, service, needs, summary = line.split("\t")
    found = tuple(map(_need, needs.split("; ")))
    actions = frozenset(need.action.lower() for need in found)
    return Combination(id_, cast("Gain", gain), service, found, summary, actions)


@cache
def all_actions() -> frozenset[str]:
    """Every action of the table, in lower case."""
    return frozenset().union(*(row.actions for row in combinations()))


def _need(text: str) -> Need:
    action, _, on = text.partition(" on ")
    return Need(action, cast("On", on or "new"))

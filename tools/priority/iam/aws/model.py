"""AWS policy documents after parsing. Statements that do not parse stay, marked opaque: they might allow or
deny anything, so they can only make a decision unknown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from tools.priority.iam.model import Fault

Effect = Literal["Allow", "Deny", "?"]


class PolicyKind(StrEnum):
    """Where a document stands in the evaluation."""

    IDENTITY = "identity policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "endpoint policy"

    @property
    def has_principal(self) -> bool:
        """Whether statements of this kind name whom they are about."""
        return self in {PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.RCP, PolicyKind.ENDPOINT}


PrincipalType = Literal["anyone", "aws", "service", "federated", "canonical", "unreadable"]


@dataclass(frozen=True, slots=True)
class Named:
    """One entry of a Principal element. `value` is `*`, an account number, an ARN, a host or an id."""

    type: PrincipalType
    value: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One operator on one key: the values are alternatives. `key` is in lower case."""

    operator: str
    base: str
    negated: bool
    quantifier: Literal["", "any", "all"]
    if_exists: bool
    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.operator} {self.key} {', '.join(self.values)}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. `actions` and `not_actions` are in lower case; None where the element is not there.

    `opaque` means that some part could not be read; what could be read still narrows it.
    """

    index: int
    sid: str
    effect: Effect
    actions: tuple[str, ...] | None = None
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] | None = None
    not_resources: tuple[str, ...] | None = None
    principals: tuple[Named, ...] | None = None
    not_principals: tuple[Named, ...] | None = None
    conditions: tuple[Condition, ...] = ()
    opaque: bool = False

    @property
    def label(self) -> str:
        return f"{self.sid} #{self.index}" if self.sid else f"#{self.index}"


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A parsed document with its statements indexed by the service part of their actions.

    Compared by identity: the reader keeps one object for each distinct text, name and kind.
    """

    name: str
    kind: PolicyKind
    variables: Literal["yes", "no", "unstated"]
    statements: tuple[Statement, ...]
    faults: tuple[Fault, ...] = ()
    by_service: dict[str, tuple[Statement, ...]] = field(default_factory=dict, repr=False)
    anywhere: tuple[Statement, ...] = ()
    uses_identity: bool = False

    def about(self, service: str) -> tuple[Statement, ...]:
        """The statements that can be about an action of this service (lower case)."""
        return self.by_service.get(service, self.anywhere)


def index_statements(
    statements: tuple[Statement, ...],
) -> tuple[dict[str, tuple[Statement, ...]], tuple[Statement, ...]]:
    """Statements by service, and those that can be about any service, both in document order."""
    services: set[str] = set()
    anywhere: list[Statement] = []
    own: dict[str, set[int]] = {}
    for statement in statements:
        named = _services(statement)
        if named is None:
            anywhere.append(statement)
        else:
            services |= named
            for service in named:
                own.setdefault(service, set()).add(statement.index)
    wide = {s.index for s in anywhere}
    table = {
        service: tuple(s for s in statements if s.index in wide or s.index in own[service])
        for service in services
    }
    return table, tuple(anywhere)


def _services(statement: Statement) -> set[str] | None:
    if statement.actions is None or statement.not_actions is not None:
        return None
    found = {action.partition(":")[0] for action in statement.actions}
    return None if any("*" in s or "?" in s for s in found) else found

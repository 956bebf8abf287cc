"""Organisations: which accounts belong together, and the policies that cap them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tools.priority.iam.aws.model import Policy

# Services whose requests resource control policies apply to.
RCP_SERVICES = frozenset(
    {"s3", "sts", "kms", "sqs", "secretsmanager", "ecr", "aoss", "dynamodb", "cognito-idp", "logs"}
)


@dataclass(frozen=True, slots=True)
class Caps:
    """What caps one account: the policies of each level (root, units, account); each level must allow.

    None for `levels` means that they were not collected.
    """

    levels: tuple[tuple[Policy, ...], ...] | None = None
    resource_levels: tuple[tuple[Policy, ...], ...] = ()
    management: bool = False


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation, or the lack of knowledge about one.

    `accounts` maps account numbers to their caps. `strict` decides what an account without recorded caps
    means: True gives UNKNOWN, False (the default) takes none to apply and says so in `Decision.assumed`.
    """

    id: str = ""
    accounts: Mapping[str, Caps] = field(default_factory=dict)
    complete: bool = False
    strict: bool = False

    def id_of(self, account: str) -> str | None:
        """The organisation id of an account: "" if it surely has none, None if nobody knows."""
        if account == "stranger":
            return "o-stranger"
        if account in self.accounts:
            return self.id or None
        return "" if self.complete and not self.id else None

    def caps(self, account: str) -> Caps | None:
        """What caps the account; None if it is not recorded."""
        found = self.accounts.get(account)
        return found if found is not None and (found.levels is not None or found.management) else None

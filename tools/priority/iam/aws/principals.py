"""Whom the Principal and NotPrincipal elements are about."""

from __future__ import annotations

from enum import StrEnum

from tools.priority.iam.aws.identity import Principal
from tools.priority.iam.aws.model import Named, Statement
from tools.priority.iam.logic import MAYBE, NO, YES, Truth


class Manner(StrEnum):
    """How a policy names somebody: it decides what else has to allow the request."""

    DIRECT = "by its ARN"
    SESSION = "by its session"
    ACCOUNT = "by its account"
    ANYONE = "as anyone"


def account_of(value: str) -> str | None:
    """The account that an entry delegates to: a number or the ARN of its root; None for anything else."""
    if value.isdigit():
        return value if len(value) == 12 else None
    parts = value.split(":")
    return parts[4] if len(parts) == 6 and parts[2] == "iam" and parts[5] == "root" else None


def named(entry: Named, principal: Principal) -> tuple[Truth, Manner]:
    """Whether the entry is about the identity, and how it names it."""
    value = entry.value
    if entry.type == "anyone":
        return YES, Manner.ANYONE
    if entry.type == "unreadable":
        return MAYBE, Manner.DIRECT
    if entry.type == "service":
        same = principal.kind == "service" and value.lower() == principal.arn
        return (YES if same else NO), Manner.DIRECT
    if entry.type == "federated":
        same = principal.kind == "federated" and value == principal.arn
        return (YES if same else NO), Manner.DIRECT
    if entry.type == "canonical":  # the record that ties it to an account is not part of any policy
        return (MAYBE if principal.kind in {"root", "user", "role"} else NO), Manner.ACCOUNT
    if principal.kind in {"service", "federated", "stranger"}:
        return NO, Manner.DIRECT
    account = account_of(value)
    if account is not None:
        manner = Manner.DIRECT if principal.kind == "root" else Manner.ACCOUNT
        return (YES if account == principal.account else NO), manner
    if value == principal.arn or (principal.unique_id and value == principal.unique_id):
        return YES, Manner.DIRECT
    if ":assumed-role/" in value and principal.kind == "role":
        parts = value.split(":", 5)
        pieces = parts[5].split("/") if len(parts) == 6 else []
        same = len(pieces) >= 3 and parts[4] == principal.account and pieces[1] == principal.name
        return (MAYBE if same else NO), Manner.SESSION  # whether the session has this name is not recorded
    if value.startswith(("AROA", "AIDA")) and not principal.unique_id:
        return MAYBE, Manner.DIRECT
    return NO, Manner.DIRECT


def about(statement: Statement, principal: Principal) -> tuple[Truth, Manner]:
    """Whether the statement is about the identity; the surest way of naming it wins."""
    if statement.principals is not None:
        best: tuple[Truth, Manner] = (NO, Manner.DIRECT)
        for entry in statement.principals:
            one = named(entry, principal)
            if one[0] > best[0] or (one[0] == best[0] != NO and _stronger(one[1], best[1])):
                best = one
        return best
    if statement.not_principals is not None:
        return _exempt(statement, statement.not_principals, principal), Manner.ANYONE
    return YES, Manner.ANYONE


def _stronger(one: Manner, other: Manner) -> bool:
    order = (Manner.ACCOUNT, Manner.ANYONE, Manner.DIRECT, Manner.SESSION)
    return order.index(one) > order.index(other)


def _exempt(statement: Statement, entries: tuple[Named, ...], principal: Principal) -> Truth:
    """How surely a NotPrincipal statement is about an identity.

    In a deny, AWS wants the account listed next to a user, and the session next to a role; where the list is
    not complete it may deny after all.
    """
    found = [named(entry, principal) for entry in entries]
    listed = {manner for truth, manner in found if truth is YES}
    if any(truth is MAYBE for truth, _ in found):
        return MAYBE
    if not listed:
        return YES
    if statement.effect == "Allow":
        return NO if Manner.DIRECT in listed or Manner.ANYONE in listed else MAYBE
    if Manner.ANYONE in listed or principal.kind in {"service", "root", "federated"}:
        return NO
    if principal.kind == "user" and {Manner.DIRECT, Manner.ACCOUNT} <= listed:
        return NO
    return MAYBE

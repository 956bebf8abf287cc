"""The kinds of action, as data: what each takes, how risky it is, and how it is kept to exactly once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tools.cortex.vocabulary import Severity
from tools.writeback.model import (
    ActionKind,
    CommentPayload,
    CommentRequest,
    Risk,
    SeverityPayload,
    SeverityRequest,
)

_RANK = {severity.value: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Kind:
    """One kind of action. The texts are shown to people as they stand."""

    name: ActionKind
    title: str
    request: type[BaseModel]
    payload: type[BaseModel]
    risk: Callable[[Any], Risk]
    reversible: bool
    idempotency: str
    preview: str
    precondition: str
    read_back: str


def severity_risk(payload: SeverityPayload) -> Risk:
    """High to CRITICAL, downwards, or from a severity that we don't know; else medium."""
    before = _RANK.get(payload.before or "")
    after = _RANK[payload.after.value]
    if payload.after is Severity.CRITICAL or before is None or after < before:
        return Risk.HIGH
    return Risk.MEDIUM


def comment_risk(payload: CommentPayload) -> Risk:
    """Low: a comment informs and changes nothing."""
    return Risk.LOW


KINDS: Mapping[ActionKind, Kind] = {
    "comment": Kind(
        name="comment",
        title="Add a War Room comment",
        request=CommentRequest,
        payload=CommentPayload,
        risk=comment_risk,
        reversible=False,
        idempotency="The comment ends with a marker made from the approved hash; it is looked for first.",
        preview="The whole text as it will be sent.",
        precondition="The issue exists and no entry carries the marker yet.",
        read_back="The War Room is read again until the marker is there.",
    ),
    "severity": Kind(
        name="severity",
        title="Change the severity",
        request=SeverityRequest,
        payload=SeverityPayload,
        risk=severity_risk,
        reversible=True,
        idempotency="The issue is read first; setting the same value again changes nothing.",
        preview="The severity before and after.",
        precondition="The issue exists and its severity is still the one that the card showed.",
        read_back="The issue is read again and must have the new severity.",
    ),
}


def risk_of(payload: CommentPayload | SeverityPayload) -> Risk:
    """The risk of an effect."""
    return KINDS[payload.kind].risk(payload)

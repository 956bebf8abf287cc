"""Why write-back refuses; every message is a sentence for a person and says what to do next.

WritebackError
├── InvalidProposal    the effect makes no sense as asked (empty text, same severity, too many at once)
├── NotAllowed         the phase or the role does not permit it
├── ProposalNotFound   no proposal has this id
├── HashMismatch       what is approved is not what the card showed
├── AlreadyDecided     somebody has decided, or the proposal is past deciding
├── ProposalExpired    nobody decided in time
├── TargetUnreadable   the issue cannot be read, so nothing about it can be proposed
│   └── TargetMissing  the tenant has no such issue
└── Conflict           another process changed the proposal in the same moment; look again
"""

from __future__ import annotations


class WritebackError(Exception):
    """Base of everything that `tools.writeback` raises on purpose. Nothing was written at the tenant."""


class InvalidProposal(WritebackError):
    """The effect makes no sense as asked."""


class NotAllowed(WritebackError):
    """The phase or the role does not permit it."""


class ProposalNotFound(WritebackError):
    """No proposal has this id."""


class HashMismatch(WritebackError):
    """The approval names another payload than the proposal has."""


class AlreadyDecided(WritebackError):
    """The proposal is not waiting for a decision any more."""


class ProposalExpired(WritebackError):
    """Nobody decided in time, which counts as a rejection."""


class TargetUnreadable(WritebackError):
    """The issue could not be read."""


class TargetMissing(TargetUnreadable):
    """The tenant has no such issue."""


class Conflict(WritebackError):
    """Another process changed the proposal in the same moment."""

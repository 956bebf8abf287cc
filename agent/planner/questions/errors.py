"""What can go wrong between words and plan."""

from __future__ import annotations


class CannotSay(Exception):
    """The question was understood, and no query of this tenant's data says it."""

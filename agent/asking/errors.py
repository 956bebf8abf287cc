"""Errors of asking a model. Each message is a sentence for the person who asked."""

from __future__ import annotations


class AskingError(Exception):
    """Base of what this package raises."""

    @property
    def for_person(self) -> str:
        return str(self)


class ModelUnavailableError(AskingError):
    """The endpoint gave no answer at all: it is away, over its limit, refuses the key, or breaks off."""

"""What words of a dataset of records are: attributes, values, nouns of rows."""

# ruff: noqa: E501 (word lists are easier to read in one piece)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Value:
    """A condition that words say: an attribute, an operator with its values, and how a reading tells it."""

    words: str
    attribute: str
    op: Any
    values: tuple[str | float, ...] = ()
    label: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one entity. `rows` are nouns that mean its rows, and say nothing more once it is the subject.

    `seen` are attributes of which a value that the tenant has is understood by itself.
    """

    attributes: Mapping[str, str] = field(default_factory=dict)
    values: tuple[Value, ...] = ()
    rows: str = ""
    seen: tuple[str, ...] = ()


PERSON = "user|who|identity|principal|caller|actor|person|username|user name|identity name|performer|initiator|employee|individual|human|account holder"

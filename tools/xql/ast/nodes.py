"""What every node of the tree shares."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its marks (`// ...` or `/* ... */`); `trailing` = on the line of what it follows."""

    text: str
    trailing: bool = False


@dataclass(frozen=True, slots=True)
class Node:
    """Base of the tree. Position and comments take no part in equality.

    `pos` is the offset of the first character in the source text, -1 for a node that was built.
    """

    pos: int = field(default=-1, compare=False, repr=False, kw_only=True)
    comments: tuple[Comment, ...] = field(default=(), compare=False, repr=False, kw_only=True)

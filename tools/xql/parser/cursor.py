"""Walking over tokens: looking, taking, and hanging comments on nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn, TypeVar

from tools.xql.ast.nodes import Comment, Node
from tools.xql.errors import XqlTooLargeError
from tools.xql.tokens import BACKTICK, DURATION, END, KIND_NAMES, NUMBER, STRING, TIME, WORD, Tokens

if TYPE_CHECKING:
    from tools.xql.ast import Query

MAX_NESTING = 100
MAX_CHAIN = 100
MAX_ITEMS = 10_000

N = TypeVar("N", bound=Node)


def unticked(text: str) -> str:
    """The name between backticks; they stay round a star, which would be a wildcard without them."""
    return text if "*" in text else text[1:-1]


def names_a_field(text: str) -> bool:
    """Whether digits with letters behind are a name (`2fa_state`) and no time (`30d`)."""
    return not TIME.match(text) and not text.endswith(".") and ".." not in text


class Cursor:
    """State of one parse."""

    __slots__ = ("comments", "depth", "ends", "i", "keys", "kinds", "starts", "texts", "tokens")

    def __init__(self, tokens: Tokens) -> None:
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.texts = tokens.texts
        self.keys = tokens.keys
        self.starts = tokens.starts
        self.ends = tokens.ends
        self.comments = tokens.comments
        self.i = 0
        self.depth = 0

    # --- errors ---

    def fail(
        self,
        message: str,
        *,
        at: int | None = None,
        expected: Sequence[str] = (),
        suggestions: Sequence[str] = (),
        rule: str = "syntax",
    ) -> NoReturn:
        """Raise at token `at` (default: the current one)."""
        index = self.i if at is None else at
        raise self.tokens.error(
            message, self.starts[index], expected=expected, suggestions=suggestions, rule=rule
        )

    def found(self) -> str:
        """The current token, for a message."""
        if self.kinds[self.i] == END:
            return "the end of the query"
        text = self.texts[self.i]
        shown = text if len(text) <= 40 else text[:37] + "..."
        return (
            f"{KIND_NAMES[self.kinds[self.i]]} {shown}" if self.kinds[self.i] != STRING else f"text {shown}"
        )

    def too_deep(self, what: str, bound: int) -> NoReturn:
        line, column = self.tokens.position(self.starts[self.i])
        raise XqlTooLargeError(
            f"{what} over {bound}; write it flatter, for example with in (...) or an alter stage before",
            line,
            column,
            rule="too-large",
        )

    def enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.too_deep("nesting", MAX_NESTING)

    # --- tokens ---

    def take(self, key: str, context: str) -> None:
        """The symbol or keyword `key`, or an error."""
        if self.keys[self.i] != key:
            self.fail(f"{context}: found {self.found()}", expected=(f"'{key}'",))
        self.i += 1

    def accept(self, key: str) -> bool:
        if self.keys[self.i] == key:
            self.i += 1
            return True
        return False

    def word(self, context: str) -> str:
        """A name, as written; between backticks, or with a digit in front, also."""
        at = self.i
        kind = self.kinds[at]
        if kind == WORD:
            self.i += 1
            return self.texts[at]
        if kind == BACKTICK and self.texts[at][1:-1].strip():
            self.i += 1
            return unticked(self.texts[at])
        if kind == DURATION and names_a_field(self.texts[at]):
            self.i += 1
            return self.texts[at]
        right: tuple[str, ...] = ()
        if kind == STRING and self.texts[at] != '""':
            right = (f"`{self.texts[at][1:-1]}`",)
        return self.fail(f"{context}: found {self.found()}", expected=("a name",), suggestions=right)

    def string(self, context: str) -> str:
        if self.kinds[self.i] != STRING:
            self.fail(f"{context}: found {self.found()}", expected=("text in double quotes",))
        self.i += 1
        return self.tokens.literal(self.i - 1)

    def pattern(self, context: str, joiners: Sequence[str] = ("*",)) -> str:
        """A name that may hold wildcards, or other joiners, without spaces between."""
        first = self.i
        if self.kinds[first] != WORD and self.keys[first] != "*":
            return self.word(context)
        self.i += 1
        while self.starts[self.i] == self.ends[self.i - 1] and (
            self.kinds[self.i] in (WORD, NUMBER, DURATION) or self.keys[self.i] in joiners
        ):
            self.i += 1
        return self.tokens.text[self.starts[first] : self.ends[self.i - 1]]

    # --- comments ---

    def anchored(self, start: int, node: N) -> N:
        """`node`, with the comments that stand in it (from token `start`) or behind it on its line."""
        if not self.comments:
            return node
        here = self.i
        found: list[Comment] = []
        for index in sorted(k for k in self.comments if start <= k < here):
            found += [Comment(c.text) for c in self.comments.pop(index)]
        found += self._inline()
        if not found:
            return node
        leading = tuple(c for c in found if not c.trailing)
        trailing = tuple(c for c in found if c.trailing)
        return replace(node, comments=leading + node.comments + trailing)

    def _inline(self) -> list[Comment]:
        """Comments before the current token that end the line of the token before."""
        waiting = self.comments.get(self.i)
        if not waiting:
            return []
        taken = 0
        while taken < len(waiting) and waiting[taken].trailing:
            taken += 1
        inline, rest = waiting[:taken], waiting[taken:]
        if rest:
            self.comments[self.i] = rest
        else:
            del self.comments[self.i]
        return inline

    def items(self, parse: Callable[[], N], what: str) -> tuple[N, ...]:
        """One or more nodes with commas between, each with its comments."""
        found: list[N] = []
        start = self.i
        while True:
            node = parse()
            if self.comments:
                node = self.anchored(start, node)
            if self.keys[self.i] != ",":
                found.append(node)
                return tuple(found)
            start = self.i
            self.i += 1
            if self.comments and (inline := self._inline()):
                node = replace(node, comments=node.comments + tuple(inline))
            found.append(node)
            if len(found) >= MAX_ITEMS:
                self.too_deep(f"number of {what}", MAX_ITEMS)

    def names(self, context: str) -> tuple[str, ...]:
        """One or more plain names with commas between."""
        found = [self.word(context)]
        while self.accept(","):
            found.append(self.word(context))
            self.bounded(found, "names")
        return tuple(found)

    def bounded(self, found: Sequence[object], what: str) -> None:
        if len(found) > MAX_ITEMS:
            self.too_deep(f"number of {what}", MAX_ITEMS)

    # implemented by the parser; here so that expressions can hold sub-queries
    def query(self, closing: str) -> Query:
        raise NotImplementedError

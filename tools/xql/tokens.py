"""Text to tokens, by one compiled pattern.

Words may hold dots (`xdm.asset.id` is one name). Comments are kept aside, keyed by the token that they stand
before, so that the parser can hang them on the tree.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from tools.xql.ast.nodes import Comment
from tools.xql.errors import XqlSyntaxError, XqlTooLargeError

MAX_TEXT = 100_000
LONGEST_NUMBER = 40
LONGEST_MESSAGE = 600

WORD, NUMBER, DURATION, STRING, RAW, PARAM, BACKTICK, OP, END = range(9)

KIND_NAMES = ("name", "number", "duration", "text", "raw text", "parameter", "backtick text", "symbol", "end")

_BIDI = "\u202a-\u202e\u2066-\u2069"


# A text literal: without escapes, as the pages say; or with \\" for a quote inside, as people also write it.
_TEXT = r"\"(?!\"\")[^\"]*\"|\"\"(?!\")"
_TEXT_ESCAPED = r"\"(?!\"\")(?:[^\"\\]|\\[\s\S])*\"|\"\"(?!\")"
# Digits and letters that are a time, not a name.
TIME = re.compile(
    r"\d[\d.]*(?:ms|s|m|h|d|w|mo|y|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?|months?|years?)\Z",
    re.IGNORECASE,
)
# Both in one query: a backslash before a quote closes the text where what follows can follow a text.
_TEXT_MIXED = (
    r"\"(?!\"\")(?:[^\"\\]|\\[^\"]|\\\"(?!\s*(?:[,)\]|]|\Z|//|(?i:and|or|as|by|not|in)\b)))*\\?\"|\"\"(?!\")"
)
PLAIN, ESCAPED, MIXED = range(3)
_TEXTS = (_TEXT, _TEXT_ESCAPED, _TEXT_MIXED)
_ESCAPE = re.compile(r"\\([\s\S])")
_QUOTE = '"'


@lru_cache(maxsize=3)
def _pattern(escapes: int) -> re.Pattern[str]:
    return re.compile(
        r"""
          (?P<w>[^\W\d][\w.]*)
        | (?P<o>->|!~=|~=|!=|>=|<=|==|<>|&&|\|\||[|,()=<>+\-*/\[\]{};:.!%])
        | (?P<s>TEXT)
        | (?P<n>(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.]*[^\W\d]))
        | (?P<d>\d[\w.]*)
        | (?P<r>\"{3}[\s\S]*?\"{3,})
        | (?P<p>\$[^\W\d][\w.]*)
        | (?P<b>`[^`]*`)
        """.replace("TEXT", _TEXTS[escapes]),
        re.VERBOSE,
    )


_KINDS = {"w": WORD, "o": OP, "s": STRING, "n": NUMBER, "d": DURATION, "r": RAW, "p": PARAM, "b": BACKTICK}
_SPACE = re.compile(r"[\s\u200b\ufeff]*")
_RQL = re.compile(r"\s*(?:config|network|event|iam|vulnerability)\s+(?:from|where)\s", re.IGNORECASE)
_COMMENT = re.compile(r"//[^\n]*|/\*[\s\S]*?\*/")
_SYMBOLS = {
    "#": ("a comment begins with //", "// text"),
    "?": ("there is no ?: operator", "if(cond, a, b)"),
    "~": ("a pattern is matched with ~=", 'f ~= "re"'),
}
_FORBIDDEN = re.compile(f"[\\x00-\\x08\\x0b\\x0e-\\x1f\\x7f{_BIDI}\\ud800-\\udfff]")


def clipped(text: str) -> str:
    """A message of a length that people read."""
    return text if len(text) <= LONGEST_MESSAGE else text[: LONGEST_MESSAGE - 3] + "..."


class Tokens:
    """Parallel lists, one entry per token, closed by an END token."""

    __slots__ = ("_lines", "comments", "ends", "escapes", "keys", "kinds", "starts", "text", "texts")

    def __init__(self, text: str, escapes: int = PLAIN) -> None:
        self.text = text
        self.escapes = escapes
        self.kinds: list[int] = []
        self.texts: list[str] = []
        self.keys: list[str] = []  # lower-cased words and symbols; "" for literals
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.comments: dict[int, list[Comment]] = {}
        self._lines: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column, from 1, of an offset into the text."""
        if self._lines is None:
            self._lines = [0, *(found.end() for found in re.finditer("\n", self.text))]
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def literal(self, index: int) -> str:
        """The value of the text literal at `index`."""
        inner = self.texts[index][1:-1]
        if not self.escapes or "\\" not in inner:
            return inner
        return _ESCAPE.sub(lambda found: _QUOTE if found[1] == _QUOTE else found[0], inner)

    def error(self, message: str, offset: int, **more: object) -> XqlSyntaxError:
        line, column = self.position(offset)
        return XqlSyntaxError(clipped(message), line, column, **more)  # type: ignore[arg-type]


def tokenize(text: str, *, escapes: int = PLAIN) -> Tokens:
    """Tokens of `text`; raises `XqlSyntaxError` at the first character that cannot start one.

    `escapes`: whether a backslash before a quote keeps a text literal open: never (`PLAIN`), always (`ESCAPED`), or
    by what follows (`MIXED`).
    """
    if len(text) > MAX_TEXT:
        raise XqlTooLargeError(
            f"the query has {len(text):,} characters and at most {MAX_TEXT:,} are accepted; "
            "shorten it, for example by a sub-query in place of a long list",
            rule="too-large",
        )
    tokens = Tokens(text, escapes)
    bad = _FORBIDDEN.search(text)
    if bad is not None:
        raise tokens.error(
            f"control or direction-changing character U+{ord(bad.group()):04X} in the query; remove it",
            bad.start(),
            rule="control-character",
        )
    _scan(tokens)
    return tokens


def _scan(tokens: Tokens) -> None:
    text = tokens.text
    match = _pattern(tokens.escapes).match
    space = _SPACE.match
    kinds, texts, keys = tokens.kinds, tokens.texts, tokens.keys
    starts, ends = tokens.starts, tokens.ends
    at, size = 0, len(text)
    while True:
        if (at < size and text[at] <= " ") or (at < size and text[at] > "~"):
            at = space(text, at).end()  # type: ignore[union-attr]
        if at >= size:
            break
        if text[at] == "/" and text[at + 1 : at + 2] in ("/", "*"):
            at = _comment(tokens, at)
            continue
        found = match(text, at)
        if found is None:
            raise _unreadable(tokens, at)
        kind = _KINDS[found.lastgroup]  # type: ignore[index]
        word = found.group()
        if kind == NUMBER and len(word) > LONGEST_NUMBER:
            line, column = tokens.position(at)
            raise XqlTooLargeError(
                f"a number has at most {LONGEST_NUMBER} digits", line, column, rule="too-large"
            )
        kinds.append(kind)
        texts.append(word)
        keys.append(word.lower() if kind == WORD else word if kind == OP else "")
        starts.append(at)
        at = found.end()
        ends.append(at)
    kinds.append(END)
    texts.append("")
    keys.append("")
    starts.append(size)
    ends.append(size)


def _comment(tokens: Tokens, at: int) -> int:
    found = _COMMENT.match(tokens.text, at)
    if found is None:
        raise tokens.error("this /* comment is never closed; add */", at, rule="open-comment")
    before = tokens.ends[-1] if tokens.ends else None
    inline = before is not None and "\n" not in tokens.text[before:at]
    comment = Comment(found.group().rstrip(), inline)
    tokens.comments.setdefault(len(tokens.kinds), []).append(comment)
    return found.end()


def _unreadable(tokens: Tokens, at: int) -> XqlSyntaxError:
    text = tokens.text
    char = text[at]
    if _RQL.match(text):
        return tokens.error(
            "this is the older Prisma Cloud query language (RQL), not XQL",
            0,
            suggestions=("dataset = asset_inventory | filter ...",),
            rule="rql",
        )
    if char == '"':
        return tokens.error('this text is never closed; add the closing "', at, rule="open-text")
    if char in "'\u2018\u2019":
        inner = re.match(r"'([^'\n]*)'", text[at : at + 200])
        form = f'"{inner.group(1)}"' if inner else '"text"'
        return tokens.error(
            "single quotes are not a text form; use double quotes",
            at,
            suggestions=(form,),
            rule="single-quotes",
        )
    if char in "\u201c\u201d":
        return tokens.error('typographic quotes are not a text form; use "', at, rule="typographic-quotes")
    if char == "$":
        return tokens.error(
            "a parameter is $name; a JSON path begins with $ only inside quotes, and after -> without it",
            at,
            suggestions=("-> a.b", '"$.a.b"', "$name"),
            rule="stray-dollar",
        )
    if char == "#" or char == "?" or char == "~":
        wrong, right = _SYMBOLS[char]
        return tokens.error(wrong, at, suggestions=(right,), rule="foreign-symbol")
    if char == "@":
        return tokens.error(
            'the iterator of array functions keeps its quotes: "@element"',
            at,
            suggestions=('"@element"',),
            rule="bare-element",
        )
    return tokens.error(f"unexpected character {char!r}", at)

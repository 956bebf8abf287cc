"""Text of others, made safe to show and to send: nothing hidden, nothing that a War Room would act on."""

from __future__ import annotations

import re
import unicodedata

from tools.writeback.errors import InvalidProposal

LONGEST_COMMENT = 4_000
# Letters and symbols that draw nothing, and the marks that only choose between glyphs.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0\u034f\u17b4\u17b5")
_ACTIVE = (
    (re.compile(r"!(?=\[)"), "! "),  # image
    (re.compile(r"\](?=[(\[])"), "] "),  # link under another name
    (re.compile(r"<(?=[A-Za-z/!?])"), "‹"),  # markup
    (re.compile(r"\[(?=\s*posture\b)", re.IGNORECASE), "("),  # a marker line of ours
    (re.compile(r"(?<![\w.+-])[@＠](?=\w)"), "(at)"),  # mention
)
_COMMAND_LINE = re.compile(r"(?m)^(?=[^\S\n]*[!！/／])")


def visible(text: str) -> str:
    """`text` with every character that cannot be seen written as `⟨U+202E⟩`; line breaks and tabs stay."""
    return "".join(_shown(c) for c in text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: object, limit: int) -> str:
    """`text` for a label: visible, on one line, at most `limit` characters, cut with an ellipsis."""
    # Cut first: a hostile title may be megabytes long, and each hidden character grows when it is shown.
    line = " ".join(visible(str(text)[: limit * 4]).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def comment_body(text: str, limit: int = LONGEST_COMMENT) -> str:
    """The text of a comment as it will be sent, but for the marker line.

    Hidden characters are made visible; no line can be a command (`!`, `/`), mention anybody, be an image, a
    link with another name, markup, or one of our own markers. Doing it twice changes nothing more. Raises
    InvalidProposal for an empty text and for one of more than `limit` characters: text is never cut
    silently.
    """
    if len(text) > limit * 4:
        raise _too_long(len(text), limit)
    body = _COMMAND_LINE.sub("> ", inert(text))
    if not body:
        raise InvalidProposal("The comment is empty. Say what it should tell.")
    if len(body) > limit:
        raise _too_long(len(body), limit)
    return body


def inert(text: str) -> str:
    """`text` with nothing hidden and nothing that a reader of Markdown, HTML or a chat would act on."""
    body = visible(unicodedata.normalize("NFC", text)).strip()
    body = "\n".join(line.rstrip() for line in body.split("\n"))
    for pattern, harmless in _ACTIVE:
        body = pattern.sub(harmless, body)
    return body


def _too_long(length: int, limit: int) -> InvalidProposal:
    return InvalidProposal(f"The comment has {length:,} characters; {limit:,} are allowed. Shorten it.")


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    category = unicodedata.category(character)
    hidden = category[0] == "C" or category in ("Zl", "Zp") or character in _BLANK
    if hidden or "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef":
        return f"⟨U+{ord(character):04X}⟩"
    return " " if category == "Zs" else character

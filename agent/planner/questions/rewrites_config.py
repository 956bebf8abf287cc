"""Idioms about configuration put into the words that the lists know: powered off, incl., deny plain http."""

from __future__ import annotations

import re
from typing import Final

_MACHINES: Final = r"(?:vms?|virtual machines?|machines?|instances?|ec2s?|boxes|computers?)"
_OFF: Final = re.compile(
    rf"\b(?:powered|shut)[ -](?:off|down)\b|\bshutdown\b|\b(?:switched|turned)[ -]off(?= {_MACHINES}\b)"
    rf"|(?P<what>\b{_MACHINES}(?: (?:that|which|are|is|currently|still))+ )(?:switched|turned)[ -]off\b"
)
_REWRITES: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        # asked for beside
        (r"(?:,|\(|\band\b)?\s*\b(?:incl\.|incl\b|inclusive of\b|inc\.)\s*", ", with "),
        (r"\b(?:nbr|num|no\.|cnt) of\b", "number of"),
        (r"\b(from|to|source|dest|destination|dst|src)-(ports?)\b", r"\1 \2"),
    )
)  # fmt: skip


def configured(text: str) -> str:
    """A text in lower case with such idioms in plainer words."""
    if re.search(rf"\b(?:{_MACHINES}|servers?)\b", text):
        text = _OFF.sub(lambda m: f"{m['what'] or ''}stopped", text)
    for pattern, words in _REWRITES:
        text = pattern.sub(words, text)
    return text

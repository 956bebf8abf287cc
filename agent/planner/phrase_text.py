"""Pieces that every answer is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from agent.neutral import inline, plain
from agent.planner.focus import Made
from agent.planner.reading import Reading


@dataclass(frozen=True)
class Phrased:
    """An answer and the follow-ups offered under it."""

    text: str
    suggestions: tuple[str, ...] = ()


def sentence(text: str, width: int = 900) -> str:
    """A text of others as one sentence."""
    said = quoted(text, width)
    return said if said.endswith((".", "?", "!", "…")) else said + "."


def quoted(text: object, width: int) -> str:
    """Evidence in its own words; where it is too long, cut between words, so that no name in it is torn."""
    flat = " ".join(str(text).split())
    if len(flat) > width:
        kept = flat[:width].rpartition(" ")[0] or flat[:width]
        return plain(kept.rstrip(" ,;:("), width) + " …"
    return plain(flat, width)


def as_of(item: Made) -> str:
    """When the state was read."""
    at = datetime.fromisoformat(str(item.result["as_of"]).replace("Z", "+00:00"))
    return f"State as of {at:%Y-%m-%d %H:%M} UTC."


def shown(item: Made) -> str:
    """Which rows are shown, where they are not all."""
    total, returned = item.result["total"], item.result["returned"]
    offset = int(item.args.get("offset", 0) or 0)
    if offset:
        return f"Rows {offset + 1} to {offset + returned} of {total} are shown."
    return f"The first {returned} of {total} are shown." if returned < total else ""


def left_over(reading: Reading) -> str:
    """What of a ranked question was not understood."""
    if not reading.left_over:
        return ""
    # As it was typed: a mended spelling stands in nobody's words.
    said = reading.text.lower()
    typed = [inline(w) for w in reading.left_over[:5] if w in said]
    return f"Not understood and left out: {', '.join(typed)}." if typed else ""


def paragraphs(*parts: str) -> str:
    """The parts that say something, one below the other."""
    return tidy("\n\n".join(part for part in parts if part.strip()))


def tidy(text: str) -> str:
    """No double spaces, except in lists and tables."""
    return "\n".join(
        " ".join(line.split()) if not line.startswith(("- ", "|", "  ")) else line
        for line in text.split("\n")
    ).strip()

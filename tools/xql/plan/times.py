"""Dates of plans."""

from __future__ import annotations

from datetime import UTC, datetime


def epoch_ms(text: str) -> int:
    """An ISO date or time (UTC without an offset) as epoch milliseconds. Raises `ValueError`."""
    moment = datetime.fromisoformat(text.strip())
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def frame_text(text: str) -> str:
    """The same as XQL writes it in a time frame."""
    moment = datetime.fromtimestamp(epoch_ms(text) / 1000, UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S +0000")

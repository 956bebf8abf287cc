"""The estate with a look at the datasets that a question is about, in its own words and in plainer ones."""

from __future__ import annotations

from agent.planner.questions.estate import Estate, EstateSource
from agent.planner.questions.tokens import MOST_READ
from agent.planner.questions.wordings import in_plain_words


async def looked(source: EstateSource, text: str) -> Estate:
    """The estate for a question; idioms may name what its words do not. Raises `CortexError`."""
    asked = text[:MOST_READ]
    return await source.current(in_plain_words(asked, await source.current(asked)))

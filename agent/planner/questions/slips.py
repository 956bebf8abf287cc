"""Typing slips set right, where a word is nothing that the lists or the tenant know."""

from __future__ import annotations

from agent.planner import spelling
from agent.planner.questions.estate import Estate
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.settings import stem
from agent.planner.questions.tokens import singular


class Known:
    """The words that stay as they are."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate

    def __contains__(self, word: object) -> bool:
        if not isinstance(word, str):
            return False
        parts = lexicon_parts()
        if word in parts or singular(word) in parts or word in self._estate.words:
            return True
        return stem(word) in self._estate.settings.words or word in self._estate.settings.by_value


def mended(text: str, estate: Estate) -> str:
    """The text in lower case, its apostrophes plain, with clear slips set right."""
    return spelling.mended(text, Known(estate))

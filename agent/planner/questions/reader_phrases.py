"""Parts of a question that are read by themselves: a noun with its conditions, what something is by."""

from __future__ import annotations

from datetime import datetime

from agent.planner.questions.build import build
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Form, Ref
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_other import Understand
from agent.planner.questions.setting_reader import read_settings


class Phrases:
    """Reads phrases strictly: what is not understood to its last word has no form."""

    def __init__(self, estate: Estate, now: datetime, understand: Understand) -> None:
        self.estate, self.now, self.understand = estate, now, understand

    def form(self, phrase: str) -> Form | None:
        """The form of a list of things, if every word of it was understood."""
        made = self._listed(phrase)
        if made is None:
            try:
                made = read_settings(phrase, self.estate, self.now, self.understand)
            except NoSuchValue:
                return None
        if made is None:
            return None
        plain = made.measure is None and made.each is None and not (made.group or made.sides or made.rank)
        return made if plain and not made.having and not made.span and made.limit is None else None

    def _listed(self, phrase: str) -> Form | None:
        state = self.understand(phrase, self.estate, self.now)
        left = [t for t in state.left if len(t.text) > 2]
        if left or state.unknown or state.missing or state.twofold or state.vague or state.unused:
            return None
        if state.compare is not None or not state.entity or state.dims:
            return None
        return build(state)

    def group(self, base: str, by: str | None) -> tuple[Ref, ...] | None:
        """What the shares are by; none said: none."""
        if not by:
            return ()
        state = self.understand(f"number of {base} by {by}", self.estate, self.now)
        if state.unknown or state.missing or state.twofold or not state.group:
            return None
        return tuple(state.group)

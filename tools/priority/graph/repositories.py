"""From the internet into repositories of code that anyone reads. What lies in them is told by findings."""

from __future__ import annotations

from tools.priority.estate import Estate, name_of
from tools.priority.exposure_code import public_code
from tools.priority.graph.model import INTERNET, Relation
from tools.priority.graph.steps import Steps
from tools.priority.reading import shown


class Repositories:
    """Entries by repositories of code of one estate."""

    def __init__(self, estate: Estate, steps: Steps) -> None:
        self._estate = estate
        self._steps = steps

    def add(self) -> None:
        """One step for each that is public, or of which no record says that it is not."""
        for one in self._estate.of_kind("code.repo"):
            public = public_code(self._estate.view(one))
            if public is False:
                continue
            name = shown(name_of(one))
            why = f"anyone can read {name}" if public else f"no record says who reads {name}"
            chance = self._steps.words.entry["leaked_key"]
            self._steps.join(
                INTERNET, one.asset_id, Relation.READS, chance, why, known=bool(public), names=(name,)
            )

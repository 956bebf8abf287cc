"""What is to be shown of each item, where a question says so: values, and no conditions."""

from __future__ import annotations

import re

from agent.planner.questions.element_counts import CountReader
from agent.planner.questions.element_words import COLUMNS, LINK_WORDS, OWN_COLUMNS


class ColumnReader(CountReader):
    """Takes the words for columns out of one question."""

    def _asked_whether(self) -> None:
        """ "whether the key is active" asks for the value, and is no condition."""
        match = re.search(r"\b(?:and )?whether\b.*$", self.text)
        if match is None:
            return
        tested = [
            t
            for t in self.found.tests
            if any(re.search(rf"\b{re.escape(str(v).lower())}\b", match[0]) for v in t.values)
        ]
        self.found.tests = [t for t in self.found.tests if t not in tested]
        self.asked = tuple(t.ref for t in tested)
        self.cut.append(match.span())

    def _columns_said(self) -> None:
        """ "access keys: user, key id and status", "with the user name": values to show, no conditions."""
        match = COLUMNS.search(self.text)
        first = min((self.tokens[n.start].start for n in self.found.named if n.arrays), default=None)
        if match is None or first is None or match.start() < first:
            return
        fields = {n.text.lower() for n in self.found.named if self._value_of(n)}
        parts = [re.sub(LINK_WORDS, "", part).strip() for part in re.split(r",|\band\b|\+|&", match["list"])]
        parts = [part for part in parts if part]
        whether = self.cut and self.cut[-1][0] >= match.start()
        if not parts or not all(part in fields or part in OWN_COLUMNS for part in parts):
            return
        if ":" not in match[0] and not whether and not any(part in fields for part in parts):
            return
        self.cut.append((match.start(), match.end("list")))
        if self.found.kind is not None and self.tokens[self.found.kind.start].start >= match.start():
            self.found.kind = self.found.kinds = None

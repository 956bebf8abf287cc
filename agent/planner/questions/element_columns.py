"""What is to be shown of each item, where a question says so: values, and no conditions."""

from __future__ import annotations

import re

from agent.planner.questions.element_counts import CountReader
from agent.planner.questions.element_places import noun, stems
from agent.planner.questions.element_words import COLUMNS, LINK_WORDS, MADE, MORE_COLUMNS, OWN_COLUMNS, ROWS
from agent.planner.questions.form import Ref
from agent.planner.questions.item_dates import BORN
from agent.planner.questions.reader_items import refs


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

    def _owners(self) -> set[str]:
        """What one of the assets is called: the "role" of "rules of roles: role and verb"."""
        kind = self.found.kind
        return {self.tokens[kind.end - 1].norm} if kind is not None else set()

    def _values_called(self, part: str) -> tuple[Ref, ...]:
        """The values of the items that go by a name, or the time when an item was made."""
        known = noun(stems(part))
        pairs = [(a, f) for a in self.found.arrays for f in a.fields if known in a.named(f) or f.said == part]
        if not pairs and MADE.fullmatch(part):
            pairs = [
                (a, f)
                for a in self.found.arrays
                for f in a.fields
                if f.kind == "time" and BORN & set(f.words)
            ]
        return refs(part, pairs, self.found.arrays) if pairs else ()

    def _columns_said(self) -> None:
        """ "access keys: user, key id and status", "with the user name": values to show, no conditions."""
        match = COLUMNS.search(ROWS.sub(lambda m: " " * len(m[0]), self.text))
        first = min((self.tokens[n.start].start for n in self.found.named if n.arrays), default=None)
        if match is None or first is None or match.start() < first:
            return
        fields = {n.text.lower() for n in self.found.named if self._value_of(n)}
        parts = [re.sub(LINK_WORDS, "", part).strip() for part in re.split(r",|\band\b|\+|&", match["list"])]
        parts = [part for part in parts if part]
        whether = self.cut and self.cut[-1][0] >= match.start()
        plain = OWN_COLUMNS | MORE_COLUMNS | self._owners()
        others = {part: self._values_called(part) for part in parts if part not in fields | plain}
        if not parts or not all(others.values()):
            return
        if ":" not in match[0] and not whether and not others and not any(part in fields for part in parts):
            return
        self.cut.append((match.start(), match.end("list")))
        told = [ref for part in parts for ref in others.get(part, ())]
        told += [Ref(name=part) for part in parts if part in MORE_COLUMNS - fields]
        self.asked, self.columned = (*self.asked, *told), tuple(told)
        if self.found.kind is not None and self.tokens[self.found.kind.start].start >= match.start():
            self.found.kind = self.found.kinds = None

"""How many items there are, of which assets, and what they are counted by."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.element_words import (
    ASSET_PER,
    COUNT,
    DISTINCT,
    FUNCTIONS,
    MEASURES,
    OFTEN,
    PER,
    ROWS,
)
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Rank, Ref
from agent.planner.questions.item_tests import Found, Named
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_items import refs, shown_of
from agent.planner.questions.tokens import Token

_NUMBERS: Final = {"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0}


class CountReader:
    """Reads one question; `cut` are the pieces of its text that are about items."""

    def __init__(
        self, text: str, marks: list[Mark], tokens: list[Token], estate: Estate, found: Found
    ) -> None:
        self.text, self.marks, self.tokens, self.estate, self.found = text, marks, tokens, estate, found
        self.cut: list[tuple[int, int]] = list(found.used)
        self.having: tuple[Any, float] | None = None
        self.rank: Rank | None = None
        self.asked: tuple[Ref, ...] = ()
        self.columned: tuple[Ref, ...] = ()
        self.weak = False
        self.total = False
        self.limit: int | None = None

    def _value_of(self, named: Named) -> bool:
        """Whether a name is that of a value rather than of the item."""
        return any(a in self.found.arrays for a, _ in named.fields) and not any(
            a in self.found.arrays for a in named.arrays
        )

    def _before(self, named: Named) -> str:
        return self.text[: self.tokens[named.start].start].rstrip() + " "

    def _after(self, named: Named) -> str:
        return self.text[self.tokens[named.end - 1].end :]

    def _bounded(self, items: Named | None) -> dict[str, Any] | None:
        """ "more than 2 rules", "most listeners", "5 groups with the most rules"."""
        items = items or (self.found.named[0] if self.found.named else None)
        if items is None:
            return None
        before = [m for m in self.marks if m.end <= items.start and m.kind not in ("stop", "all")]
        inside = [
            m
            for m in before[-4:]
            if m.kind
            in ("compare", "number", "after", "rank", "agg", "value", "weakness", "setting", "word", "with")
        ]
        number = next((m for m in reversed(inside) if m.kind == "number"), None)
        close = number is not None and items.start - number.end <= 3
        if number is not None and close:
            place = before.index(number)
            compare = before[place - 1] if place and before[place - 1].kind == "compare" else None
            after = next((m for m in self.marks if m.start == number.end and m.kind == "after"), None)
            op = str(compare.data) if compare is not None else str(after.data) if after is not None else ""
            value = self.tokens[number.start].value
            had = place and before[place - 1].kind == "with"
            if value is not None and (op in ("gt", "gte", "lt", "lte", "eq") or had):
                self.having = (op or "eq", value)
                start = (compare or number).start
                self._cut(start, (after or number).end)
                counts = list(COUNT.finditer(self.text))
                self._cut_matches(COUNT)
                several = self.found.kind is not None and any(
                    0 <= self.tokens[self.found.kind.start].start - c.end() < 25 for c in counts
                )
                if several and self.having in (("gte", 1.0), ("gt", 0.0)):
                    self.having = None
                    return {"count": "assets"}
                self.total = several
                self._cut_text(
                    r"(?:,|\band\b|\bwith\b)?\s*(?:how many each|(?:with |and )?(?:the|their|its) (?:number|count)s?|how many (?:rules|of them)?\s*(?:each|does each have|do they have))"
                )
                return {"count": "items", "by_asset": True}
        rank = next((m for m in reversed(inside) if m.kind == "rank" and m.data in ("most", "fewest")), None)
        if rank is not None and items.start - rank.end <= 3:
            self.rank = Rank(descending=rank.data == "most")
            self._cut(rank.start, rank.end)
            return {"count": "items", "by_asset": True}
        return self._worded(items) or self._over_assets(items)

    def _worded(self, items: Named) -> dict[str, Any] | None:
        """ "more than one availability zone", where the number is a part of another name too."""
        at = items.start - 1
        compare = next((m for m in self.marks if m.kind == "compare" and m.end == at), None)
        value = _NUMBERS.get(self.tokens[at].text) if at >= 0 else None
        if compare is None or value is None:
            return None
        self.having = (compare.data, value)
        self._cut(compare.start, items.start)
        return {"count": "items", "by_asset": True}

    def _over_assets(self, items: Named) -> dict[str, Any] | None:
        """ "policies attached to more than 5 roles", "groups of the most instances": items by how many assets have them."""
        kind = self.found.kind
        if kind is None or not items.arrays or kind.start < items.end:
            return None
        between = [m for m in self.marks if items.end <= m.start and m.end <= kind.start]
        if not between or any(
            m.kind not in ("of", "stop", "with", "compare", "number", "after", "rank", "word", "on")
            for m in between
        ):
            return None
        rank = next((m for m in between if m.kind == "rank" and m.data in ("most", "fewest")), None)
        compare = next((m for m in between if m.kind == "compare"), None)
        number = next((m for m in between if m.kind == "number"), None)
        told = {"group": self._refs([], items), "count": "assets"}
        if rank is not None and rank.end == kind.start:
            self.rank = Rank(descending=rank.data == "most")
            self.limit = None if self._several(items) else 1
        elif compare is not None and number is not None and number.end == kind.start:
            value = self.tokens[number.start].value
            if value is None:
                return None
            self.having = (compare.data, value)
        else:
            return None
        self._cut(between[0].start, kind.start)
        return told

    def _several(self, items: Named) -> bool:
        return self.tokens[items.end - 1].text.endswith("s")

    def _counted(self, items: Named | None, values: list[Named]) -> dict[str, Any] | None:
        found, text = self.found, self.text
        arrays = found.arrays
        kind_at = self._kind_at(list(COUNT.finditer(text)))
        groups = [n for n in values if PER.search(self._before(n))]
        group = self._refs(groups or values[:1], items)
        match = OFTEN.search(text)
        if match is not None and (items is not None or self.weak or "how" in match[0]):
            self.cut.append(match.span())
            self._cut_matches(COUNT)
            if "least" in match[0] or "most" in match[0]:
                self.rank = Rank(descending="least" not in match[0])
            held = found.kind is not None and re.search(
                rf"(?:number of|how many|of|by) {re.escape(found.kind.text.lower())}", text[match.end() :]
            )
            return {"group": group, "count": "assets" if held else "items"}
        measure = MEASURES.search(text)
        counts = list(COUNT.finditer(text))
        if measure is not None and measure["f"] in FUNCTIONS and counts and found.kind is not None:
            self.cut.append(measure.span())
            self._cut_matches(COUNT)
            return {"count": "items", "by_asset": True, "function": FUNCTIONS[measure["f"]]}
        if not counts:
            grouped = [
                n
                for n in values
                if re.search(r"\b(?:per|by|grouped by|for each|split by|broken down by)\s*$", self._before(n))
                and self.tokens[n.start].start > max(kind_at, 0)
            ]
            counted = bool(grouped) and items is not None and items.start < grouped[0].start
            if grouped and (counted or self.weak) and not ROWS.search(text):
                return {"group": self._refs(grouped, None), "count": "items" if counted else "assets"}
            vs = re.search(r"\b(?:vs|versus)\b", text)
            if vs is not None and found.tests:
                return self._versus()
            return None
        for match in counts:
            self.cut.append(match.span())
        last = counts[-1]
        nouns = sorted([(self.tokens[n.start].start, n) for n in found.named], key=lambda pair: pair[0])
        coming = next(((at, n) for at, n in nouns if at >= last.end()), None)
        of_kind = found.kind is not None and kind_at >= last.end() and (coming is None or kind_at < coming[0])
        if of_kind:
            each = [
                n
                for n in found.named
                if self.tokens[n.start].start < counts[-1].start() or PER.search(self._before(n))
            ]
            several = bool(each) and (
                re.search(r"\b(?:by|per) (?:the |their )?(?:number|count) of\b", text) is not None
                or bool(
                    PER.search(self._before(each[0])) and not self._before(each[0]).rstrip().endswith("and")
                )
                or re.search(r"\beach\b", text) is not None
            )
            if several and (re.search(r"\b(?:has|have|does)\s+each\b(?!\s+\w)", text) is None):
                self._cut_text(r"\bhold(?:s)? each\b|\buse(?:s)? each\b|\b(?:have|has) each\b|\beach\b")
                return {
                    "group": self._refs([n for n in each if self._value_of(n)], each[0]),
                    "count": "assets",
                }
            if coming is None and not found.tests:
                return None
            if coming is not None and not found.tests and not PER.search(self._before(coming[1])):
                owns = re.search(r"\b(?:per|each|every)\b", text)
                return None if owns is None else {"count": "items", "by_asset": True}
            return {"count": "assets"}
        if re.search(r"\b(?:vs|versus)\b", text) and found.tests:
            return self._versus()
        if found.kind is not None:
            before = text[:kind_at]
            per = (
                bool(ASSET_PER.search(before))
                or re.search(r"\b(?:each|every|per)\b[^,]*$", before) is not None
            )
            if per and not groups:
                self._cut_text(r"\b(?:each|every|per|does|do|have|has)\b")
                return {"count": "items", "by_asset": True}
        if DISTINCT.search(text) and (values or items):
            self._cut_matches(DISTINCT)
            return {"group": self._refs(values[:1], items), "count": "distinct"}
        grouped = [
            n for n in values if n is not (coming[1] if coming else None) and PER.search(self._before(n))
        ]
        if grouped:
            return {"group": self._refs(grouped, None), "count": "items"}
        if coming is not None and self._value_of(coming[1]) and items is None:
            return {"group": self._refs([coming[1]], None), "count": "distinct" if arrays else "items"}
        return {"count": "items"}

    def _kind_at(self, counts: list[re.Match[str]]) -> int:
        """Where the noun of the assets stands: after the last count, where it stands there too."""
        head = self.found.kind
        if head is None:
            return -1
        places = [
            self.tokens[m.start].start
            for m in self.marks
            if m is head or (m.has("kind") and self.tokens[m.end - 1].norm == self.tokens[head.end - 1].norm)
        ]
        if counts:
            after = [at for at in places if at >= counts[-1].end()]
            if after:
                self.cut += [
                    (self.tokens[m.start].start, self.tokens[m.end - 1].end)
                    for m in self.marks
                    if m is not head and self.tokens[m.start].start in after
                ]
                return after[0]
        return places[0]

    def _versus(self) -> dict[str, Any]:
        """ "keys active vs inactive": by the value that both are of."""
        test = self.found.tests[0]
        same = [t for t in self.found.tests if t.ref.name == test.ref.name]
        self.found.tests = [t for t in self.found.tests if t not in same]
        self._cut_text(r"\b(?:vs|versus)\b")
        return {"group": (test.ref,), "count": "items", "tests": tuple(self.found.tests)}

    def _refs(self, values: list[Named], items: Named | None) -> tuple[Ref, ...]:
        arrays = self.found.arrays
        made = tuple(
            dict.fromkeys(
                refs(n.text, n.fields, arrays)[0] for n in values if any(a in arrays for a, _ in n.fields)
            )
        )
        if made:
            return made
        telling = [r for r in shown_of(arrays) if r.name.split()[-1] in ("name", "id", "arn")][:2]
        return tuple(telling) or shown_of(arrays)[:1]

    def _cut(self, start: int, end: int) -> None:
        self.cut.append((self.tokens[start].start, self.tokens[end - 1].end))

    def _cut_text(self, pattern: str) -> None:
        self.cut += [match.span() for match in re.finditer(pattern, self.text)]

    def _cut_matches(self, pattern: re.Pattern[str]) -> None:
        self.cut += [match.span() for match in pattern.finditer(self.text)]

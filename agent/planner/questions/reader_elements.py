"""Questions about items of arrays: one row for each, how many there are, what they are by."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.build import build
from agent.planner.questions.element_places import Array
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Each, Form, Kinds, Measure, Rank, Ref, Where
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.reader_items import Found, Named, find_items, refs, shown_of
from agent.planner.questions.reader_state import State
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token, tokenize

_OFTEN: Final = re.compile(
    r"\b(?:how (?:often|frequently|common|many times)|(?:most|least) (?:common(?:ly)?|used|frequent(?:ly)?|often|popular|widespread)(?: used)?|frequency|distribution|breakdown|break down|histogram|tally)\b(?: of\b)?"
)
_RULE_FORM: Final = re.compile(
    r"\b(?:custom|cspm|detection|posture)\s+(?:\w+\s+)?rules?\b|\brule (?:query|form)\b"
)
_COUNT: Final = re.compile(r"\b(?:how many|(?:the )?(?:total )?number of|count(?: of)?|amount of)\b")
_DISTINCT: Final = re.compile(r"\b(?:different|distinct|unique)\b")
_ROWS: Final = re.compile(
    r"\b(?:one|a|1) (?:row|line|entry|record) (?:per|for (?:each|every)|each)(?: (?:pair|one|of them|rule|item|entry|listener|\w+))?\b|\b(?:each|every one) on (?:its|their) own (?:line|row)\b|\bone (?:row|line) each\b|\bon (?:its|their) own (?:line|row)\b|\b(?:of|for) each\b\s*$"
)
_WITHOUT: Final = re.compile(
    r"\b(?:without|with no|have no|has no|lacking|that lack|no|not have|not use|don't have|doesn't have|do not have|does not have|missing)(?: (?:any|an|a|single))*\s*$"
)
_BEFORE: Final = re.compile(
    r"\b(?:each|every|all|their|its|which|what|list|per|by|show|enumerate|different|distinct|unique|those|the|any|of each|for each|together with)\s*$"
)
_PER: Final = re.compile(
    r"\b(?:per|by|for each|for every|in each|of each|on each|each|every|grouped by|broken down by|across|split by|and)\s*(?:the |different |distinct )*$"
)
_ASSET_PER: Final = re.compile(
    r"\b(?:per|by|for each|for every|in each|of each|on each|of every|each|every|does (?:each|every)|do)\s*(?:the |our |of the |of our )*(?:aws |azure |gcp |google |kubernetes )*$"
)
_EACH_AFTER: Final = re.compile(r"^\s*(?:has|have|had|hold|carry)\b|\beach\b")
_MEASURES: Final = re.compile(r"\b(?P<f>average|mean|avg|maximum|max|minimum|min|median|total)\b")
# words that only tie an item to its asset
_TIES: Final = re.compile(
    r"\b(?:attached|assigned|bound|associated|configured|defined|granted|mounted|goes?|going|lead(?:s|ing)?|point(?:s|ing)?|used|uses?|using|holds?|hold|held|have|has|carry|carries|contain(?:s|ed)?|assume(?:d|s)?|trust(?:s|ed)?|allow(?:s|ed|ing)?|permit(?:s|ted|ting)?|lets?|granted|reach(?:es|ed)?|"
    r"may|can|open(?:ed)?|exposed|accept(?:s|ed|ing)?|inbound|ingress|outbound|egress|in|to|from|on|of|by|per|for|with|at|each|every|together|him|it|them|its|their|what|which|that|who|is|are|be|do|does|there|and|or|whether|the|a|an|any|one|pair|row|line|value|values|list|show|me|give|exist(?:s|ing)?|set|named|called|via|into|as|how|many|number|count)\b"
)
_FUNCTIONS: Final[dict[str, Any]] = {
    "average": "avg",
    "mean": "avg",
    "avg": "avg",
    "maximum": "max",
    "max": "max",
    "minimum": "min",
    "min": "min",
    "median": "median",
}


def read_elements(text: str, estate: Estate, now: datetime, *, weak: bool = False) -> Form | None:
    """The form of a question about items, or None where it is not one.

    With `weak`, items that are only a condition ("roles with policy X attached") are read too.
    """
    if _RULE_FORM.search(text):
        return None
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    if any(m.kind == "entity" and m.data not in ("asset", "permission", "event") for m in marks):
        return None
    found = find_items(text, marks, tokens, estate, weak=weak)
    if found is None or not (found.named or found.tests):
        return None
    reader = _Reader(text, marks, tokens, estate, found)
    each = reader.each(weak)
    if each is None:
        return None
    state, form = reader.rest(now)
    if state is None or form is None or form.entity != "asset" or form.rule_form or form.span:
        return None
    return reader.joined(each, form)


class _Reader:
    """Reads one question; `cut` are the pieces of its text that are about items."""

    def __init__(
        self, text: str, marks: list[Mark], tokens: list[Token], estate: Estate, found: Found
    ) -> None:
        self.text, self.marks, self.tokens, self.estate, self.found = text, marks, tokens, estate, found
        self.cut: list[tuple[int, int]] = list(found.used)
        self.having: tuple[Any, float] | None = None
        self.rank: Rank | None = None
        self.limit: int | None = None
        self.asked: tuple[Ref, ...] = ()
        self.weak = False
        self.total = False

    # --- shape

    def each(self, weak: bool) -> Each | None:
        self.weak = weak
        found = self.found
        items = next((n for n in found.named if n.arrays), None)
        arrays = found.arrays
        name = items.text if items else found.named[0].text if found.named else arrays[0].words[-1]
        base: dict[str, Any] = {
            "arrays": tuple(Where(type_id=a.type_id, path=a.path, kind="array") for a in arrays),
            "name": name,
            "owner": found.kind.text if found.kind is not None else "",
            "tests": tuple(found.tests),
        }
        self._asked_whether()
        base["tests"] = tuple(found.tests)
        values = [n for n in found.named if self._value_of(n)]
        shown = tuple(dict.fromkeys(r for n in values for r in refs(n.text, n.fields, arrays)))
        telling = [r for r in shown_of(arrays) if r.name in ("name", "key", "access key id", "policy name")][
            :1
        ]
        shown = tuple(dict.fromkeys((*telling, *shown, *self.asked))) if shown else shown_of(arrays)
        if (counted := self._bounded(items)) is not None:
            return Each(**base, shown=shown, **counted)
        for match in _ROWS.finditer(self.text):
            self.cut.append(match.span())
        if (measured := self._counted(items, values)) is not None:
            return Each(**{**base, **measured})
        named = found.named[0] if found.named else None
        if named is not None and self._lacking(named):
            return Each(**base, shown=(), negated=True)
        if not weak and not self._listed(items, values):
            return None
        if named is None and not weak:
            return None
        return Each(**base, shown=shown)

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
                counts = list(_COUNT.finditer(self.text))
                self._cut_matches(_COUNT)
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
        return None

    def _counted(self, items: Named | None, values: list[Named]) -> dict[str, Any] | None:
        found, text = self.found, self.text
        arrays = found.arrays
        kind_at = self._kind_at(list(_COUNT.finditer(text)))
        groups = [n for n in values if _PER.search(self._before(n))]
        group = self._refs(groups or values[:1], items)
        match = _OFTEN.search(text)
        if match is not None and (items is not None or self.weak or "how" in match[0]):
            self.cut.append(match.span())
            self._cut_matches(_COUNT)
            if "least" in match[0] or "most" in match[0]:
                self.rank = Rank(descending="least" not in match[0])
            held = found.kind is not None and re.search(
                rf"(?:number of|how many|of|by) {re.escape(found.kind.text.lower())}", text[match.end() :]
            )
            return {"group": group, "count": "assets" if held else "items"}
        measure = _MEASURES.search(text)
        counts = list(_COUNT.finditer(text))
        if measure is not None and measure["f"] in _FUNCTIONS and counts and found.kind is not None:
            self.cut.append(measure.span())
            self._cut_matches(_COUNT)
            return {"count": "items", "by_asset": True, "function": _FUNCTIONS[measure["f"]]}
        if not counts:
            grouped = [
                n
                for n in values
                if re.search(r"\b(?:per|by|grouped by|for each|split by|broken down by)\s*$", self._before(n))
                and self.tokens[n.start].start > max(kind_at, 0)
            ]
            counted = bool(grouped) and items is not None and items.start < grouped[0].start
            if grouped and (counted or self.weak) and not _ROWS.search(text):
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
                if self.tokens[n.start].start < counts[-1].start() or _PER.search(self._before(n))
            ]
            several = bool(each) and (
                bool(
                    _PER.search(self._before(each[0])) and not self._before(each[0]).rstrip().endswith("and")
                )
                or re.search(r"\beach\b", text) is not None
            )
            if several and (re.search(r"\b(?:has|have|does)\s+each\b", text) is None):
                self._cut_text(r"\bhold(?:s)? each\b|\buse(?:s)? each\b|\b(?:have|has) each\b|\beach\b")
                return {
                    "group": self._refs([n for n in each if self._value_of(n)], each[0]),
                    "count": "assets",
                }
            if coming is None and not found.tests:
                return None
            if coming is not None and not found.tests and not _PER.search(self._before(coming[1])):
                owns = re.search(r"\b(?:per|each|every)\b", text)
                return None if owns is None else {"count": "items", "by_asset": True}
            return {"count": "assets"}
        if re.search(r"\b(?:vs|versus)\b", text) and found.tests:
            return self._versus()
        if found.kind is not None:
            before = text[:kind_at]
            per = (
                bool(_ASSET_PER.search(before))
                or re.search(r"\b(?:each|every|per)\b[^,]*$", before) is not None
            )
            if per and not groups:
                self._cut_text(r"\b(?:each|every|per|does|do|have|has)\b")
                return {"count": "items", "by_asset": True}
        if _DISTINCT.search(text) and (values or items):
            self._cut_matches(_DISTINCT)
            return {"group": self._refs(values[:1], items), "count": "distinct"}
        grouped = [
            n for n in values if n is not (coming[1] if coming else None) and _PER.search(self._before(n))
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

    def _lacking(self, named: Named) -> bool:
        if _WITHOUT.search(self._before(named)) is None:
            return False
        self.cut.append(
            (
                len(self._before(named).rstrip()) - len(_WITHOUT.search(self._before(named))[0].rstrip()),
                self.tokens[named.start].start,
            )
        )  # type: ignore[index]
        return True

    def _listed(self, items: Named | None, values: list[Named]) -> bool:
        """Whether the items themselves are asked for, and not only assets that have such."""
        found = self.found
        if any(t.op == "port" and t.negated for t in found.tests):
            return True
        if not found.named:
            return False
        first = found.named[0]
        at = self.tokens[first.start].start
        if _ROWS.search(self.text) or re.search(r"\bwhether\b", self.text):
            return True
        if found.kind is None or at < self.tokens[found.kind.start].start:
            lead = self._before(first)
            return not re.search(r"\b(?:with|without|have|having|has|no)\s*(?:a |an |any |the |of )*$", lead)
        between = self.text[self.tokens[found.kind.end - 1].end : at]
        if re.search(
            r"\b(?:with|and|show|list)\s+(?:all |every |each |each of |the list of )?(?:of )?(?:their|its|his|every|each|all|the)\s+(?:\w+\s+)?$",
            between,
        ):
            return True
        if re.match(r"\s*(?:,|:|-|\(|'s\b|and\b|together with\b|along with\b)", between) and not re.search(
            r"\b(?:with|that|which|where)\s*$", between
        ):
            return True
        if len(values) > 1 and not found.tests:
            return True
        return re.search(r"\b(?:which|what)\s+$", self.text[: max(at, 0)]) is not None and not found.tests

    # --- the rest of the question

    def _cut(self, start: int, end: int) -> None:
        self.cut.append((self.tokens[start].start, self.tokens[end - 1].end))

    def _cut_text(self, pattern: str) -> None:
        self.cut += [match.span() for match in re.finditer(pattern, self.text)]

    def _cut_matches(self, pattern: re.Pattern[str]) -> None:
        self.cut += [match.span() for match in pattern.finditer(self.text)]

    def rest(self, now: datetime) -> tuple[State | None, Form | None]:
        """What the question says of the assets, without what it says of items."""
        from agent.planner.questions.ask import understand

        letters = list(self.text)
        spans = list(self.cut)
        if self.found.kind is not None:
            spans.append((self.tokens[self.found.kind.start].start, self.tokens[self.found.kind.end - 1].end))
        for start, end in spans:
            letters[start:end] = " " * (end - start)
        body = "".join(letters)
        noun = self.found.kind.text if self.found.kind is not None else "assets"
        body = self._unled(body)
        kept = self._kept(body)
        state = understand(f"{noun} {kept}".strip(), self.estate, now)
        state.columns, state.dims = (
            [],
            [d for d in state.dims if d.name in ("account", "region", "provider") or d.tags],
        )
        left = [t for t in state.left if len(t.text) > 2]
        if left or state.unknown or state.missing or state.twofold:
            return None, None
        return state, build(state)

    def _unled(self, body: str) -> str:
        """Without words of no list before the first noun: why it is asked says nothing of what is asked."""
        first = min((start for start, _ in self.cut), default=0)
        if self.found.kind is not None:
            first = min(first, self.tokens[self.found.kind.start].start)
        letters = list(body)
        for mark in self.marks:
            start, end = self.tokens[mark.start].start, self.tokens[mark.end - 1].end
            if end <= first and mark.kind in (
                "word",
                "stop",
                "kind",
                "entity",
                "vague",
                "agg",
                "of",
                "with",
                "compare",
                "on",
                "attr",
            ):
                letters[start:end] = " " * (end - start)
        return "".join(letters)

    def _kept(self, body: str) -> str:
        """The words that are left, without those that tie nothing any more: `of`, `per` before what was taken out."""
        named = _Spans(self.marks, self.tokens)
        pieces: list[str] = []
        for match in re.finditer(r"\S+", body):
            word = match[0].strip(",;:.?!()")
            if not word:
                continue
            if _TIES.fullmatch(word.lower()) and not named.near(match.end()):
                continue
            pieces.append(word)
        return " ".join(pieces)

    def joined(self, each: Each, form: Form) -> Form:
        """One form of both."""
        items = tuple(
            i
            for i in form.items
            if not (isinstance(i, Atom) and i.ref.places and any(ITEM in w.path for w in i.ref.places))
        )
        if (
            self.found.kind is not None
            and not any(isinstance(i, Kinds) for i in items)
            and self.found.kinds is not None
        ):
            items = (self.found.kinds, *items)
        changes: dict[str, Any] = {
            "items": items,
            "each": each,
            "columns": (),
            "having": self.having,
            "rank": self.rank,
            "per": (),
        }
        measure = form.measure
        changes["group"] = form.group if each.count else ()
        changes["measure"] = Measure(function="count") if each.count else None
        changes["limit"] = form.limit
        if measure is not None and measure.function not in ("count", "distinct"):
            changes["measure"] = measure if each.count else None
        return form.model_copy(update=changes)


class _Spans:
    """Where names, times and groups of the asset begin: a small word before them stays."""

    def __init__(self, marks: list[Mark], tokens: list[Token]) -> None:
        self.starts = [
            tokens[m.start].start
            for m in marks
            if m.kind
            in (
                "tenant",
                "time",
                "tag",
                "tagged",
                "owned",
                "quoted",
                "value",
                "weakness",
                "alias_",
                "tagvalue",
            )
            or m.get("attr") in ("account", "region", "provider")
        ]

    def near(self, at: int) -> bool:
        return any(0 <= start - at <= 6 for start in self.starts)


__all__ = ["Array", "read_elements"]

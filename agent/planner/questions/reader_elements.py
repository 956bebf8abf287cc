"""Questions about items of arrays: one row for each, how many there are, what they are by."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.build import build
from agent.planner.questions.element_columns import ColumnReader
from agent.planner.questions.element_lacks import lacking_otherwise
from agent.planner.questions.element_places import Array
from agent.planner.questions.element_words import (
    COUNT,
    ROWS,
    RULE_FORM,
    TIES,
    WITHOUT,
)
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Each, Form, Has, Kinds, Measure, Rank, Where
from agent.planner.questions.item_tests import Named
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.reader_items import find_items, refs, shown_of
from agent.planner.questions.reader_state import State
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token, tokenize
from agent.planner.questions.weakness_places import BY_ANOTHER

_BOUNDS: Final = ("gt", "gte", "lt", "lte", "older", "within", "range", "port", "exact")
_WHOSE: Final = re.compile(r"\bwhose\b")
_ONES: Final = frozenset({"one", "two", "three", "four", "five"})


def read_elements(text: str, estate: Estate, now: datetime, *, weak: bool = False) -> Form | None:
    """The form of a question about items, or None where it is not one.

    With `weak`, items that are only a condition ("roles with policy X attached") are read too.
    """
    if RULE_FORM.search(text):
        return None
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    if any(m.kind == "entity" and m.data not in ("asset", "permission", "event") for m in marks):
        return None
    found = find_items(text, marks, tokens, estate, weak=weak)
    if found is None or not (found.named or found.tests):
        return None
    if any(m.kind == "weakness" and any(n.start == m.end for n in found.named) for m in marks):
        # "encryption algorithm": one name of a setting
        return None
    if any(m.kind == "weakness" and m.data.name in BY_ANOTHER for m in marks):
        # "with a public ip" is said of the machine, wherever its cloud writes it
        return None
    everyday = all(_of_anything(n.text, marks, tokens) for n in found.named)
    if not found.tests and everyday and (found.kind is None or _by_type(found.named)):
        return None
    reader = _Reader(text, marks, tokens, estate, found)
    each = reader.each(weak)
    if each is None or (each.negated and not each.tests and lacking_otherwise(each, found, marks, estate)):
        return None
    first = next((m for m in marks if m.has("kind")), None)
    if first is not None and found.kind is not None and first.end <= found.kind.start:
        named = any(n.start < first.end and first.start < n.end for n in found.named)
        if each.negated or (_WHOSE.search(text) is not None and not named):
            # "machines in a vpc without flow logs" are no vpcs, "functions whose role has ..." no roles
            return None
    state, form = reader.rest(now)
    if state is None or form is None or form.entity != "asset" or form.rule_form or form.span:
        return None
    made = reader.joined(each, form)
    return made if _keeps_groups(made, marks) and _keeps_bounds(made, marks, tokens) else None


def _keeps_bounds(form: Form, marks: list[Mark], tokens: list[Token]) -> bool:
    """Whether a number that something is more or less than has an effect."""
    said = any(
        m.kind == "compare"
        and m.data in ("gt", "gte", "lt", "lte")
        and m.end < len(tokens)
        and (tokens[m.end].value is not None or tokens[m.end].text in _ONES)
        for m in marks
    )
    each = form.each
    tested = each is not None and any(t.op in _BOUNDS for t in each.tests)
    told = any(isinstance(i, Has) or (isinstance(i, Atom) and i.op in _BOUNDS) for i in form.items)
    return (
        not said
        or form.having is not None
        or tested
        or told
        or form.over != ""
        or (each is not None and each.count == "assets")
    )


def _keeps_groups(form: Form, marks: list[Mark]) -> bool:
    """Whether the form is by all attributes of assets that the question groups by."""
    kept = {ref.name for ref in (*form.group, *(form.each.group if form.each is not None else ()))}
    for at, mark in enumerate(marks):
        after = next((m for m in marks[at + 1 :] if m.kind != "stop"), None)
        if mark.kind != "by" or after is None or mark.text.lower() == "between":
            continue
        name = after.get("attr")
        if name in ("account", "region", "provider", "os", "category", "class") and name not in kept:
            return False
    return True


def _by_type(named: list[Named]) -> bool:
    """Whether only the type of something is named: that of the resources, not of their parts."""
    return bool(named) and all(n.text.lower() in ("type", "types", "kind", "kinds") for n in named)


def _of_anything(text: str, marks: list[Mark], tokens: list[Token]) -> bool:
    """Whether a name is the word of an attribute that assets and records have: "resources by type"."""
    return any(m.kind == "attr" and text == " ".join(t.text for t in tokens[m.start : m.end]) for m in marks)


class _Reader(ColumnReader):
    """Reads one question about items."""

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
        self._columns_said()
        base["tests"] = tuple(found.tests)
        values = [n for n in found.named if self._value_of(n)]
        shown = tuple(dict.fromkeys(r for n in values for r in refs(n.text, n.fields, arrays)))
        telling = [r for r in shown_of(arrays) if r.name in ("name", "key", "access key id", "policy name")][
            :1
        ]
        dated = tuple(t.ref for t in found.tests if t.op in ("older", "within"))
        some = shown or any(ref in self.columned for ref in self.asked)
        shown = tuple(dict.fromkeys((*telling, *shown, *self.asked, *dated))) if some else shown_of(arrays)
        if (counted := self._bounded(items)) is not None:
            return Each(**base, shown=shown, **counted)
        for match in ROWS.finditer(self.text):
            self.cut.append(match.span())
        named = found.named[0] if found.named else None
        lacking = named is not None and found.kind is not None and self._lacking(named)
        if lacking and named is not None and not named.arrays and not found.tests:
            # without a value is not without an item
            return None
        if lacking and COUNT.search(self.text):
            # how many there are without such an item: not how many items
            self._cut_matches(COUNT)
        elif (measured := self._counted(items, values)) is not None:
            return Each(**{**base, **measured})
        if lacking or (named is not None and found.kind is None and self._lacking(named)):
            return Each(**base, shown=(), negated=True, count="assets" if COUNT.search(self.text) else "")
        if not weak and not self._listed(items, values):
            return None
        if named is None and not weak:
            return None
        return Each(**base, shown=shown)

    def _lacking(self, named: Named) -> bool:
        before = self._before(named)
        match = WITHOUT.search(before)
        if match is None:
            return False
        self.cut.append((match.start(), self.tokens[named.start].start))
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
        if ROWS.search(self.text) or re.search(r"\bwhether\b", self.text):
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
        self.limit = state.limit
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
        named = {n.start for n in self.found.named}
        for mark in self.marks:
            start, end = self.tokens[mark.start].start, self.tokens[mark.end - 1].end
            which = mark.end in named and mark.kind in ("word", "kind") and mark is not self.found.kind
            if which and mark.text.lower() != "iam":
                # "lifecycle rules", "bucket policy statements": which ones
                continue
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
            if TIES.fullmatch(word.lower()) and not named.near(match.end()):
                continue
            pieces.append(word)
        return " ".join(pieces)

    def _dated(self, each: Each, form: Form) -> Rank | None:
        """ "the oldest access keys": items by the time when they were made."""
        rank = form.rank
        if rank is None or rank.ref is None or rank.ref.name not in ("first_seen", "last_seen"):
            return None
        made = next((r for r in each.shown if any(p.kind == "time" for p in r.places)), None)
        made = made or next((r for r in each.shown if "creat" in r.name), None)
        return Rank(ref=made, descending=rank.descending) if made is not None and not each.count else None

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
            "rank": self.rank or self._dated(each, form),
            "per": (),
        }
        if self.total:
            changes["over"] = "count"
        measure = form.measure
        changes["group"] = form.group if each.count else ()
        changes["measure"] = Measure(function="count") if each.count else None
        # "keys per user, highest first": one noun, and no one user
        changes["limit"] = self.limit if each.by_asset else form.limit
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

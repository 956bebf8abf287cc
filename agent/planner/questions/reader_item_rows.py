"""Items of arrays by what their configuration says: "statements of policies that allow *", and of assets all or none of whose items are so.

What is said of an item is read as of an asset with such an item, by the reader of configuration.
"""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from agent.planner.questions.element_places import Array, arrays_of, noun, stems
from agent.planner.questions.element_words import COLUMNS, COUNT, LINK_WORDS, OWN_COLUMNS, ROWS
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Each, Either, Form, Inside, Item, Kinds, Measure, Ref, Where
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.plan_one_item import atoms_of
from agent.planner.questions.reader_elements import read_elements
from agent.planner.questions.reader_items import refs, shown_of
from agent.planner.questions.setting_atoms import NoSuchValue
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.setting_reader import read_settings
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import Token, singular, tokenize

_LONGEST: Final = 300
_OF: Final = re.compile(
    r"^\s*(?:(?:of|in|on|from|for|inside|within|across|defined (?:in|on)|attached to) )(?:(?:all|any|each|every|the|our|my|these|those|of|its|their) )*$"
)
_CONDITION: Final = re.compile(
    r"^\s*,?\s*(?P<how>(?:that|which|who) (?:are|is|have|has|had)\b(?! no\b| not\b| n't\b)|(?:that|which|who|where|whose|with|without|having|allowing|granting|denying|permitting|running|using|older|created|not|missing|lacking|marked|set|open)\b)"
)
# whose items are meant where a question does not say
_OWNERS: Final = {"statement": "iam policies", "access key": "iam users", "listener": "load balancers"}
# what statements of policies grant
_ACTION: Final = (
    r"(?P<a>'?\*'?|[a-z][\w-]*:[\w*]+|all actions|any action|every action|everything|full access|all)"
)
_RESOURCE: Final = r"(?P<r>'?\*'?|all resources|any resource|every resource|everything)"
_GRANTING: Final = re.compile(
    rf"^\s*,?\s*(?:that |which |allowing |granting )(?:allows?|grants?|permits?)? ?(?:the )?(?:actions? )?{_ACTION}(?: (?:on|to|for|over) {_RESOURCE})?\s*$"
)
_EVERY: Final = re.compile(r"^(?:'?\*'?|all.*|any.*|every.*|full.*)$")
_LISTED: Final = re.compile(
    r"^\W*(?:(?:list|show|give|me|print|the|all|our|every|what|which|are|please) ?)*$"
)
DATED: Final = ("older", "within", "range")


@dataclass(frozen=True, slots=True)
class NamedItems:
    """An array by its noun in a question, the words for it and where they stand, and the word for the assets."""

    arrays: tuple[Array, ...]
    item: str
    owner: str
    start: int
    end: int


def read_item_rows(text: str, estate: Estate, now: datetime) -> Form | None:
    """Items one row each, or their number, by a condition on their configuration; None where nothing such is asked."""
    if len(text) > _LONGEST or '"' in text:
        return None
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    if any(m.kind == "entity" and m.data not in ("asset", "permission") for m in marks):
        return None
    named = _of_kind(text, marks, tokens, estate) or _alone(text, marks, tokens, estate)
    if named is None:
        return None
    tail = text[named.end :]
    asked, tail = _columns(ROWS.sub(" ", tail), named.arrays)
    tail = _granting(tail) if named.item.split()[-1] == "statement" else tail
    said = _CONDITION.match(tail)
    if said is None:
        # values to show, and no condition
        listed = asked or _LISTED.match(text[: named.start])
        rows = read_elements(text, estate, now) if listed and not tail.strip(" ,.?") else None
        return rows if rows is not None and (asked or (rows.each is not None and rows.each.shown)) else None
    how = "that " if said["how"] in ("allowing", "granting", "denying", "permitting") else ""
    form = conditions(f"{named.owner} with an item", named, f"{how}{tail.strip(' ,')}", estate, now)
    if form is None:
        return None
    inside = inside_of(form, named.arrays)
    if inside is None or any(atom.op in DATED for item in inside for atom in atoms_of(item)):
        # what is old is read with the items themselves: of keys the inactive ones too
        return None
    counted = COUNT.search(text[: named.start]) is not None
    each = Each(
        arrays=places(named.arrays),
        name=named.item,
        owner=named.owner,
        shown=() if counted else asked or _shown(named),
        inside=inside,
        count="items" if counted else "",
        by_asset=counted and re.search(r"\b(?:each|every|per)\b", text) is not None,
    )
    return formed(form, each, inside)


def _shown(named: NamedItems) -> tuple[Ref, ...]:
    """What tells an item: of a statement what it says of which resource."""
    if named.item.split()[-1] == "statement":
        parts = [
            refs(key, [(a, f) for a in named.arrays for f in a.fields if f.said == key], named.arrays)
            for key in ("effect", "action", "resource")
            if any(f.said == key for a in named.arrays for f in a.fields)
        ]
        return tuple(ref for part in parts for ref in part)
    return shown_of(named.arrays)


def places(arrays: Sequence[Array]) -> tuple[Where, ...]:
    return tuple(Where(type_id=a.type_id, path=a.path, kind="array") for a in arrays)


def formed(form: Form, each: Each, inside: tuple[Item, ...]) -> Form:
    types = frozenset(a.type_id for a in each.arrays)
    kept = tuple(i for i in form.items if not _of_items(i))
    return form.model_copy(
        update={
            "items": tuple(_narrowed(i, types) for i in kept),
            "each": each,
            "columns": (),
            "rule_form": False,
            "measure": Measure(function="count") if each.count else None,
        }
    )


def _narrowed(item: Item, types: frozenset[str]) -> Item:
    if not isinstance(item, Kinds) or item.negated or not item.types:
        return item
    return item.model_copy(update={"types": tuple(t for t in item.types if t in types) or item.types})


def _of_items(item: Item) -> bool:
    return isinstance(item, Inside) or any(ITEM in w.path for a in atoms_of(item) for w in a.ref.places)


def inside_of(form: Form, arrays: tuple[Array, ...]) -> tuple[Item, ...] | None:
    """The conditions of a form on items of these arrays; None where one is on other items, or denies that there is one."""
    found: list[Item] = []
    for item in form.items:
        if not _of_items(item):
            continue
        if isinstance(item, Inside) and item.negated:
            return None
        found += item.items if isinstance(item, Inside) else (item,)
    held = {a.type_id: a.path for a in arrays}
    found = [kept for item in found if (kept := _held(item, held)) is not None] if _apart(found) else found
    for item in found:
        for atom in atoms_of(item):
            if not any(
                w.path[: len(held[w.type_id])] == held[w.type_id]
                for w in atom.ref.places
                if w.type_id in held
            ):
                return None
    return tuple(_plain(item) for item in found) or None


def _plain(item: Item) -> Item:
    """A condition without the item that it is on in its label."""
    label = getattr(item, "label", "")
    told = re.sub(r"^(not )?(?:with|without) an? [^:]+: ", r"\1", label)
    return item.model_copy(update={"label": told}) if told != label else item


def _apart(items: list[Item]) -> bool:
    """Whether a condition is on one of several arrays, as rules and those that are there by default."""
    return any(isinstance(item, Either) for item in items)


def _held(item: Item, held: Mapping[str, tuple[str, ...]]) -> Item | None:
    """A condition without its parts that are on other arrays; None where nothing is left."""
    if isinstance(item, Either):
        kept = tuple(part for one in item.items if (part := _held(one, held)) is not None)
        if len(kept) == 1:
            return kept[0]
        return item.model_copy(update={"items": kept}) if kept else None
    if isinstance(item, Inside):
        return item.items[0] if len(item.items) == 1 and _held(item.items[0], held) is not None else None
    if not isinstance(item, Atom):
        return item
    places = tuple(
        w for w in item.ref.places if w.type_id in held and w.path[: len(held[w.type_id])] == held[w.type_id]
    )
    return item.model_copy(update={"ref": item.ref.model_copy(update={"places": places})}) if places else None


def _granting(tail: str) -> str:
    """ "that allow * on *" by the parts of a statement."""
    match = _GRANTING.match(tail)
    if match is None:
        return tail
    action = "'*'" if _EVERY.match(match["a"]) else match["a"]
    resource = " and resource '*'" if match["r"] else ""
    return f" that has effect allow and action {action}{resource}"


def conditions(head: str, named: NamedItems, tail: str, estate: Estate, now: datetime) -> Form | None:
    """What the reader of configuration makes of assets with such an item."""
    from agent.planner.questions.ask import understand

    said = f"{head.removesuffix('an item')}a {named.item} {tail}"
    try:
        form = read_settings(said, estate, now, understand)
    except NoSuchValue:
        return None
    if form is None or form.entity != "asset" or form.group or form.rank is not None:
        return None
    return form


def _columns(tail: str, arrays: tuple[Array, ...]) -> tuple[tuple[Ref, ...], str]:
    """Values that are to be shown, at the end of a question, and what is left of it."""
    match = COLUMNS.search(tail)
    if match is None or (match.start() == 0 and not re.search(r",|\band\b", match["list"])):
        return (), tail
    asked: list[Ref] = []
    for part in re.split(r",|\band\b|\+|&", match["list"]):
        called = re.sub(LINK_WORDS, "", part).strip()
        known = noun(stems(called))
        pairs = [(a, f) for a in arrays for f in a.fields if known in a.named(f) or f.said == called]
        own = called in OWN_COLUMNS or re.fullmatch(r"[\w ]+ name", called) is not None
        if called and not pairs and not own:
            return (), tail
        asked += refs(called, pairs, arrays) if pairs else ()
    return tuple(dict.fromkeys(asked)), tail[: match.start()]


def _of_kind(text: str, marks: list[Mark], tokens: list[Token], estate: Estate) -> NamedItems | None:
    """ "statements of iam policies": the noun of items, and whose."""
    kind = next((m for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)), None)
    for head in [m for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]:
        types = types_of([head.data], estate)
        if head is kind and (compound := _compound(text, head, tokens, types, estate)) is not None:
            return compound
        for size in (3, 2, 1):
            for start in range(max(0, head.start - 8), head.start):
                window = tokens[start : start + size]
                if start + size > head.start or any(t.kind != "word" for t in window):
                    continue
                between = text[window[-1].end : tokens[head.start].start]
                if _OF.match(between) is None:
                    continue
                if kind is not head and kind is not None and kind.start < start:
                    return None
                words = tuple(w for t in window for w in stems(t.norm))
                if arrays := called(words, types, estate):
                    owner = text[tokens[head.start].start : tokens[head.end - 1].end]
                    item = " ".join([*(t.text for t in window[:-1]), singular(window[-1].text)])
                    return NamedItems(arrays, item, owner, window[0].start, tokens[head.end - 1].end)
    return None


def _compound(
    text: str, head: Mark, tokens: list[Token], types: frozenset[str], estate: Estate
) -> NamedItems | None:
    """ "service account keys": the noun of items right after that of the assets."""
    for size in (2, 1):
        window = tokens[head.end : head.end + size]
        if len(window) < size or any(t.kind != "word" for t in window):
            continue
        if arrays := called(tuple(w for t in window for w in stems(t.norm)), types, estate):
            owner = text[tokens[head.start].start : tokens[head.end - 1].end]
            item = " ".join([*(t.text for t in window[:-1]), singular(window[-1].text)])
            return NamedItems(arrays, item, owner, tokens[head.start].start, window[-1].end)
    return None


def _alone(text: str, marks: list[Mark], tokens: list[Token], estate: Estate) -> NamedItems | None:
    """ "statements that allow *": a noun that is known to be of one kind of asset."""
    for item, owner in _OWNERS.items():
        match = re.search(rf"\b{item}s\b", text)
        if match is None or any(m.kind == "kind" and tokens[m.start].start < match.start() for m in marks):
            continue
        of = find_marks(owner, tokenize(owner, estate.whole_names, lexicon_parts()), estate, datetime.now())
        kinds = [m.data for m in of if m.kind == "kind" and isinstance(m.data, Kinds)]
        if arrays := called(stems(item), types_of(kinds, estate), estate):
            return NamedItems(arrays, item, owner, match.start(), match.end())
    return None


def called(words: Sequence[str], types: frozenset[str], estate: Estate) -> tuple[Array, ...]:
    """The arrays of these types whose items go by these words: one for each type, of the least depth."""
    best: dict[str, Array] = {}
    for array in sorted(arrays_of(estate, types), key=lambda a: len(a.path)):
        if noun(words) in array.nouns:
            best.setdefault(array.type_id, array)
    return tuple(best.values())

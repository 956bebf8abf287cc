"""Resources beside the others that their configuration names: "functions and the role each uses", "volumes per instance"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from agent.planner.questions.build import build
from agent.planner.questions.config_links import links
from agent.planner.questions.element_places import arrays_of
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Each, Form, Kinds, Measure, Ref, Where
from agent.planner.questions.marks import Mark, find_marks
from agent.planner.questions.phrases import lexicon_parts
from agent.planner.questions.reader_linked import whole
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.settings import ITEM
from agent.planner.questions.tokens import tokenize

_BESIDE: Final = re.compile(
    r"^\s*,?\s*(?:and|with|along with|together with|plus|incl\.?|including|showing|and show)\s+(?:for each )?(?:the |their |its )?(?:names? of (?:the |their |its )?)?$"
)
_USES: Final = re.compile(
    r"^(?:'s)?\s*(?:names?|ids?|arns?)?\s*(?:(?:that|which) )?(?:(?:each|every one|each one|each of them|they|it)(?: of them)?)?\s*(?:(?:uses?|has|have|(?:is|are|sits?|runs?|lives?|belongs?|(?:is|are) attached|(?:is|are) deployed|(?:is|are) assigned|(?:is|are) associated)(?: (?:in|on|as|to|with|under))?|assumes?|runs? (?:as|with)))?(?: (?:to|in|on))?\W*$"
)
_COUNT: Final = re.compile(r"\b(?:how many|(?:the )?number of|count(?: of)?)\s+(?:the |our )?$")
_EACH: Final = re.compile(
    r"^\s*(?:(?:does|do|are|is) )?(?:(?:attached to|in|on|of|for|used by|per|by|there in|there on|there per)\s+)*(?:each|every|per|by|a single)\b(?: of (?:the|our))?\s*(?:the |our )?$|^\s*(?:per|by)\s+(?:the )?$"
)
_SHARED: Final = re.compile(
    r"^\s*(?:(?:that|which) )?(?:(?:are|is) )?(?:used|shared|referenced|assumed|needed) by (?P<op>more than|over|at least|exactly|fewer than|less than) (?P<n>\d+|one|two|three|four|five|ten) (?:different )?$"
)
_LEAD: Final = re.compile(r"^\W*(?:(?:list|show|give|me|which|what|are|the|all|our|find|please) ?)*$")
_OPS: Final[dict[str, Any]] = {
    "more than": "gt", "over": "gt", "at least": "gte", "exactly": "eq", "fewer than": "lt", "less than": "lt",
}  # fmt: skip
_NUMBERS: Final = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
# "per instance" is read by what the items say of it
_DOES: Final = re.compile(r"\b(?:does|do)\b.*\b(?:has|have|use|contain|hold)\W*$")


def read_beside(text: str, estate: Estate, now: datetime) -> Form | None:
    """Resources with the others that they name as a column, or their number for each of the others; None where it is neither."""
    tokens = tokenize(text, estate.whole_names, lexicon_parts())
    marks = find_marks(text, tokens, estate, now)
    kinds = [m for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    if len(kinds) != 2 or any(m.kind == "entity" and m.data != "asset" for m in marks):
        return None
    first, second = kinds
    between = text[tokens[first.end - 1].end : tokens[second.start].start]
    after = text[tokens[second.end - 1].end :]
    before = text[: tokens[first.start].start]
    counted = _COUNT.search(before) is not None
    own, other = types_of([first.data], estate), types_of([second.data], estate)
    if not own or not other or own & other:
        return None
    if (shared := _SHARED.match(between)) is not None and not counted and re.match(r"^\W*$", after):
        return _shared(first, second, shared, links(other, own, estate), before)
    ways = links(own, other, estate)
    ways = tuple((here, there) for here, there in ways if len(here.path) > 1 or not _own_id(here))
    if not ways:
        return None
    if counted and _EACH.match(between) and _DOES.search(between + after):
        return _per(first, second, ways, estate)
    if counted or _BESIDE.match(between) is None or _USES.match(after) is None:
        return None
    from agent.planner.questions.ask import understand

    state = understand(text[: tokens[first.end - 1].end], estate, now)
    if not whole(state) or any(ITEM in here.path or here.kind == "array" for here, _ in ways):
        return None
    form = build(state)
    if form.entity != "asset" or form.group or form.measure is not None:
        return None
    name = " ".join(t.norm for t in tokens[second.start : second.end])
    column = Ref(name=name, places=tuple(here for here, _ in ways))
    return form.model_copy(update={"columns": (*form.columns, column)})


def _shared(
    first: Mark, second: Mark, match: re.Match[str], ways: tuple[tuple[Where, Where], ...], before: str
) -> Form | None:
    """ "roles used by more than one function": the first, by how many of the second name them."""
    ways = tuple((here, there) for here, there in ways if ITEM not in here.path and not _own_id(here))
    if not ways or _LEAD.match(before) is None:
        return None
    number = float(_NUMBERS.get(match["n"], 0) or match["n"])
    types = tuple(sorted({here.type_id for here, _ in ways}))
    kinds = Kinds(types=types, label=second.data.label or second.text.lower())
    group = Ref(name=" ".join(first.text.lower().split()), places=tuple(here for here, _ in ways))
    return Form(
        entity="asset", items=(kinds,), group=(group,), measure=Measure(function="count"),
        having=(_OPS[match["op"]], number), noun=second.text.lower(),
    )  # fmt: skip


def _own_id(where: Where) -> bool:
    """Whether the id of the resource itself stands there."""
    words = where.path[-1].lower()
    stem = where.type_id.split("_")[-1].lower()
    return words in ("id", "arn") or stem in words


def _per(first: Mark, second: Mark, ways: tuple[tuple[Where, Where], ...], estate: Estate) -> Form | None:
    """How many of the first there are for each of the second."""
    here = [where for where, _ in ways if ITEM in where.path]
    if len(here) != len(ways):
        return None
    outer = {w.type_id: w.path[: w.path.index(ITEM)] for w in here}
    arrays = [a for a in arrays_of(estate, outer) if outer[a.type_id] == a.path]
    if not arrays:
        return None
    ref = Ref(name=second.data.label or second.text.lower(), places=tuple(here))
    each = Each(
        arrays=tuple(Where(type_id=a.type_id, path=a.path, kind="array") for a in arrays),
        name=arrays[0].words[-1], owner=first.text.lower(), group=(ref,), count="assets",
    )  # fmt: skip
    types = tuple(sorted(outer))
    return Form(
        entity="asset", items=(Kinds(types=types, label=first.data.label or first.text.lower()),), each=each,
        noun=first.text.lower(), measure=Measure(function="count"),
    )  # fmt: skip

"""Follow-ups that turn an answer: to the things that its rows are on, to who has them, to what of the first so many is meant."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from agent.planner.questions.build import ANY_STATUS
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Form, Has, Item, Kinds, Measure, Ref
from agent.planner.questions.people import people
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import GROUPABLE
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.turned import when_resolved

_ROWS: Final = ("issue", "finding", "vulnerability", "file", "endpoint", "cmdb")
_KIND: Final = r"assets|resources|machines|hosts|servers|vms|instances|buckets|storage accounts|databases|data stores|images|containers|functions|volumes|clusters|pods|deployments"
_ON: Final = re.compile(
    r"^\W*(?:(?:and|so|ok|now|then|please|show me|list|tell me) )*(?:(?:on|in|of) )?(?:which|what) (?P<what>[\w\s-]{3,40}?) (?:(?:are|is|do|does|did) (?:they|those|these|it|that|them)(?: all)?(?: (?:on|in|about|affect|concern|hit|belong to|found on|sit on))?|(?:are|is) (?:affected|concerned|hit|impacted|involved|behind (?:it|them|this|that))|(?:have|has|carry|carries|show|shows) (?:them|it|those|these|that)|(?:does|do) (?:this|that) (?:affect|concern|hit))\W*$|"
    rf"^\W*(?:(?:and|so|on|in|of|show|list|the|please|me) )*(?:(?:which|what) (?P<bare>{_KIND})|(?:affected|impacted) (?P<hit>{_KIND}))\W*$",
    re.IGNORECASE,
)
_WHOM: Final = re.compile(
    r"^\W*(?:(?:and|so|ok|now|then|please) )*(?:assigned to (?:whom|who)|(?:to|by) whom|who(?:m)? (?:are|is|were) (?:they|it|these|those|that|them) (?:all )?assigned to|who(?:'s| is| are)? (?:working|assigned|investigating|handling|responsible)(?: (?:on|to|for))?(?: (?:them|it|these|those|that))?|who (?:handles|works on|has|got|takes care of|resolved|closed|fixed) (?:them|it|these|those)|(?:the )?assignees?(?: please)?)\W*$",
    re.IGNORECASE,
)
_INSTEAD: Final = re.compile(
    r"^\W*(?:(?:ok|okay|now|so|then)\W+)*(?:and|what about|how about|(?:(?:and|now|do|show) )*(?:the )?same)(?: (?:the )?(?:same )?(?:thing )?(?:for|in|of|on))?(?: the)? [\w.-]+(?: (?:account|team|subscription|project|please|then|instead))*\W*$",
    re.IGNORECASE,
)
_TIMES: Final = frozenset({"any_time", "first_seen", "last_seen", "modified", "resolved", "time"})
_WAYS: Final = frozenset({"within", "range", "older"})


def whom(text: str) -> str:
    """ "Assigned to whom?" in the words that a column is asked for with."""
    return "with their assignee" if _WHOM.match(text) else text


def of_same_place(text: str, names: Iterable[str], before: Form) -> str:
    """ "And in dev?" after what is in production: of what is called so, what the question before was told by."""
    told = [i for item in before.items for i in (item.items if isinstance(item, Has) else (item,))]
    tagged = any(isinstance(i, Atom) and i.ref.tags for i in told)
    if tagged == any(isinstance(i, Atom) and i.ref.name == "account" for i in told):
        return text
    for name in names:
        said = rf"(?:\b(?:in|of|for|on|from|by)\s+(?:the\s+|our\s+)?)?(?<![\w-]){re.escape(name)}(?![\w-])"
        text = re.sub(said, f"{'tagged' if tagged else 'in account'} {name}", text, count=1)
    return text


def without_other_place(items: list[Item], item: Item, text: str) -> list[Item]:
    """ "And in shop?" after issues of an account: of the team instead, as nothing of one need be of the other."""
    if not _owned(item) or _INSTEAD.match(text) is None:
        return items
    name = item.ref.name if isinstance(item, Atom) else ""
    return [i for i in items if not (_owned(i) and isinstance(i, Atom) and i.ref.name != name)]


def _owned(item: Item) -> bool:
    """Whether a condition says whose things are: an account or a team."""
    return isinstance(item, Atom) and item.ref.name in ("account", "team") and not item.negated


def of_closed(items: list[Item], added: Form) -> list[Item]:
    """ "And closed?" after what was opened last week: what was closed then."""
    closed = any(
        isinstance(i, Atom) and i.ref.name == "status" and i.values == ("closed",) and not i.negated
        for i in added.items
    )
    if not closed or times(added.items):
        return items
    return [
        when_resolved(i, ("first_seen", "any_time")) if isinstance(i, Atom) and i.op != "older" else i
        for i in items
    ]


def to_person(text: str, before: Form, estate: Estate) -> str:
    """ "And to kim?" after what is assigned to somebody: what is assigned to her."""
    if not any(isinstance(i, Atom) and i.ref.name == "assignee" and i.values for i in before.items):
        return text
    known = people(estate)
    if re.search(r"\b(?:own\w*|assign\w*|tag\w*)\b", text):
        return text
    return re.sub(
        r"(?:\b(?:to|for|of|by|on)\s+)?(?<![\w.@-])(?P<who>@?[a-z][\w.@-]*\w)(?:'s)?",
        lambda m: f"assigned to {m['who']}" if m["who"].split("@")[0] in known else m.group(0),
        text,
    )


def assets_of(state: State, text: str, before: Form) -> Form | None:
    """ "Which machines are they on?": the assets that the rows of the answer are on."""
    if _ON.match(text) is None or before.entity not in _ROWS or before.each is not None:
        return None
    kinds = [m.data for m in state.marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    if len(kinds) != 1 and not any(m.kind == "entity" and m.data == "asset" for m in state.marks):
        return None
    if before.group:
        # of each of them the assets
        group = (*before.group, Ref(name="asset"))
        measure = (
            before.measure if before.measure != Measure(function="distinct", ref=Ref(name="asset")) else None
        )
        changes = {"group": group, "measure": measure or Measure(function="count"), "limit": None, "per": ()}
        items = (
            (*before.items, *kinds[:1])
            if not any(isinstance(i, Kinds) for i in before.items)
            else before.items
        )
        return before.model_copy(update={**changes, "items": items})
    outer: list[Item] = list(kinds[:1])
    inner: list[Item] = []
    for item in before.items:
        of_asset = isinstance(item, Kinds) or (
            isinstance(item, Atom) and bool(item.ref.tags or item.ref.places)
        )
        if isinstance(item, Kinds) and kinds and not item.negated:
            continue
        (outer if of_asset else inner).append(item)
    if before.entity == "issue" and before.status == "all":
        inner.append(ANY_STATUS)
    return Form(entity="asset", items=(*outer, Has(entity=before.entity, items=tuple(inner))))


def grouped_by_columns(before: Form, columns: tuple[Ref, ...]) -> dict[str, object]:
    """Changes for columns beside a number: what it is counted by, as a number has no columns."""
    refs = [
        ref for ref in columns if ref.tags or ref.places or (ref.name in GROUPABLE and ref.name != "name")
    ]
    if not refs or before.measure is None or before.measure.function not in ("count", "distinct"):
        return {}
    if [ref.name for ref in refs] == ["owner", "team"]:
        # "who owns them"
        refs = refs[:1]
    group = (*before.group, *(ref for ref in refs if ref not in before.group))
    return {"group": group, "columns": before.columns, "measure": Measure(function="count")}


def of_first(before: Form, added: Form) -> Form | None:
    """ "How many of those are in production?" of the first ten: those ten, each with where it is."""
    if before.limit is None or before.measure is not None or before.per or added.measure is None:
        return None
    if added.measure.function != "count" or added.group or not added.items:
        return None
    shown: list[Ref] = []
    for item in added.items:
        if not isinstance(item, Atom) or item.op in _WAYS:
            return None
        shown.append(item.ref)
    return before.model_copy(
        update={
            "columns": (*before.columns, *(ref for ref in dict.fromkeys(shown) if ref not in before.columns))
        }
    )


def bounded(state: State, before: Form) -> dict[str, object]:
    """ "Only where more than 5": of the number that each group has."""
    if state.compare is None or not before.group or before.measure is None:
        return {}
    return {"having": state.compare}


def same_time(item: Item, other: Item) -> bool:
    """Whether a time takes the place of another: "and last week?" after "first seen this week"."""
    if not isinstance(item, Atom) or not isinstance(other, Atom) or item.negated or other.negated:
        return False
    if item.op not in _WAYS or other.op not in _WAYS:
        return False
    names = {item.ref.name, other.ref.name}
    return names <= _TIMES and "any_time" in names


def times(items: Iterable[Item]) -> list[Item]:
    """Those that are times."""
    return [i for i in items if isinstance(i, Atom) and i.op in _WAYS and i.ref.name in _TIMES]


def renamed(item: Item, others: Iterable[Item]) -> Item:
    """A bare time as one of what the time before it was about."""
    for other in others:
        if (
            same_time(item, other)
            and isinstance(item, Atom)
            and isinstance(other, Atom)
            and item.ref.name == "any_time"
        ):
            verb = next(
                (w for w in ("resolved", "first seen", "last seen", "changed") if other.label.startswith(w)),
                "",
            )
            label = item.label.replace("first seen", verb, 1) if verb else item.label
            return item.model_copy(update={"ref": other.ref, "label": label})
    return item


def of_own_cloud(items: list[Item], added: Form, estate: Estate) -> list[Item]:
    """ "And for S3?" after buckets on GCP: no cloud that the new kind is not of."""
    kinds = [i for i in added.items if isinstance(i, Kinds) and not i.negated]
    clouds = {estate.types[t][3].upper() for t in types_of(kinds, estate) if t in estate.types}
    if not clouds or any(isinstance(i, Atom) and i.ref.name == "provider" for i in added.items):
        return items
    return [
        i
        for i in items
        if not (
            isinstance(i, Atom)
            and i.ref.name == "provider"
            and not i.negated
            and not clouds & {str(v).upper() for v in i.values}
        )
    ]


def of_other_cloud(items: list[Item], added: Form, estate: Estate) -> list[Item]:
    """ "S3 buckets", "and in Azure?": what Azure has of that category."""
    clouds = {
        str(v).upper()
        for i in added.items
        if isinstance(i, Atom) and i.ref.name == "provider" and not i.negated
        for v in i.values
    }
    if not clouds or any(isinstance(i, Kinds) for i in added.items):
        return items
    found: list[Item] = []
    for item in items:
        types = types_of([item], estate) if isinstance(item, Kinds) and not item.negated else frozenset()
        if types and not any(estate.types[t][3].upper() in clouds for t in types):
            categories = tuple(sorted({estate.types[t][1] for t in types}))
            found.append(
                Kinds(categories=categories, label=" and ".join(c.lower() + "s" for c in categories))
            )
        else:
            found.append(item)
    return found


def kept_measure(before: Form, added: Form, state: State) -> Measure:
    """ "Per team" after an average age: the average of each, not a number that nobody asked for."""
    counted = any(m.kind == "agg" for m in state.marks)
    if before.measure is not None and not counted and added.measure == Measure(function="count"):
        return before.measure
    return added.measure or before.measure or Measure(function="count")


def opposite(before: Form) -> Form:
    """The same question of those that do not satisfy the last condition."""
    *rest, last = before.items
    if isinstance(last, Kinds):
        return before
    turned = last.model_copy(update={"negated": not last.negated})
    if isinstance(turned, Atom) and isinstance(last, Atom):
        label = f"not {last.label}" if turned.negated else last.label.removeprefix("not ")
        turned = turned.model_copy(update={"label": label})
    return before.model_copy(update={"items": (*rest, turned)})


__all__ = [
    "assets_of",
    "bounded",
    "grouped_by_columns",
    "kept_measure",
    "of_closed",
    "of_first",
    "of_other_cloud",
    "of_own_cloud",
    "of_same_place",
    "opposite",
    "renamed",
    "same_time",
    "times",
    "whom",
    "without_other_place",
]

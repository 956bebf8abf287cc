"""What was read, as the logical form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

from agent.planner.questions.entity_links import reachable
from agent.planner.questions.form import Atom, Either, Form, Has, Item, Kinds, Measure, Rank, Ref, Weakness
from agent.planner.questions.reader_counts import SUMS
from agent.planner.questions.reader_groups import MEASURED
from agent.planner.questions.reader_state import Relation, State, fold
from agent.planner.questions.reader_values import GROUPABLE

# among conditions it keeps the open ones from being all that is looked at
ANY_STATUS: Final = Atom(ref=Ref(name="status"), op="empty", negated=True, label="of any status")
_OF_NUMBERS = ("sum", "avg", "min", "max", "median")


def build(state: State) -> Form:
    """The logical form of what was read."""
    items = [_of_any_status(item, state) for item in state.items()]
    measure, group, per = state.measure, [*state.dims], []
    over = state.over
    if (
        measure is not None
        and measure.function in ("distinct", "count")
        and state.dims
        and state.having is not None
    ):
        # "how many accounts have more than 5 issues": of those groups the number
        asked = any(m.kind == "agg" and m.data == "count" and m.end <= state.dim_at + 1 for m in state.marks)
        over = "count" if asked and not over else over
        measure = Measure(function="count")
    if measure is not None and measure.function == "distinct" and state.dims:
        group = []
    grouped = [ref for ref in state.group if ref not in group]
    each = state.rank is not None and state.rank.ref is not None and measure is None and not state.dims
    # "the most frequent operation per account": one of each
    each = each or (state.rank == Rank() and bool(state.dims) and not state.plural and not state.having)
    if (state.limit is not None or each) and state.per and grouped and (state.dims or measure is None):
        per = grouped
        if state.dims:
            group += grouped
    else:
        group += grouped
    shown: list[Ref] = []
    if (
        state.tokens
        and state.tokens[0].text in ("is", "does", "has", "are", "do", "did")
        and any(isinstance(i, Atom) and i.ref.name in ("name", "strong_id") for i in items)
    ):
        # "is the database x multi-AZ?" shows x, and how it is
        for item in list(items):
            if isinstance(item, Weakness) and item.setting:
                shown += [
                    a.ref.model_copy(update={"name": item.name.replace("no_", "")})
                    for a in item.setting
                    if isinstance(a, Atom)
                ]
                items.remove(item)
            elif isinstance(item, Atom) and item.ref.places:
                shown.append(item.ref)
                items.remove(item)
    counts = sum(mark.kind == "agg" and mark.data == "count" for mark in state.marks)
    versus = any(t.text in ("vs", "versus", "compare", "comparison", "compared") for t in state.tokens)
    if (measure is not None and measure.function == "count" and counts > 1) or versus:
        several = next(
            (
                i
                for i in items
                if isinstance(i, Atom) and len(i.values) > 1 and not i.ref.places and i.ref not in group
            ),
            None,
        )
        if several is not None and (versus or (group and _number_each(state, several))):
            group.append(several.ref)
        elif several is not None and not group:
            group = [several.ref]
            items = [several.model_copy(update={"values": ()}) if i is several else i for i in items]
            items = [i for i in items if not (isinstance(i, Atom) and i.op == "in" and not i.values)]
    if measure == Measure(function="count") and not group and not state.span:
        # "how many are new, in progress and resolved": of each of the states
        states = next(
            (i for i in items if isinstance(i, Atom) and i.ref.name == "status" and not i.negated), None
        )
        if states is not None and len(states.values) > 2:
            group = [states.ref]
    if measure is not None and measure.function == "percent" and not measure.part:
        items, measure = _part(state, items)
    if group and measure is None and (number := next((r for r in state.columns if r.name in SUMS), None)):
        # "number of records per pattern"
        measure = Measure(function="sum", ref=number)
    if state.subject and group and measure is None:
        # "who came from there, and what did they do"
        group += [ref for ref in state.columns if ref.name in GROUPABLE and ref not in group]
        state.columns = [ref for ref in state.columns if ref not in group]
    if (group or state.span) and measure is None:
        measure = _ranking(state, group) or Measure(function="count")
    if measure is not None and measure.function == "count" and not over and not state.counts_of:
        # a number has no columns: what each is to be shown with is what they are counted by
        group += [ref for ref in state.columns if _groups(ref) and ref not in group]
        state.columns = [ref for ref in state.columns if ref not in group]
    if (
        measure is not None
        and measure.function == "sum"
        and measure.ref == Ref(name="records")
        and any(ref.name == "pattern" for ref in group)
    ):
        # of each pattern the records in which it was found, not all that its files have
        measure = Measure(function="sum", ref=Ref(name="found_records"))
    if state.counts_of:
        return _of_each(state, items, measure)
    if over in ("avg", "median", "max", "min") and Ref(name="asset") in group:
        # "average number of issues per asset, by account", "per vm": what has none counts as none
        kinds = [i for i in items if isinstance(i, Kinds)]
        if (len(group) > 1 or kinds) and reachable(state.entity, "asset"):
            return _of_assets(state, items, group, measure)
    return Form(
        entity=state.entity or "asset",
        items=tuple(items),
        measure=measure,
        group=tuple(group),
        having=state.having,
        span=state.span,
        rank=state.rank,
        limit=_limit(state, measure, bool(group)) or (1 if per else None),
        per=tuple(per),
        columns=(*state.columns, *shown),
        status=_status(state, items, group, measure),
        rule_form=state.rule_form,
        noun=state.noun,
        over=over if group or state.span else "",
        also=_also(state, measure) if not over else (),
    )


def _of_any_status(item: Item, state: State) -> Item:
    """ "Buckets without issues of any status": those that never had one."""
    if state.status != "all" or not isinstance(item, Has) or item.entity != "issue":
        return item
    if any(isinstance(i, Atom) and i.ref.name == "status" for i in item.items):
        return item
    return item.model_copy(update={"items": (*item.items, ANY_STATUS)})


def _of_assets(state: State, items: list[Item], group: list[Ref], measure: Measure | None) -> Form:
    """What the number of related rows of each asset is on average; the kinds are those of the assets."""
    function: Any = state.over
    status = _status(state, items, group, measure)
    # of which assets, and not of which rows
    kinds = tuple(
        i for i in items if isinstance(i, Kinds) or (isinstance(i, Atom) and (i.ref.tags or i.ref.places))
    )
    told = tuple(i for i in items if i not in kinds)
    has = Has(entity=state.entity, items=(*told, *((ANY_STATUS,) if status == "all" else ())))
    others = tuple(ref for ref in group if ref.name != "asset")
    rank = state.rank if others else None
    limit = _limit(state, measure, True) if others else None
    return Form(
        entity="asset", items=kinds, measure=Measure(function=function, has=has), group=others, rank=rank, limit=limit
    )  # fmt: skip


def _also(state: State, measure: Measure | None) -> tuple[Any, ...]:
    """ "minimum, maximum and average age": the other measures of the same number."""
    if measure is None or measure.ref is None or measure.function not in _OF_NUMBERS:
        return ()
    told = [
        m.data for m in state.marks if m.kind == "agg" and m.data in _OF_NUMBERS and m.text.lower() != "total"
    ]
    return tuple(dict.fromkeys(f for f in told if f != measure.function)) if measure.function in told else ()


def _number_each(state: State, several: Atom) -> bool:
    """ "number passed and number failed": each value has a number of its own."""
    marks = [m for m in state.marks if m.kind != "stop"]
    told = [
        after
        for mark, after in pairwise(marks)
        if mark.kind == "agg" and mark.data == "count" and after.kind == "value"
    ]
    return len(told) > 1 and len(told) >= len(several.values)


def _groups(ref: Ref) -> bool:
    return bool(ref.tags or ref.places) or (ref.name in GROUPABLE and ref.name not in ("name", "asset"))


def _ranking(state: State, group: list[Ref]) -> Measure | None:
    """ "top 5 CVEs by CVSS": groups are ranked by the greatest (or smallest) number in each, traffic by all of it."""
    rank = state.rank
    if rank is None or rank.ref is None or not group or rank.ref in group:
        return None
    ref = rank.ref
    if ref.name not in MEASURED and not (ref.places and all(p.kind == "number" for p in ref.places)):
        return None
    state.rank = rank.model_copy(update={"ref": None})
    if ref.name in SUMS:
        return Measure(function="sum", ref=ref)
    return Measure(function="max" if rank.descending else "min", ref=ref)


def _of_each(state: State, items: list[Item], measure: Measure | None) -> Form:
    """Things of another entity, each with the number of those asked for; or what those numbers are on average."""
    status = (ANY_STATUS,) if state.status == "all" else ()
    has = Has(entity=state.entity, items=(*items, *status))
    function: Any = state.agg or (measure.function if measure is not None else "count")
    if function in ("avg", "median", "max", "min", "sum"):
        outer = tuple(fold([("or", item) for item in state.counts_items]))
        return Form(entity=state.counts_of, items=outer, measure=Measure(function=function, has=has))
    descending = state.rank is None or state.rank.descending
    outer = tuple(fold([("or", item) for item in state.counts_items]))
    return Form(
        entity=state.counts_of, items=outer, rank=Rank(has=has, descending=descending), limit=state.limit
    )


def _limit(state: State, measure: Measure | None, grouped: bool) -> int | None:
    if state.limit is not None:
        return state.limit
    if state.rank is not None and not state.plural and (state.dims or measure is None) and state.headed:
        return 1
    return None


def _part(state: State, items: list[Item]) -> tuple[list[Item], Measure]:
    """What a share is of, and the part: what is said after the noun, else before it; never the kind."""
    made = [(n, link, p.made() if isinstance(p, Relation) else p) for n, (link, p) in enumerate(state.parts)]
    kinds = fold([(link, p) for _, link, p in made if isinstance(p, Kinds) and not p.negated])
    first = state.part_from if state.part_from is not None else state.head_parts
    if first >= len(state.parts):
        first = state.head_parts
    before = [(link, p) for n, link, p in made if n < first and not (isinstance(p, Kinds) and not p.negated)]
    after = [(link, p) for n, link, p in made if n >= first and not (isinstance(p, Kinds) and not p.negated)]
    if not after:
        return kinds, Measure(function="percent", part=tuple(fold(before)))
    told = fold(after)
    placed = [
        i
        for i in told
        if isinstance(i, Atom)
        and i.op != "empty"
        and (
            i.ref.tags
            or i.ref.name in ("region", "account", "provider", "finding_category", "issue_category", "time")
        )
    ]
    rest = [i for i in told if i not in placed]
    of_cloud = all(isinstance(p, Atom) and p.ref.name in ("provider", "region", "account") for _, p in before)
    if not rest and before and not of_cloud and not (_still_open(before) or _copula(state)):
        return [*kinds, *placed], Measure(function="percent", part=tuple(fold(before)))
    if not rest:
        placed, rest = [], told
    return [*kinds, *fold(before), *placed], Measure(function="percent", part=tuple(rest))


def _still_open(before: Sequence[tuple[str, Item]]) -> bool:
    """ "of open issues": what is asked about, and no part of it."""
    return all(isinstance(p, Atom) and p.ref.name == "status" and p.values == ("open",) for _, p in before)


def _copula(state: State) -> bool:
    """ "of X are in Y": what is said behind it is the part; not behind "that are"."""
    head = next((n for n, m in enumerate(state.marks) if m.kind in ("kind", "entity")), len(state.marks))
    return any(
        m.kind == "stop"
        and m.text.lower() in _IS
        and state.marks[n - 1].text.lower() not in ("that", "which", "who", "where")
        for n, m in enumerate(state.marks)
        if n > head
    )


_IS: Final = frozenset("is are was were come comes belong belongs sit sits live lives affect affects".split())


def _status(state: State, items: list[Item], group: list[Ref], measure: Measure | None) -> str:
    if state.entity not in ("issue", "finding"):
        return ""
    if state.status == "all":
        return "all"
    name = "status" if state.entity == "issue" else "result"
    if any(isinstance(i, Atom) and i.ref.name == name for i in _flat(items)):
        return "said"
    if any(
        isinstance(i, Atom) and i.ref.name in ("id", "external_id") and not i.negated for i in _flat(items)
    ):
        # one of them, whatever its status
        return "all"
    if state.entity == "issue" and _came_up(state, items):
        return "all"
    if any(ref.name == name for ref in (*group, *state.columns)) or state.span:
        return "all"
    if measure is not None and any(
        isinstance(i, Atom) and i.ref.name == name for i in _flat(list(measure.part))
    ):
        return "all"
    return "open"


# "opened last week" counts what came up then, closed or not
_CAME: Final = frozenset(
    """opened showed popped emerged turned created raised reported detected discovered appeared arrived generated
    logged surfaced came""".split()
)


def _came_up(state: State, items: list[Item]) -> bool:
    said = {t.text for t in state.tokens}
    dated = any(isinstance(i, Atom) and i.op in ("within", "range") for i in _flat(items))
    return dated and bool(said & _CAME) and not said & {"open", "still", "unresolved", "outstanding"}


def _flat(items: list[Item]) -> Iterator[Item]:
    for item in items:
        if isinstance(item, Either):
            yield from _flat(list(item.items))
        elif not isinstance(item, Has):
            yield item

"""Groups, heads and columns: which attributes an answer is by, and which it shows."""

# ruff: noqa: E501 (a line of words is easier to read in one piece)

from __future__ import annotations

from typing import Any, Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Atom, Kinds, Measure, Rank, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_counts import counts_of, summed
from agent.planner.questions.reader_state import State
from agent.planner.questions.reader_values import GROUPABLE
from agent.planner.questions.tokens import Token

_WHICH: Final = frozenset(
    {
        "which",
        "what",
        "list",
        "show",
        "name",
        "top",
        "whose",
        "how",
        "give",
        "any",
        "find",
        "identify",
        "rank",
        "are",
        "display",
        "enumerate",
        "is",
        "get",
    }
)


_EACH: Final = frozenset({"per", "each", "every"})
_ON_ASSETS: Final = ("issue", "finding", "vulnerability", "file", "package")
MEASURED: Final = frozenset(
    "cvss score size records age fix_days impact exploitability affected_hosts affected_products issue_count bytes packets".split()
)
_NO_SUMS: Final = ("bool", "time", "object", "array", "text")
_NO_NUMBERS: Final = frozenset(
    {"account", "region", "provider", "type", "category", "class", "namespace", "asset"}
)


def of_accounts(mark: Mark, words: list[Token]) -> bool:
    """Whether a noun of assets means accounts: "aws accounts", and not "storage accounts"."""
    clouds = ("aws", "azure", "gcp", "google", "cloud", "amazon", "member", "linked")
    return (
        mark.kind == "kind"
        and words[-1].norm in ("account", "subscription", "project")
        and all(w.text in clouds for w in words[:-1])
    )


def measured(state: State, ref: Ref) -> bool:
    """Take a reference as what is measured, where a measure waits for one."""

    if not state.agg:
        return False
    if state.agg in ("avg", "median", "max", "min") and (ref.tags or ref.name in _NO_NUMBERS):
        return False
    if state.agg in ("avg", "median", "sum") and ref.places and all(p.kind in _NO_SUMS for p in ref.places):
        # "average number of subnets per vpc": ids have no average
        return False
    function: Any = state.agg
    state.agg = ""
    state.measure = Measure(function=function, ref=ref)
    return True


_DATED: Final = ("first_seen", "last_seen", "time")
_PLAIN_BY: Final = ("by", "grouped by", "group by", "broken down by", "break down by", "split by", "down by")


def by(state: State, mark: Mark) -> None:
    """ "per account and region", "in each account", "by number of issues"."""

    following = state.next()
    if following is None:
        return
    at, found = following
    if mark.text.lower() == "between" and found.kind == "number":
        return
    counting = found.kind == "agg" and found.data == "count"
    if counting:
        inner = state.next(
            at + 1 - state.at, over=("stop", "of", "value", "weakness", "tenant", "or", "and", "comma")
        )
        counting = inner is not None and (
            inner[1].kind in ("entity", "kind") or inner[1].get("attr") == "asset"
        )
        if inner is not None and counting:
            found = inner[1]
    own = _own_number(state, at)
    if own is not None:
        # "files by number of records": each says its own
        at, found = own
    of_each = bool(_EACH & set(mark.text.lower().split())) and state.entity in _ON_ASSETS
    if (
        (counting or not _groupable(state, found))
        and not (of_each and found.kind == "kind")
        and (counting or found.kind in ("value", "entity", "kind", "agg"))
        and (state.limit is not None or state.dims or state.pending_rank or _number_of(state, at))
        and _counts(state, at)
    ):
        return
    if found.kind == "time":
        return
    if summed(state, found):
        state.at = at
        return
    if (
        found.get("attr") in MEASURED
        and not _groupable(state, found)
        and (state.limit is not None or state.pending_rank or (state.headed and state.measure is None))
    ):
        # "top 2 vulnerabilities by cvss"
        name = str(found.get("attr"))
        name = "score" if state.entity == "case" and name == "cvss" else name
        state.rank = Rank(ref=Ref(name=name), descending=state.pending_rank not in ("fewest", "lowest"))
        state.pending_rank = ""
        state.at = at
        return
    thing = state.next(at + 1 - state.at, over=("stop", "value", "or", "and"))
    each = {"per", "each", "every"} & set(mark.text.lower().split())
    counted = bool(each) and found.kind == "value" and thing is not None and thing[1].kind == "entity"
    if counted and thing is not None and counts_of(state, str(thing[1].data)):
        # "issues for each critical case"
        _of_counted(state, str(thing[1].data), at, thing[0])
        at, found = thing
    if (
        found.kind == "setting"
        and state.pending_rank in ("highest", "lowest", "top")
        and found.data.places
        and all(p.kind == "number" for p in found.data.places)
    ):
        # "biggest 5 databases by allocated storage"
        state.rank = Rank(ref=found.data, descending=state.pending_rank != "lowest")
        state.pending_rank, state.at = "", at
        return
    if found.kind == "setting" and found.data.places and all(p.kind == "time" for p in found.data.places):
        oldest = state.rank is not None and not state.rank.descending
        if state.rank is not None or state.pending_rank:
            # "the oldest users by creation date"
            down = not oldest and state.pending_rank not in ("oldest", "lowest")
            state.rank = Rank(ref=found.data, descending=down)
            state.pending_rank, state.at = "", at
            return
    # "the 2 oldest in each account", not "issues per rule, top 7"
    ranked = state.limit is not None or state.rank is not None or bool(state.pending_rank)
    state.per = (ranked or bool(each & {"each", "every"})) and mark.text.lower() not in _PLAIN_BY
    dated = state.rank is not None and state.rank.ref is not None and state.rank.ref.name in _DATED
    if dated and state.headed and not state.plural and state.measure is None and not state.dims:
        # "the oldest issue by account" is one of each
        state.per = True
    while True:
        taken = _group_one(state, at, mark)
        if taken is None:
            if state.marks[at].kind == "kind" and state.entity == "asset" and each & _EACH and state.noun:
                # "pods per cluster" where no pod tells its cluster
                state.lose(state.marks[at])
                state.at = at
            break
        state.at = taken
        if state.counts_of:
            after = state.next(over=("stop", "of", "with"))
            if after is not None and after[1].kind == "value":
                # "issues per case of critical severity"
                state.at = _of_counted(state, state.counts_of, after[0], after[0] + 1) - 1
        nxt = state.next()
        if nxt is None:
            break
        if nxt[1].kind in ("and", "comma", "by"):
            after = state.next(nxt[0] + 1 - state.at, over=("stop", "and", "by"))
            if after is None or not _groupable(state, after[1]):
                break
            at = after[0]
            continue
        break


def _own_number(state: State, at: int) -> tuple[int, Mark] | None:
    """The number that each row of the entity has, where "number of" or "total" only introduces it."""
    if state.marks[at].kind != "agg" or state.dims or state.entity in ("", "asset"):
        return None
    coming = state.next(at + 1 - state.at, over=("stop", "of", "agg"))
    if coming is None or coming[1].get("attr") not in MEASURED or state.measure is not None:
        return None
    return coming if str(coming[1].get("attr")) in ENTITIES[state.entity].places else None


def binned(state: State, mark: Mark) -> None:
    """ "per week", "per week and severity"."""
    from agent.planner.questions.reader_heads import time_bin

    time_bin(state, mark)
    while (link := state.next()) is not None and link[1].kind in ("and", "comma"):
        after = state.next(link[0] + 1 - state.at, over=("stop", "by"))
        if after is None or not _groupable(state, after[1]):
            return
        taken = _group_one(state, after[0], mark)
        if taken is None:
            return
        state.at = taken


def _of_counted(state: State, entity: str, start: int, end: int) -> int:
    """Take the values from `start` on as conditions on what things are counted for; gives where they end."""
    for at in range(start, end):
        mark = state.marks[at]
        if mark.kind != "value":
            continue
        name, values = mark.data
        if name not in ENTITIES[entity].places or name not in ("severity",):
            return max(at, start)
        label = " or ".join(v.lower() for v in values)
        state.counts_items.append(Atom(ref=Ref(name=name), op="in", values=tuple(values), label=label))
    return end


def _told_either_way(state: State, at: int) -> str:
    """ "By severity and fixable": what a word of yes or no is about, where no noun follows that it belongs to."""
    mark = state.marks[at]
    if mark.kind != "value" or mark.data[0] not in ("fixable", "exploited"):
        return ""
    before = state.marks[at - 1] if at else None
    if before is None or before.kind not in ("by", "and"):
        # ", only those in KEV"
        return ""
    after = state.next(at + 1 - state.at)
    return "" if after is not None and after[1].kind in ("entity", "kind", "value") else str(mark.data[0])


def _groupable(state: State, mark: Mark) -> bool:
    if mark in state.marks and _told_either_way(state, state.marks.index(mark)):
        return True
    if mark.kind == "tagged" and state.entity == "case":
        return True
    if of_accounts(mark, state.words(mark)):
        return True
    return mark.get("attr") in GROUPABLE or mark.has("tag", "setting") or mark.kind == "bin"


def _group_one(state: State, at: int, by_mark: Mark) -> int | None:
    mark = state.marks[at]
    if mark.kind == "bin":
        from agent.planner.questions.reader_heads import time_bin

        time_bin(state, mark)
        return at
    if told := _told_either_way(state, at):
        state.group.append(Ref(name=told))
        return at
    own = ENTITIES[state.entity].places if state.entity not in ("", "asset") else {}
    if mark.kind == "tagged" and "tag" in own:
        state.group.append(Ref(name="tag"))
        return at
    if mark.has("tag"):
        ref = mark.get("tag")
        state.group.append(Ref(name=ref.name) if ref.name in own else ref)
        return at
    hosted = mark.text.lower() in ("os", "operating system", "operating systems")
    if mark.kind == "setting" and not hosted:
        state.group.append(mark.data)
        return at
    name = "os" if hosted else mark.get("attr")
    measure = state.measure.ref if state.measure is not None else None
    if name == "category" and not state.entity and measure == Ref(name="fix_days"):
        name = "issue_category"
    if (
        name == "category"
        and state.entity in ("issue", "finding")
        and mark.text.lower() in ("category", "categories")
    ):
        name = f"{state.entity}_category"
    if name == "method" and state.entity == "finding":
        name = "source"
    if name == "status" and state.entity in ("finding", "vulnerability"):
        name = "result"
    if name in GROUPABLE and not (name == "name" and mark.text.lower() != "name"):
        nxt = state.next(at + 1 - state.at)
        if (
            nxt is not None
            and (name in ("region", "account", "provider") or state.subject)
            and nxt[1].kind == "tenant"
            and nxt[1].get("tenant")
            and getattr(nxt[1].data, "ref", None) == Ref(name=str(name))
        ):
            return None
        if name == "name" and state.entity in ("issue", "finding"):
            state.group.append(Ref(name="title"))
        elif name == "name" or (name == "asset"):
            state.group.append(Ref(name="asset"))
        else:
            state.group.append(Ref(name=str(name)))
        return at
    if mark.kind == "entity" and mark.data == "asset":
        state.group.append(Ref(name="asset"))
        return at
    if mark.kind == "entity" and mark.data in ("vulnerability", "cve"):
        state.group.append(Ref(name="cve"))
        return at
    if mark.kind == "entity" and counts_of(state, str(mark.data)):
        state.counts_of = str(mark.data)
        return at
    if of_accounts(mark, state.words(mark)):
        # "in each aws account"
        state.group.append(Ref(name="account"))
        said = state.words(mark)[0].text
        provider = {"aws": "AWS", "amazon": "AWS", "azure": "AZURE", "gcp": "GCP", "google": "GCP"}.get(said)
        if provider is not None:
            state.add(Atom(ref=Ref(name="provider"), op="in", values=(provider,), label=f"on {provider}"))
        return at
    if mark.kind == "kind" and state.entity in _ON_ASSETS:
        state.group.append(Ref(name="asset"))
        if not any(isinstance(i, Kinds) for _, i in state.parts):
            state.add(mark.data)
        return at
    return None


def _number_of(state: State, at: int) -> bool:
    """ "assets by number of open issues": an order, whether or not it is said how many are wanted."""
    return (
        state.marks[at].kind == "agg"
        and state.marks[at].data == "count"
        and state.measure is None
        and not state.group
        and bool(state.entity)
    )


def _counts(state: State, at: int) -> bool:
    """ "by open issues": what the ranking counts."""
    end = at
    while end < len(state.marks) and state.marks[end].kind in (
        "stop",
        "of",
        "value",
        "agg",
        "weakness",
        "tenant",
        "or",
        "and",
        "comma",
    ):
        end += 1
    if end >= len(state.marks) or state.marks[end].kind not in ("entity", "kind"):
        return False
    if state.marks[end].kind == "entity" and state.marks[end].data == state.entity:
        return False
    state.pending_rank = "fewest" if state.pending_rank == "fewest" else "most"
    if state.marks[at].kind == "agg":
        state.at = at
    return True

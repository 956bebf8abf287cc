"""Counts, measures and numbers; and what still waits at the end of a question."""

from __future__ import annotations

from typing import Any

from agent.planner.questions.entities import BELONGS
from agent.planner.questions.form import Atom, Measure, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_counts import every
from agent.planner.questions.reader_groups import measured
from agent.planner.questions.reader_ranks import bounded_size, leftover_rank, size_of
from agent.planner.questions.reader_state import Relation, State
from agent.planner.questions.tokens import in_bytes


def custom_rule(state: State) -> bool:
    """ "custom rule query for ...": the columns that such a rule must give."""
    words = [t.norm for m in state.marks[state.at : state.at + 4] for t in state.words(m)][:4]
    for size in (4, 3, 2):
        text = " ".join(words[:size])
        if text.startswith(
            (
                "custom rule",
                "cspm rule",
                "cspm custom rule",
                "custom detection rule",
                "custom cspm rule",
                "rule form",
                "detection rule query",
                "posture rule",
                "rule query",
            )
        ):
            covered = 0
            while state.mark() is not None and covered < size:
                mark = state.mark()
                assert mark is not None
                if covered and not any(
                    t.norm in ("custom", "cspm", "rule", "detection", "query", "form", "posture")
                    for t in state.words(mark)
                ):
                    break
                covered += mark.end - mark.start
                state.at += 1
            state.rule_form = True
            return True
    return False


def aggregate(state: State, mark: Mark) -> None:
    """ "how many", "average", "share of", "distinct"."""
    name = str(mark.data)
    text = mark.text.lower()
    if name == "count":
        following = state.next(over=("stop", "of", "value", "weakness", "tenant"))
        before = state.before(over=("stop",))
        if text in ("number", "total of", "amount of") and before is not None and before.kind == "rank":
            return
        if state.measure is None:
            state.measure = Measure(function="count")
        if following is not None and following[1].kind == "agg" and following[1].data == "distinct":
            return
        if following is not None and following[1].get("attr") in (
            "records",
            "found_records",
            "bytes",
            "packets",
        ):
            # a number of records is what each row says, put together
            state.agg = "sum"
        return
    if text == "total":
        coming = state.next()
        if coming is None or not (
            coming[1].kind == "setting"
            or coming[1].get("attr")
            in ("size", "records", "cvss", "issue_count", "bytes", "packets", "received", "found_records")
        ):
            return
    if name == "distinct":
        state.agg = (
            "distinct"
            if state.measure is not None or "many" in text or "number" in text or "count" in text
            else state.agg
        )
        if state.agg and state.measure is None:
            state.measure = Measure(function="count")
        return
    if name in ("passed", "failed"):
        value = "PASS" if name == "passed" else "FAIL"
        part = Atom(ref=Ref(name="result"), op="in", values=(value,), label=name)
        state.measure = Measure(function="percent", part=(part,))
        state.entity = state.entity or "finding"
        return
    if name == "percent":
        before = state.before(over=())
        if (before is not None and before.kind == "number") or (_share(state) and not text.endswith("of")):
            # "below 50 percent", "pass rate in percent"
            return
        state.measure = Measure(function="percent")
        return
    if state.measure is None or state.measure.function == "count":
        state.agg = name


def _share(state: State) -> bool:
    return state.measure is not None and state.measure.function == "percent"


def _measures(state: State) -> bool:
    return state.measure is not None and state.measure.function not in ("count", "distinct")


def _of_results(state: State) -> None:
    """A rate of what passes is one of findings: accounts, rules and teams have it of theirs."""
    part = state.measure.part if state.measure is not None else ()
    named = part and isinstance(part[0], Atom) and part[0].ref.name == "result"
    if named and _share(state) and state.entity in ("", "asset", "issue") and not state.noun:
        state.entity = "finding"


def _sized(state: State) -> None:
    """ "Median size of container images": the number that the configuration of these calls so."""
    if state.agg not in ("avg", "median", "sum", "max", "min") or state.entity != "asset":
        return
    if (
        state.measure is None
        and any(t.norm == "size" for t in state.tokens)
        and (ref := size_of(state)) is not None
    ):
        state.left = [t for t in state.left if t.norm not in ("size", "byte")]
        state.unused = tuple(w for w in state.unused if w not in ("size", "sizes", "bytes"))
        measured(state, ref)


def counted(state: State, entity: str) -> None:
    """ "accounts with more than 5 issues": the count of each group is bounded."""
    assert state.compare is not None
    if state.dims:
        state.having = state.compare
    elif state.compare[0] in ("lte", "lt") and state.limit is None:
        state.limit = int(state.compare[1]) - (state.compare[0] == "lt")
    elif state.compare[0] in ("gt", "gte"):
        # "more than 200 open issues per account": groups may still come
        state.bound_of_head = state.compare
    state.compare = None


def number(state: State, mark: Mark) -> None:
    """A number: how many are wanted, or a bound."""
    from agent.planner.questions.reader_unknown import opened

    token = state.words(mark)[0]
    if token.value is None:
        return state.lose(mark)
    named = state.tokens[mark.start - 1].norm in ("port", "on", "to") if mark.start else False
    if state.groups and state.headed and named and token.value == int(token.value) and not token.unit:
        if state.opening is None or not state.opening.ports:
            opened(state, port=int(token.value))
        return None
    if every(state, mark):
        return None
    following = state.next()
    if following is not None and following[1].kind == "after":
        state.compare = (str(following[1].data), token.value)
        state.at = following[0]
        return None
    before = state.before()
    if (
        before is not None
        and before.kind == "entity"
        and len(token.text) >= 3
        and token.text.isdigit()
        and state.at - 1 >= 0
        and state.entity in ("issue", "case", "finding")
    ):
        known = Atom(ref=Ref(name="id"), op="eq", values=(token.text,), label=f"with id {token.text}")
        state.add(known, to_relation=state.relation is not None and state.relation.entity == before.data)
        return None
    if not state.headed and token.value == int(token.value) and not token.unit:
        if token.text != "one" or following is None:
            state.limit = max(1, int(token.value))
        return None
    if state.rank is not None or state.pending_rank:
        state.limit = max(1, int(token.value))
        return None
    if (
        following is not None
        and following[1].kind == "rank"
        and state.limit is None
        and token.value == int(token.value)
        and not token.unit
    ):
        # "in the audit log the 5 most frequent operations"
        state.limit = max(1, int(token.value))
        return None
    before = state.before()
    if (
        before is not None
        and before.kind in ("with", "not")
        and following is not None
        and following[1].kind in ("entity", "value", "kind")
    ):
        state.compare = ("eq", token.value)
        return None
    if token.text in ("one", "zero"):
        return None
    seen_as = [n for n in (state.estate.words.accounts.get(token.text),) if n]
    if not seen_as:
        state.lose(mark)
    return None


def compare(state: State, mark: Mark) -> None:
    """ "more than 3": of what comes next, or of what was said before."""

    following = state.next()
    if (
        following is not None
        and mark.data in ("starts", "ends")
        and following[1].kind in ("word", "number", "quoted", "tenant")
    ):
        text = " ".join(t.text for t in state.words(following[1]))
        words = {"starts": "starting with", "ends": "ending in"}[str(mark.data)]
        op: Any = mark.data
        state.add(
            Atom(
                ref=Ref(name="name"),
                op=op,
                values=(text,),
                label=f"name {words} {text}",
                negated=state.take_not(),
            )
        )
        state.at = following[0]
        return
    if (
        following is not None
        and following[1].kind in ("attr", "setting")
        and mark.data in ("gt", "gte", "lt", "lte")
    ):
        state.bound = str(mark.data)
    if following is None or following[1].kind != "number":
        return
    token = state.words(following[1])[0]
    value = in_bytes(token) if state.entity == "file" and token.unit else token.value
    if value is None:
        return
    state.at = following[0]
    state.compare = (str(mark.data), value)
    thing = state.next(over=("stop", "value", "weakness"))
    again = state.relation is not None and thing is not None and thing[1].data == state.relation.entity
    if again and state.connector == "and":
        # "at least one critical issue and at least one high issue": two bounds, each of its own
        state.relation = None


def _averaged(state: State) -> None:
    """ "average number of issues per account", "how many assets has an account on average"."""
    from agent.planner.questions.reader_values import GROUPABLE

    if state.agg not in ("avg", "median", "max", "min") or not state.entity:
        return
    if not any(m.kind == "agg" and m.data == "count" for m in state.marks):
        return
    if not state.group and not state.dims and not state.span:
        found = next(
            (
                m
                for m in state.marks
                if (m.get("attr") in GROUPABLE or m.has("tag"))
                and m.get("attr") not in ("severity", "asset", "name")
            ),
            None,
        )
        if found is None:
            return
        state.group.append(found.get("tag") if found.has("tag") else Ref(name=str(found.get("attr"))))
        state.columns = []
    state.over, state.agg = state.agg, ""
    state.measure = Measure(function="count")


def finish(state: State) -> None:
    """What still waits at the end of the question."""
    if state.waiting:
        if not state.entity and not state.dims:
            first = state.waiting[0][1]
            name = getattr(getattr(first, "ref", None), "name", "")
            state.entity = getattr(first, "of", "") or BELONGS.get(name, "issue")
            state.parts += state.waiting
        elif state.entity == "asset" or state.entity == "":
            first = state.waiting[0][1]
            told = getattr(first, "of", "")
            entity = told or BELONGS.get(getattr(getattr(first, "ref", None), "name", ""), "issue")
            relation = Relation(entity, state.waiting[0][0], parts=state.waiting)
            state.parts.append((relation.connector, relation))
        else:
            state.parts += state.waiting
        state.waiting = []
    if not state.entity:
        ref = state.measure.ref if state.measure is not None else None
        if ref is None and state.rank is not None:
            ref = state.rank.ref
        if ref is None and state.group:
            ref = state.group[0]
        if ref is not None:
            state.entity = BELONGS.get(ref.name, "asset")
        else:
            state.entity = "asset" if state.dims or state.parts or state.columns else ""
    _of_results(state)
    _sized(state)
    if state.pending_rank:
        leftover_rank(state)
    _averaged(state)
    if state.agg and state.measure is None:
        default = {"vulnerability": "cvss", "cve": "cvss"}.get(state.entity)
        if default:
            measured(state, Ref(name=default))
    if state.agg == "distinct" and state.dims:
        state.measure = Measure(function="distinct", ref=state.dims[0])
    if any(
        t.text == "how" and state.tokens[n + 1].text in ("old", "long")
        for n, t in enumerate(state.tokens[:-1])
    ):
        state.columns.append(Ref(name="age"))
        state.vague = [v for v in state.vague if v[0] not in ("old", "long")]
    if (
        state.compare is not None
        and not state.dims
        and state.entity
        and not (_measures(state) and state.group)
    ):
        bounded_size(state)
    if state.compare is not None and state.dims:
        state.having = state.compare
        state.compare = None
    counted = state.measure is None or state.measure.function == "count"
    if state.compare is not None and (_measures(state) or counted) and state.group and state.having is None:
        # "... by account, more than 10": of the share or number that each has
        state.having, state.compare = state.compare, None
    if state.bound_of_head is not None and state.compare is None and state.having is None:
        if state.group or state.dims:
            state.having = state.bound_of_head
        elif state.measure is None and any(t.text in ("there", "any") for t in state.tokens):
            # "are there more than 200 open issues": their number tells
            state.measure = Measure(function="count")
        elif state.measure is None:
            state.compare = state.bound_of_head

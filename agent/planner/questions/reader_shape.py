"""The shape of an answer: counts, measures, groups, rankings, limits, order, columns, bins of time."""

from __future__ import annotations

from typing import Any, Final

from agent.planner.questions import reader_refs as refs
from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.form import Atom, Has, Kinds, Measure, Rank, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import Relation, State, fold
from agent.planner.questions.tokens import in_bytes, singular

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
_VALUES_OF: Final = ("sum", "avg", "min", "max", "median", "distinct")


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


# --- counts and measures ---


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
        return
    if text == "total":
        coming = state.next()
        if coming is None or not (
            coming[1].kind == "setting" or coming[1].get("attr") in ("size", "records", "cvss", "issue_count")
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
        state.measure = Measure(function="percent")
        return
    if state.measure is None or state.measure.function == "count":
        state.agg = name


def measured(state: State, ref: Ref) -> bool:
    """Take a reference as what is measured, where a measure waits for one."""
    if not state.agg:
        return False
    function: Any = state.agg
    state.agg = ""
    state.measure = Measure(function=function, ref=ref)
    return True


# --- groups ---


def by(state: State, mark: Mark) -> None:
    """ "per account and region", "in each account", "by number of issues"."""
    following = state.next()
    if following is None:
        return
    at, found = following
    if mark.text.lower() == "between" and found.kind == "number":
        return
    if found.kind == "agg" and found.data == "count":
        inner = state.next(at + 1 - state.at, over=("stop", "of", "value", "weakness", "tenant"))
        if inner is not None and inner[1].kind in ("entity", "kind"):
            found = inner[1]
    if (
        not _groupable(state, found)
        and found.kind in ("value", "entity", "kind", "agg")
        and (state.limit is not None or state.dims or state.pending_rank)
        and _counts(state, at)
    ):
        return
    if found.kind == "time":
        return
    state.per = mark.text.lower() not in (
        "by",
        "grouped by",
        "group by",
        "broken down by",
        "break down by",
        "split by",
        "down by",
    )
    while True:
        taken = _group_one(state, at, mark)
        if taken is None:
            break
        state.at = taken
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


def _groupable(state: State, mark: Mark) -> bool:
    return mark.get("attr") in refs.GROUPABLE or mark.has("tag", "setting") or mark.kind == "bin"


def _group_one(state: State, at: int, by_mark: Mark) -> int | None:
    mark = state.marks[at]
    if mark.kind == "bin":
        time_bin(state, mark)
        return at
    if mark.has("tag"):
        state.group.append(mark.get("tag"))
        return at
    if mark.kind == "setting":
        state.group.append(mark.data)
        return at
    name = mark.get("attr")
    if name in refs.GROUPABLE and not (name == "name" and mark.text.lower() != "name"):
        nxt = state.next(at + 1 - state.at)
        if (
            nxt is not None
            and name in ("region", "account", "provider")
            and nxt[1].kind == "tenant"
            and nxt[1].get("tenant")
            and getattr(nxt[1].data, "ref", None) == Ref(name=str(name))
        ):
            return None
        if name == "name" or (name == "asset"):
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
    if mark.kind == "kind" and state.entity in ("issue", "finding", "vulnerability", "file", "package"):
        state.group.append(Ref(name="asset"))
        if not any(isinstance(i, Kinds) for _, i in state.parts):
            state.add(mark.data)
        return at
    return None


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


def as_group(state: State, mark: Mark, ref: Ref) -> bool:
    """A reference before "distribution", or the one that a measure waits for."""
    if state.spread and not state.headed and (ref.name in refs.GROUPABLE or ref.tags or ref.places):
        state.group.append(ref)
        state.spread = False
        return True
    following = state.next(over=())
    if following is not None and following[1].kind == "dist":
        state.group.append(ref)
        state.at = following[0]
        return True
    return (ref.name not in ("asset",) and measured(state, ref)) or _ranked_ref(state, ref)


def _ranked_ref(state: State, ref: Ref) -> bool:
    if state.pending_rank in ("most", "fewest", "top") and ref.name in (
        "affected_hosts",
        "affected_products",
        "issue_count",
        "records",
    ):
        state.rank = Rank(ref=ref, descending=state.pending_rank != "fewest")
        state.pending_rank = ""
        return True
    if (
        state.pending_rank in ("highest", "lowest")
        and any(m.kind == "by" for m in state.marks[state.at :])
        and state.limit is None
        and ref.name != "severity"
    ):
        state.measure = Measure(function="max" if state.pending_rank == "highest" else "min", ref=ref)
        state.pending_rank = ""
        return True
    if state.pending_rank in ("highest", "lowest") and (
        ref.name
        in (
            "cvss",
            "score",
            "severity",
            "size",
            "issue_count",
            "affected_hosts",
            "affected_products",
            "age",
            "records",
            "impact",
            "exploitability",
            "first_seen",
            "last_seen",
        )
        or ref.places
    ):
        state.rank = Rank(ref=ref, descending=state.pending_rank == "highest")
        state.pending_rank = ""
        return True
    return False


def as_head(state: State, mark: Mark, ref: Ref) -> bool:
    """Whether a groupable attribute is what is asked for: "which accounts have ...", "top 5 rules by ..."."""
    before_ = state.before()
    if (
        ref.name == "rule"
        and not state.headed
        and before_ is not None
        and before_.kind == "value"
        and before_.data[0] in ("result", "operation_status")
    ):
        from agent.planner.questions.reader import _head

        _head(state, mark, "finding")
        return True
    if state.headed or not (ref.tags or ref.places or ref.name in refs.GROUPABLE):
        if state.dims and not state.entity and not state.parts and state.connector in ("and", "comma"):
            state.dims.append(ref)
            state.connector = ""
            return True
        return False
    before = state.before(
        over=(
            "stop",
            "all",
            "agg",
            "with",
            "rank",
            "top",
            "number",
            "comma",
            "of",
            "tenant",
            "value",
            "compare",
        )
    )
    first = before is None or before.kind in ("by",)
    if not first:
        return False
    texts = {t.text for m in state.marks[: state.at] for t in state.words(m)}
    following = state.next(over=("stop",)) if state.next() else None
    columns = (
        following is not None
        and (following[1].kind in ("and", "comma") or following[1].text.lower() in ("of", "for", "on"))
        and not (texts & {"which", "many", "top", "number", "distinct", "different"})
    )
    if columns and _noun_ahead(state):
        return False
    state.dims.append(ref)
    if state.measure is not None and state.measure.function == "count":
        state.agg = "distinct"
    last = state.words(mark)[-1]
    state.plural = singular(last.text) != last.text
    if ref.tags or ref.places:
        state.entity = "asset"
    elif ref.name in BELONGS and not any(m.kind in ("entity", "kind") for m in state.marks[state.at + 1 :]):
        state.entity = BELONGS[ref.name]
    elif not any(m.kind in ("entity", "kind") for m in state.marks[state.at + 1 :]):
        state.entity = "asset"
    if state.negated:
        state.negated = False
    return True


def _noun_ahead(state: State) -> bool:
    return any(m.kind in ("entity", "kind") for m in state.marks[state.at + 1 :])


def as_column(state: State, mark: Mark, ref: Ref) -> bool:
    """Whether an attribute is to be shown: "name and region of ...", "with their owner"."""
    if ref.name == "asset":
        return True
    before = state.before(over=())
    possessive = before is not None and before.text.lower() in ("their", "its", "the")
    joined = state.before()
    shown = (
        not state.headed
        or possessive
        or (joined is not None and joined.kind in ("and", "comma") and bool(state.columns))
    )
    if state.negated or not shown:
        return False
    if state.headed and joined is not None and joined.kind == "with" and not possessive:
        return False
    state.columns.append(ref)
    state.connector = ""
    return True


# --- rankings ---


def rank(state: State, mark: Mark) -> None:
    """ "most", "latest", "highest cvss"."""
    name = str(mark.data)
    if name in ("most", "fewest"):
        state.pending_rank = name
        return
    if name == "common":
        state.rank = Rank(descending=True)
        coming = refs._coming(state)
        if not state.dims and not state.group:
            state.dims.append(
                Ref(
                    name={
                        "vulnerability": "cve",
                        "issue": "rule",
                        "finding": "rule",
                        "event": "operation",
                    }.get(coming, "type")
                )
            )
        return
    if name in ("latest", "oldest"):
        entity = state.entity or refs._coming(state) or "asset"
        ref = Ref(name="first_seen" if "report" not in mark.text.lower() else "last_seen")
        if entity in ENTITIES and ENTITIES[entity].log:
            ref = Ref(name="time")
        state.rank = Rank(ref=ref, descending=name == "latest")
        return
    state.pending_rank = name


def ranked_by(state: State, relation: Relation) -> None:
    """What a ranking counts: of groups the things themselves, of assets their related rows."""
    descending = state.pending_rank != "fewest"
    if state.dims and state.entity in ("", "asset") and not state.noun:
        state.rank = Rank(descending=descending)
        return
    state.rank = Rank(
        has=Has(entity=relation.entity, items=tuple(fold(relation.parts))), descending=descending
    )


def counted(state: State, entity: str) -> None:
    """ "accounts with more than 5 issues": the count of each group is bounded."""
    assert state.compare is not None
    if state.dims:
        state.having = state.compare
    elif state.compare[0] in ("lte", "lt") and state.limit is None:
        state.limit = int(state.compare[1]) - (state.compare[0] == "lt")
    state.compare = None


def top(state: State, mark: Mark) -> None:
    """ "top 5", "first ten"."""
    following = state.next()
    if following is not None and following[1].kind == "number":
        state.limit = int(state.words(following[1])[0].value or 1)
        state.at = following[0]
        if state.rank is None and not state.pending_rank and mark.text.lower() == "top":
            state.pending_rank = "top"
        return
    if mark.text.lower() == "top":
        state.limit = 10
        state.pending_rank = state.pending_rank or "top"


def number(state: State, mark: Mark) -> None:
    """A number: how many are wanted, or a bound."""
    token = state.words(mark)[0]
    if token.value is None:
        return state.lose(mark)
    if state.groups and state.headed and token.value == int(token.value) and not token.unit:
        if state.opening is None or state.opening.port is None:
            refs.opened(state, port=int(token.value))
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
        state.add(Atom(ref=Ref(name="id"), op="eq", values=(token.text,), label=f"with id {token.text}"))
        return None
    if not state.headed and token.value == int(token.value) and not token.unit:
        if token.text != "one" or following is None:
            state.limit = max(1, int(token.value))
        return None
    if state.rank is not None or state.pending_rank:
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


# --- order ---


def order(state: State, mark: Mark) -> None:
    """ "sorted by severity, worst first"."""
    following = state.next(over=("stop", "by"))
    if following is None:
        return
    at, found = following
    name = found.get("attr")
    if found.kind == "agg" or (found.kind == "entity"):
        state.rank = Rank(descending=True)
        state.at = at
    elif found.has("tag") or found.kind == "setting" or name is not None:
        ref = found.get("tag") or (found.data if found.kind == "setting" else Ref(name=str(name)))
        down = name in ("severity", "cvss", "records", "size")
        state.rank = Rank(ref=ref, descending=down)
        state.at = at
    elif found.kind == "rank":
        return


def direction(state: State, mark: Mark) -> None:
    down = mark.kind == "desc"
    if state.rank is not None:
        text = mark.text.lower()
        if "oldest" in text or "newest" in text or "latest" in text or "recent" in text:
            down = "oldest" not in text
        state.rank = state.rank.model_copy(update={"descending": down})
        return
    text = mark.text.lower()
    if any(w in text for w in ("newest", "latest", "recent", "oldest", "longest", "earliest")):
        state.rank = Rank(
            ref=Ref(name="first_seen"),
            descending=not any(w in text for w in ("oldest", "longest", "earliest")),
        )
    elif state.group or state.dims or state.measure:
        state.rank = Rank(descending=down)
    elif any(w in text for w in ("worst", "severe", "highest", "high to low")):
        state.rank = Rank(ref=Ref(name="severity"), descending=True)


def time_bin(state: State, mark: Mark) -> None:
    span = str(mark.data)
    if span != "auto":
        state.span = span
    elif not state.span:
        state.span = "1w"
    if state.measure is None:
        state.measure = Measure(function="count")


def distribution(state: State, mark: Mark) -> None:
    """ "distribution of severities": the first groupable attribute after it."""
    if (
        not state.headed
        and state.estate.type_names.get("cdn")
        and mark.text.lower().endswith("s")
        and "kind" in mark.also
        and state.next() is None
    ):
        from agent.planner.questions.reader import _kind

        return _kind(state, Mark("kind", mark.start, mark.end, mark.also["kind"], mark.text))
    state.spread = not state.headed
    if state.measure is None:
        state.measure = Measure(function="count")


# --- the end ---


def finish(state: State) -> None:
    """What still waits at the end of the question."""
    if state.waiting:
        if not state.entity and not state.dims:
            first = state.waiting[0][1]
            name = getattr(getattr(first, "ref", None), "name", "")
            state.entity = BELONGS.get(name, "issue")
            state.parts += state.waiting
        elif state.entity == "asset" or state.entity == "":
            entity = BELONGS.get(getattr(getattr(state.waiting[0][1], "ref", None), "name", ""), "issue")
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
    if state.pending_rank:
        _leftover_rank(state)
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
    if state.compare is not None and not state.dims and state.entity:
        _sized(state)
    if state.compare is not None and state.dims:
        state.having = state.compare
        state.compare = None


def _sized(state: State) -> None:
    """ "bigger than 500" of what has a size."""
    assert state.compare is not None
    op, number = state.compare
    ref = _size_of(state)
    if ref is not None:
        state.add(refs._bound(state, ref, op, number))
        state.compare = None


def _size_of(state: State) -> Ref | None:
    """The size that what is asked about has."""
    from agent.planner.questions.aliases import SIZE_KEYS
    from agent.planner.questions.setting_marks import types_of
    from agent.planner.questions.settings import key_words
    from agent.planner.questions.weaknesses import where_of

    if "size" in ENTITIES[state.entity].places:
        return Ref(name="size")
    types = types_of([p for _, p in state.parts if isinstance(p, Kinds)], state.estate)
    places = [
        s for s in state.estate.settings.of(types) if " ".join(key_words(s.leaf)) in SIZE_KEYS and not s.many
    ]
    return Ref(name="size", places=tuple(where_of(s) for s in places)) if places else None


def _leftover_rank(state: State) -> None:
    down = state.pending_rank not in ("fewest", "lowest")
    entity = state.entity
    if state.dims or (state.group and state.pending_rank in ("most", "fewest", "top")):
        state.rank = state.rank or Rank(descending=down)
    elif entity == "vulnerability":
        state.rank = state.rank or Rank(ref=Ref(name="cvss"), descending=down)
    elif entity == "file":
        state.rank = state.rank or Rank(ref=Ref(name="size"), descending=down)
    elif entity in ("issue", "finding", "case"):
        state.rank = state.rank or Rank(ref=Ref(name="severity"), descending=down)
    elif (
        entity == "asset"
        and state.pending_rank in ("highest", "lowest")
        and (size := _size_of(state)) is not None
    ):
        state.rank = state.rank or Rank(ref=size, descending=down)
    elif entity == "asset" and state.pending_rank in ("highest", "top", "most"):
        state.rank = state.rank or Rank(has=Has(entity="issue"), descending=down)
    state.pending_rank = ""

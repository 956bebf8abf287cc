"""Rankings: most, latest, highest, the first so many."""

from __future__ import annotations

from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.form import Has, Kinds, Measure, Rank, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_groups import MEASURED
from agent.planner.questions.reader_said import bounded
from agent.planner.questions.reader_state import Relation, State, fold
from agent.planner.questions.reader_values import GROUPABLE, coming_entity
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.tokens import singular


def ranked_ref(state: State, ref: Ref) -> bool:

    if state.pending_rank in ("most", "fewest", "top") and ref.name in (
        "affected_hosts",
        "affected_products",
        "issue_count",
        "records",
        "cves",
    ):
        state.rank = Rank(ref=ref, descending=state.pending_rank != "fewest")
        state.pending_rank = ""
        return True
    if (
        state.pending_rank in ("highest", "lowest")
        and any(m.kind == "by" for m in state.marks[state.at :])
        and state.limit is None
        and (ref.name in MEASURED or ref.places)
        and not (state.noun and not state.dims)
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
            "fix_days",
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


def rank(state: State, mark: Mark) -> None:
    """ "most", "latest", "highest cvss"."""
    name = str(mark.data)
    if name in ("most", "fewest"):
        state.pending_rank = name
        return
    if name in ("common", "rare"):
        state.rank = Rank(descending=name == "common")
        coming = coming_entity(state)
        following = state.next()
        if following is not None and not state.dims and following[1].kind in ("attr", "tag", "setting"):
            found = following[1]
            if found.kind != "attr" or found.data in GROUPABLE:
                # "most common agent version"
                state.dims.append(found.data if found.kind != "attr" else Ref(name=str(found.data)))
                last = state.words(found)[-1]
                state.plural = last.text != last.norm
                state.at = following[0]
                if not coming and found.kind == "attr":
                    state.entity = state.entity or BELONGS.get(str(found.data), "")
                return
        told = next((ref for ref in state.columns if ref.name in GROUPABLE or ref.places or ref.tags), None)
        if told is not None and not state.dims and not state.group:
            # "which agent version is least common"
            state.dims.append(told)
            state.columns.remove(told)
            state.plural = state.plural and any(
                t.text.endswith("s") and t.norm != t.text for t in state.tokens[: mark.start]
            )
        past = state.next(over=("stop", "value", "tenant"))
        if not coming and past is not None and past is not following and past[1].get("attr") in GROUPABLE:
            # "the commonest failed rules": these are the groups
            name = str(past[1].get("attr"))
            state.dims.append(Ref(name=name))
            last = state.words(past[1])[-1]
            state.plural = last.text != last.norm
            failed = any(m.kind == "value" and m.data[0] == "result" for m in state.marks[state.at : past[0]])
            state.entity = state.entity or ("finding" if failed else BELONGS.get(name, ""))
            past[1].kind, past[1].also = "stop", {}
            return
        if not state.dims and not state.group:
            named = next((m for m in state.marks[state.at + 1 :] if m.kind in ("entity", "attr")), None)
            if named is not None:
                last = state.words(named)[-1]
                state.plural = last.text != last.norm
            state.dims.append(
                Ref(
                    name={
                        "vulnerability": "cve",
                        "issue": "rule",
                        "finding": "rule",
                        "event": "operation",
                    }.get(coming or state.entity, "type")
                )
            )
        return
    if name in ("latest", "oldest"):
        entity = state.entity or coming_entity(state) or "asset"
        ref = Ref(name="first_seen" if "report" not in mark.text.lower() else "last_seen")
        if entity in ENTITIES and ENTITIES[entity].log:
            ref = Ref(name="time")
        after = state.next()
        if after is not None and after[1].get("attr") in ("agent_version", "package_version"):
            # the oldest version is the lowest one
            ref, state.at = Ref(name=str(after[1].get("attr"))), after[0]
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
        state.limit = 1 if _of_one(state) else 10
        state.pending_rank = state.pending_rank or "top"


def _of_one(state: State) -> bool:
    """ "The top rule": one is asked for."""
    coming = state.next(over=("stop", "value", "tenant", "weakness"))
    if coming is None or coming[1].kind not in ("attr", "tag", "entity", "kind"):
        return False
    last = state.words(coming[1])[-1]
    return last.text == last.norm and singular(f"{last.text}s") == last.text


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
        down = name in ("severity", "cvss", "records", "size", "age", "fix_days", "score", "issue_count")
        state.rank = Rank(ref=ref, descending=down)
        state.at = at
    elif found.kind == "rank":
        return


_SIZES = ("largest", "biggest", "smallest")


def direction(state: State, mark: Mark) -> None:
    down = mark.kind == "desc"
    if state.measure is not None and state.measure.ref == Ref(name="age") and (state.group or state.dims):
        # the oldest have the greatest age
        first = mark.text.lower()
        down = "oldest" in first or (down and not any(w in first for w in ("newest", "latest", "recent")))
        state.rank = Rank(descending=down)
        return
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
    elif "alphabet" in text:
        state.rank = Rank(ref=Ref(name="name"), descending=False)
    elif state.group or state.dims or state.measure:
        state.rank = Rank(descending=down)
    elif any(w in text for w in _SIZES) and state.entity and (size := size_of(state)) is not None:
        state.rank = Rank(ref=size, descending=down)
    elif any(w in text for w in ("worst", "severe", "highest", "high to low")):
        state.rank = Rank(ref=Ref(name="severity"), descending=True)


def bounded_size(state: State) -> None:
    """ "bigger than 500" of what has a size."""

    assert state.compare is not None
    op, number = state.compare
    ref = size_of(state)
    if ref is not None:
        state.add(bounded(state, ref, op, number))
        state.compare = None


def size_of(state: State) -> Ref | None:
    """The size that what is asked about has."""
    from agent.planner.questions.aliases import SIZE_KEYS
    from agent.planner.questions.settings import key_words
    from agent.planner.questions.weaknesses import where_of

    if "size" in ENTITIES[state.entity].places:
        return Ref(name="size")
    types = types_of([p for _, p in state.parts if isinstance(p, Kinds)], state.estate)
    own = [s for s in state.estate.settings.of(types) if not s.many]
    places = [s for s in own if " ".join(key_words(s.leaf)) in SIZE_KEYS] or [
        s for s in own if s.kind == "number" and "size" in key_words(s.leaf)
    ]
    return Ref(name="size", places=tuple(where_of(s) for s in places)) if places else None


def _said_size(state: State) -> str:
    """The word that ranks by size, if that is how it was said."""
    said = [m.text.lower().split()[-1] for m in state.marks if m.kind == "rank"]
    return next((w for w in said if w in ("largest", "biggest", "longest", "smallest", "shortest")), "")


_WORST = frozenset({"worst", "riskiest", "most dangerous", "highest"})


_OWNERS = ("account", "region", "team")
_GREAT = frozenset({"biggest", "largest", "smallest", "greatest"})


_AFFECTED = frozenset(
    "affected problematic risky exposed hit problems risk risks issues important critical dangerous urgent".split()
)


def leftover_rank(state: State) -> None:
    down = state.pending_rank not in ("fewest", "lowest")
    entity = state.entity
    said = {m.text.lower() for m in state.marks if m.kind == "rank"}
    share = state.measure is not None and state.measure.function == "percent"
    if share and (state.dims or state.group):
        good = state.measure is not None and any(
            getattr(i, "label", "") == "passed" for i in state.measure.part
        )
        # the worst pass rate is the lowest one
        state.rank = state.rank or Rank(descending=down and not (good and "worst" in said))
        state.pending_rank = ""
        return
    plain = state.dims and entity == "asset" and not state.parts and not state.noun and state.measure is None
    if plain and said & _WORST and state.estate.has_rows("issues"):
        # worst by what?
        state.vague.append(
            (min(said & _WORST), ("by number of open critical issues", "by number of open issues"))
        )
        state.noun = f"{state.dims[0].name}s"
    elif plain and said & _GREAT and not state.group and state.dims[0].name in _OWNERS:
        # big by what is there, or by what is wrong there?
        state.vague.append((min(said & _GREAT), ("by number of assets", "by number of open issues")))
        state.noun = f"{state.dims[0].name}s"
    elif state.dims or (state.group and state.pending_rank in ("most", "fewest", "top")):
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
        and (size := size_of(state)) is not None
    ):
        state.rank = state.rank or Rank(ref=size, descending=down)
    elif entity == "asset" and state.pending_rank in ("highest", "lowest") and (word := _said_size(state)):
        # what has no size here has no largest one: by what else?
        state.vague.append((word, ("by number of open issues", "with critical or high issues")))
    elif (
        entity == "asset" and state.pending_rank == "most" and not _AFFECTED & {t.text for t in state.tokens}
    ):
        # the most of what?
        state.vague.append(("most", ("by number of open issues", "by number of vulnerabilities")))
    elif entity == "asset" and state.pending_rank in ("highest", "top", "most"):
        state.rank = state.rank or Rank(has=Has(entity="issue"), descending=down)
    state.pending_rank = ""

"""Columns that an answer shows, bins of time, distributions."""

from __future__ import annotations

from typing import Final

from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.entity_links import reachable
from agent.planner.questions.form import Kinds, Measure, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.reader_state import State
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.tokens import singular

# what everything has: "number of issues with severity and status" asks for no condition
_ALWAYS: Final = frozenset(
    """severity status account region provider type category class rule issue_category finding_category
    result service""".split()
)


# a number of its own that every row has
_MEASURED: Final = frozenset({"cvss", "age", "score", "fix_version"})


def as_column(state: State, mark: Mark, ref: Ref) -> bool:
    """Whether an attribute is to be shown: "name and region of ...", "with their owner"."""

    if ref.name == "asset":
        return True
    if ref.name == "name" and state.entity not in ("", "asset") and _of_asset(mark):
        return reachable(state.entity, "asset") and _asset_name(state)
    before = state.before(over=())
    possessive = before is not None and before.text.lower().split()[-1] in ("their", "its", "the")
    joined = state.before()
    shown = (
        not state.headed
        or possessive
        or (joined is not None and joined.kind in ("and", "comma") and bool(state.columns))
        or bool(state.subject and ref.name in ENTITIES[state.subject].places)
    )
    counted = state.measure is not None and state.measure.function == "count" and ref.name in _ALWAYS
    after_with = joined is not None and joined.kind == "with"
    if after_with and not state.negated and not ref.places and (ref.name in _MEASURED or _beside(state)):
        # ", with cvss and owner": what each has is shown
        state.columns.append(ref)
        state.connector = ""
        return True
    if state.negated or not (shown or (counted and after_with)):
        return False
    if state.headed and after_with and not possessive and not counted:
        return False
    state.columns.append(ref)
    state.connector = ""
    return True


def _of_asset(mark: Mark) -> bool:
    return mark.text.lower().split()[0] in ("asset", "resource")


def _asset_name(state: State) -> bool:
    if Ref(name="asset") not in state.columns:
        state.columns.append(Ref(name="asset"))
    state.connector = ""
    return True


def asset_shown(state: State, mark: Mark) -> bool:
    """The asset of each row among the columns: "issues with their asset", "and the affected resource's name".

    Several assets ("issues with assets in production") are a condition, one is what each row is about.
    """
    entity = state.entity
    if entity in ("", "asset") or state.negated or state.relation is not None or state.measure is not None:
        return False
    if not reachable(entity, "asset") or state.compare is not None:
        return False
    last = state.words(mark)[-1].text
    before, joined = state.before(over=()), state.before()
    told = before is not None and before.text.lower().split()[-1] in ("their", "its", "affected", "whose")
    linked = joined is not None and (
        joined.kind == "with"
        or (joined.kind in ("and", "comma") and (bool(state.columns) or before is not joined))
    )
    following = state.next(over=("stop",))
    ends = following is None or following[1].kind in ("and", "comma", "attr", "by", "order", "mark")
    if singular(last) != last or not ends or not (told or linked):
        return False
    _asset_name(state)
    if following is not None and following[1].kind == "attr" and following[1].data == "name":
        state.at = following[0]
    return True


def _beside(state: State) -> bool:
    """Whether a comma stands before the "with"."""
    at = state.at - 1
    while at >= 0 and state.marks[at].kind in ("stop", "with"):
        at -= 1
    return at >= 0 and state.marks[at].kind == "comma" and state.headed


def kind_shown(state: State, mark: Mark, kinds: Kinds) -> bool:
    """The asset of each row by its noun: "issues on buckets, with the bucket", "and the deployment name"."""
    if state.entity in ("", "asset") or state.negated or not reachable(state.entity, "asset"):
        return False
    place, prior = mark.text.lower(), state.before()
    if (
        place in ("namespace", "cluster")
        and state.columns
        and prior is not None
        and prior.kind in ("and", "comma")
    ):
        state.columns.append(Ref(name=place))
        return True
    held = [i for _, i in state.parts if isinstance(i, Kinds) and not i.negated]
    if state.relation is not None:
        held += [i for _, i in state.relation.parts if isinstance(i, Kinds) and not i.negated]
    known = types_of(held, state.estate)
    last = state.words(mark)[-1].text
    if not known or not known & types_of([kinds], state.estate) or singular(last) != last:
        return False
    joined, before = state.before(), state.before(over=())
    told = before is not None and before.text.lower().split()[-1] in (
        "the",
        "their",
        "its",
        "affected",
        "each",
    )
    if not told and (joined is None or joined.kind not in ("and", "comma", "with")):
        return False
    following = state.next(over=("stop",))
    if following is not None and following[1].kind not in ("and", "comma", "attr", "mark", "by", "order"):
        return False
    if following is not None and following[1].get("attr") in ("name", "id"):
        state.at = following[0]
    return _asset_name(state)


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
    from agent.planner.questions.reader import take_kind

    if (
        not state.headed
        and state.estate.type_names.get("cdn")
        and mark.text.lower().endswith("s")
        and "kind" in mark.also
        and state.next() is None
    ):
        return take_kind(state, Mark("kind", mark.start, mark.end, mark.also["kind"], mark.text))
    state.spread = not state.headed
    if state.measure is None:
        state.measure = Measure(function="count")
    return None

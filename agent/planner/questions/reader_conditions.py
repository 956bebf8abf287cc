"""Conditions of a question: names of the tenant, values, weaknesses, times, with the scope of not."""

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions import openings
from agent.planner.questions.entities import BELONGS
from agent.planner.questions.form import Atom, Has, Kinds, Ref, Weakness
from agent.planner.questions.marks import Mark
from agent.planner.questions.phrases import STOP
from agent.planner.questions.reader_place import RELATED, place
from agent.planner.questions.reader_refs import attribute
from agent.planner.questions.reader_state import State, key_of
from agent.planner.questions.reader_times import timed
from agent.planner.questions.reader_unknown import opened, unknown_word, value_said
from agent.planner.questions.reader_values import fitting, nouns_of, severities, value_label
from agent.planner.questions.setting_marks import types_of
from agent.planner.questions.times import When
from agent.planner.questions.weaknesses import Found, resolve


def take_tenant(state: State, mark: Mark) -> None:
    following = state.next(over=())
    if (
        following is not None
        and following[1].get("attr") == "account"
        and isinstance(mark.data, Atom)
        and mark.data.ref.name != "account"
    ):
        return unknown_word(state, mark, place)
    if mark.has("alias") and _as_account(state, mark):
        return None
    found = mark.data if isinstance(mark.data, list) else [mark.data]
    inside = state.before()
    if (
        isinstance(found[0], Atom)
        and found[0].ref.name == "name"
        and inside is not None
        and inside.kind == "kind"
        and "cluster" in inside.text.lower()
        and any(t.startswith("KUBERNETES_") for _, i in state.parts if isinstance(i, Kinds) for t in i.types)
    ):
        at = found[0].model_copy(
            update={"ref": Ref(name="cluster"), "label": f"in cluster {found[0].values[0]}"}
        )
        return place(state, at.model_copy(update={"negated": _negation(state, "cluster")}))
    for item in found:
        text = " ".join(t.text for t in state.words(mark))
        if (
            isinstance(item, Atom)
            and item.ref.tags
            and item.op == "eq"
            and re.fullmatch(r"[\w\-.]+[:=].+", text)
            and str(item.values[0]).lower() not in state.estate.words.tag_values
        ):
            state.unknown.append(("tag", text))
        if isinstance(item, Atom) and item.ref.name == "account" and text in state.estate.words.twofold:
            before = state.before()
            after = state.next()
            said = [m for m in (before, after[1] if after else None) if m is not None]
            if any(m.get("attr") == "account" for m in said):
                pass
            elif any(m.kind in ("tagged", "owned", "tag") for m in said):
                item = Atom(
                    ref=Ref(name="tag", tags=state.estate.words.tag_values[text]),
                    op="in",
                    values=(text,),
                    label=f"tagged {text}",
                )
            else:
                state.twofold.append(text)
        negated = _negation(state, key_of(item))
        place(state, item.model_copy(update={"negated": item.negated != negated}) if negated else item)
    return None


def _as_account(state: State, mark: Mark) -> bool:
    """A word that is an account's short name: that account, or a question back where it has another meaning too."""
    before, after = state.before(), state.next(over=())
    said = [m for m in (before, after[1] if after else None) if m is not None]
    if any(
        m.kind in ("tagged", "owned", "tag")
        or m.text.lower() in ("environment", "environments", "team", "stage")
        for m in said
    ):
        return False
    named = any(m.get("attr") == "account" for m in said)
    if not named and (
        before is None
        or before.kind not in ("of", "not")
        or before.text.lower()
        not in ("in", "from", "for", "at", "outside", "inside", "within", "outside of", "not", "except")
    ):
        return False
    if not named and (
        mark.kind in ("tenant", "value", "attr")
        or mark.has("tagvalue")
        or mark.text.lower() in ("data", "shared", "security", "network")
    ):
        state.twofold.append(mark.text.lower())
        return True
    place(state, mark.get("alias").model_copy(update={"negated": state.take_not()}))
    if named and after is not None and after[1].get("attr") == "account":
        state.at = after[0]
    return True


def _of_coming(state: State, name: str) -> bool:
    """Whether a not is about related things that come next: "without any high or critical issues"."""
    if (
        state.entity not in ("asset", "")
        or (state.entity == "" and not state.dims)
        or BELONGS.get(name) is None
    ):
        return False
    for mark in state.marks[state.at + 1 :]:
        if mark.kind == "entity":
            return mark.data in RELATED
        if mark.kind not in (
            "value",
            "stop",
            "all",
            "and",
            "or",
            "comma",
            "number",
            "compare",
            "after",
            "weakness",
        ):
            return False
    return False


def _negation(state: State, key: str) -> bool:
    """Whether a not stands before, or reaches here: "not in a or b", "neither a nor b"."""
    if state.negated and _of_coming(state, key):
        return False
    if state.negated:
        state.negated = False
        state.negated_ref = key
        return True
    if state.negated_ref and state.connector in ("or", "comma", "and") and key == state.negated_ref:
        return True
    state.negated_ref = ""
    return False


def take_value(state: State, mark: Mark) -> None:
    name, values = mark.data
    name, values = fitting(state, mark, name, values)
    if name == "action" and state.entity in ("", "asset") and not state.subject:
        # assets do nothing: "metadata v1 is allowed" says that it is on
        last = state.parts[-1][1] if state.parts else None
        if not isinstance(last, Weakness) or "allow" not in values or state.negated:
            state.lose(mark)
        return
    if name == "severity":
        values = severities(state, values)
    if (
        name == "provider"
        and state.estate.providers
        and not state.estate.providers & {v.upper() for v in values}
    ):
        # a cloud that nothing here is of
        state.unknown.append(("cloud provider", mark.text))
    if name == "assignee":
        somebody = (values == ("*",)) != state.take_not()
        label = "with an assignee" if somebody else "assigned to nobody"
        item = Atom(ref=Ref(name=name), op="empty", negated=somebody, label=label)
        place(state, item)
        return
    if name == "provider" and (state.subject or state.entity) == "health":
        # a connector is named after its cloud
        connectors = tuple(
            shown
            for low, shown in state.estate.values("health", "connector").items()
            if any(v.lower() in low for v in values)
        )
        label = f"connector {' or '.join(connectors) or values[0].lower()}"
        item = Atom(ref=Ref(name="connector"), op="in", values=connectors or values, label=label)
        state.add(item.model_copy(update={"negated": state.take_not()}))
        return
    if name == "endpoint_status":
        # "disconnected servers": by the agent that runs on them
        item = Atom(ref=Ref(name="status"), op="in", values=values, label=value_label(name, values))
        state.add(Has(entity="endpoint", items=(item,), negated=state.take_not()))
        return
    if name == "status" and values == ("all",):
        state.status = "all"
        return
    label = value_label(name, values)
    if name == "os" and values == ("linux",):
        # distributions do not all say so in their names
        values = (
            tuple(shown for low, shown in state.estate.values("asset", "os").items() if _LINUX.search(low))
            or values
        )
    op = "true" if values in (("true",), ("false",)) else "contains" if name in ("platform", "os") else "in"
    if name == "os" and all(value.lower() in state.estate.values("asset", "os") for value in values):
        op = "in"
    if (label == "closed" and mark.text.lower() in ("resolved", "fixed", "remediated", "mitigated")) or (
        label == "in progress" and mark.text.lower() in ("under investigation", "being investigated")
    ):
        label = mark.text.lower()
    negated = _negation(state, name)
    item = Atom(
        ref=Ref(name=name), op=op, values=() if op == "true" else values, label=label,
        negated=negated != (values == ("false",)),
    )  # fmt: skip
    place(state, item)


_LINUX: Final = re.compile(
    r"linux|ubuntu|debian|centos|red ?hat|rhel|fedora|suse|sles|rocky|alpine|amazon|oracle|coreos|flatcar"
    r"|bottlerocket|container-optimized|photon|mariner"
)


def take_weakness(state: State, mark: Mark) -> None:
    found: Found = mark.data
    kinds = [i for _, i in state.parts if isinstance(i, Kinds) and not i.negated]
    if not kinds:
        following = [m.data for m in state.marks[state.at :] if m.kind == "kind"]
        kinds = following[:1] or list(state.given)
    types = types_of(kinds, state.estate)
    if openings.can_say(state.estate, types) and _opened(state, mark, found, kinds):
        return
    item = resolve(found, state.estate, types, nouns_of(kinds, state.estate))
    if item is None and types:
        state.missing.append(f"!{found.name}:{found.port or ''}")
        return
    if item is None:
        state.missing.append(f"!{found.name}:{found.port or ''}")
        return
    if state.negated_ref.startswith("weakness") and state.connector == "or" and not item.negated:
        item = item.model_copy(update={"negated": True})
    elif state.negated:
        state.negated = False
        item = item.model_copy(update={"negated": not item.negated})
        state.negated_ref = "weakness"
    else:
        state.negated_ref = "weakness" if item.negated and "neither" in mark.text.lower() else ""
    place(state, item)


def _opened(state: State, mark: Mark, found: Found, kinds: list[Kinds]) -> bool:
    """A port or range of security groups that no check is about: their rules in the configuration tell it."""
    ranged = any(m.kind == "id" and re.match(r"\d+\.\d", m.text) for m in state.marks)
    words = {t.text for m in state.marks for t in state.words(m)}
    if found.name == "public" and (
        "0.0.0.0/0" in mark.text or words & {"inbound", "ingress", "rule", "rules"}
    ):
        state.groups = True
        return opened(state, ranges=openings.ANYWHERE[:1], negated=found.negated)
    if found.name == "port" and (
        ranged or resolve(found, state.estate, frozenset(), nouns_of(kinds, state.estate)) is None
    ):
        state.groups = True
        wide = _WIDE.search(mark.text.lower()) is not None or "0.0.0.0/0" in mark.text
        ranges = openings.ANYWHERE[:1] if wide and not ranged else ()
        return opened(state, port=found.port, ranges=ranges, negated=found.negated)
    return False


_WIDE: Final = re.compile(r"\b(?:internet|world|anywhere|public\w*)\b")


def take_time(state: State, mark: Mark) -> None:
    when: When = mark.data
    timed(state, when, place)


def take_attr(state: State, mark: Mark) -> None:
    attribute(state, mark, str(mark.data))


def take_not_word(state: State, mark: Mark) -> None:
    state.negated = not state.negated if mark.text.lower() in ("not", "n't") else True
    if mark.text.lower().startswith(("and", "or")):
        state.connector = "and"


def take_and(state: State, mark: Mark) -> None:
    state.connector = "and"


def take_or(state: State, mark: Mark) -> None:
    if mark.text.lower() in ("either", "alternatively"):
        return
    state.connector = "or"


def take_but(state: State, mark: Mark) -> None:
    state.connector = "and"
    state.negated_ref = ""


def take_comma(state: State, mark: Mark) -> None:
    if not state.connector:
        state.connector = "comma"


def skip(state: State, mark: Mark) -> None:
    return None


# what a share is of stands before these, and the part behind them
_PARTING: Final = frozenset("that which who are is has have do does".split())


def take_stop(state: State, mark: Mark) -> None:
    if mark.has("alias"):
        _as_account(state, mark)
        return
    text = mark.text.lower()
    if text in _PARTING and state.part_from is None and state.headed and len(state.parts) > state.head_parts:
        state.part_from = len(state.parts)
    if len(text) > 3 and text not in STOP and (found := value_said(state, text)) is not None:
        # mere English elsewhere, yet a value of what is asked about: "spreadsheets"
        place(state, found)


def take_word(state: State, mark: Mark) -> None:
    if mark.has("alias") and _as_account(state, mark):
        return
    unknown_word(state, mark, place)

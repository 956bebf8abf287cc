"""Attributes, tags and configuration in a question, with what is said of them: a value, a bound, there or not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from agent.planner.questions import reader_shape as shape
from agent.planner.questions.entities import BELONGS, ENTITIES
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Item, Kinds, Opening, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.names import (
    OWNER_KEYS,
    TEAM_KEYS,
    accounts_like,
    plain_key,
    tag_ref,
    tag_value,
)
from agent.planner.questions.openings import WORDS as OPENING_WORDS
from agent.planner.questions.reader_state import State
from agent.planner.questions.times import When
from agent.planner.questions.tokens import Token, in_bytes
from agent.planner.vocabulary import looks_like_region
from agent.planner.words import NOUNS

Put = Callable[[State, Item], None]
TIMES: Final = ("first_seen", "last_seen", "modified", "resolved", "time")
GROUPABLE: Final = frozenset(
    "account region provider type category class severity status rule kind issue_category finding_category result domain "
    "service method source assignee os state namespace cve package package_version agent_version platform operation user "
    "identity_type user_agent resource resource_type ip capability connector file_type pattern resolution asset fixable "
    "installation version name cluster_version".split()
)
_SCALE: Final = ("INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL")
_LABELS: Final = {
    ("fixable", "true"): "with a fix", ("fixable", "false"): "without a fix", ("exploited", "true"): "known to be exploited",
    ("starred", "true"): "starred", ("excluded", "true"): "excluded", ("status", "open"): "open", ("status", "closed"): "closed",
    ("status", "progress"): "in progress", ("status", "new"): "new",
}  # fmt: skip
_NAMELIKE: Final = re.compile(r"(?=.*[a-z])(?:.*\d.*|.*[_/@:].*|[\w.]+-[\w.\-]+)\Z")


def nouns_of(kinds: Iterable[Kinds], estate: Estate) -> list[str]:
    """The nouns of the rule table for kinds."""
    from agent.planner.questions.setting_marks import types_of

    kinds = list(kinds)
    types = types_of(kinds, estate)
    categories = {c for k in kinds for c in k.categories} | {estate.types[t][1] for t in types}
    return [n for n, (cats, ids, _) in NOUNS.items() if set(cats) & categories or set(ids) & types]


def value_label(name: str, values: tuple[str, ...]) -> str:
    if (name, values[0]) in _LABELS:
        return _LABELS[name, values[0]]
    shown = " or ".join(v.lower() if v.isupper() and name != "provider" else v for v in dict.fromkeys(values))
    if name == "severity":
        return " or ".join(v.lower() for v in values if v != "INFORMATIONAL")
    return f"on {shown}" if name == "provider" else shown


def fitting(state: State, mark: Mark, name: str, values: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The meaning of a word that several attributes have, for what is asked about."""
    options = (
        [(name, values)]
        + mark.also.get("values", [])
        + ([mark.also["value"]] if "value" in mark.also else [])
    )
    entity = state.relation.entity if state.relation is not None else state.entity or _coming(state)
    for option, those in options:
        if option == "endpoint_status" and entity == "endpoint":
            return "status", those
        if option == "operation_status" and entity == "event":
            return "status", tuple(_seen(state, "event", "status", those))
        if option == "platform" and entity == "endpoint":
            return option, those
        if option == "health_status" and entity == "health":
            return "status", those
    if name in ("result", "operation_status", "health_status") and entity == "issue":
        return "status", ("open",) if values == ("FAIL",) else ("closed",)
    if name == "status" and entity in ("finding", "vulnerability"):
        return "result", ("FAIL",) if values in (("open",), ("new",)) else ("PASS",)
    if name == "platform" and entity in ("asset", ""):
        return "os", values
    return name, values


def _seen(state: State, entity: str, attribute: str, wanted: tuple[str, ...]) -> list[str]:
    """Values of the tenant that begin alike: SUCCESS, Success, Succeeded."""
    seen = state.estate.values(entity, attribute)
    found = [shown for low, shown in seen.items() if any(low[:4] == w.lower()[:4] for w in wanted)]
    return found or list(wanted)


def _coming(state: State) -> str:
    for mark in state.marks[state.at :]:
        if mark.kind == "entity":
            return str(mark.data)
        if mark.kind == "kind":
            return "asset"
    return ""


def severities(state: State, values: tuple[str, ...]) -> tuple[str, ...]:
    """ "high or above", "at least high", "worse than low" as lists of severities."""
    following = state.next()
    bound = ""
    if following and following[1].kind == "after":
        bound = str(following[1].data)
        state.at = following[0]
    before = state.before()
    if (
        not bound
        and before is not None
        and before.kind == "compare"
        and before.data in ("gt", "gte", "lt", "lte")
    ):
        bound = str(before.data)
    if not bound:
        return values
    at = _SCALE.index("INFO" if values[0] == "INFORMATIONAL" else values[0])
    kept = {"gte": _SCALE[at:], "gt": _SCALE[at + 1 :], "lte": _SCALE[: at + 1], "lt": _SCALE[:at]}[bound]
    state.compare = None
    return tuple(v for s in kept for v in ((s, "INFORMATIONAL") if s == "INFO" else (s,)))


# --- times ---


def timed(state: State, when: When, put: Put) -> None:
    """A time: of the attribute just named, of a setting that holds ages or dates, or the usual one."""
    entity = (
        state.relation.entity if state.relation is not None and state.relation.count >= 0 else state.entity
    )
    before = state.before(over=("stop", "of", "not", "with", "compare"))
    after = state.next(over=("stop",))
    name = ""
    for mark in (before, after[1] if after else None):
        if mark is not None and mark.get("attr") in TIMES:
            name = str(mark.get("attr"))
    if before is not None and before.kind == "setting":
        aged = _aged(state, before.data, when)
        if aged is not None:
            put(state, aged)
            return
    log = ENTITIES[entity].log if entity else False
    if log:
        name = "time"
    if not name:
        status = next(
            (m for m in (before, after[1] if after else None) if m is not None and m.kind == "value"), None
        )
        if status is not None and status.data[1] == ("closed",) and entity == "issue":
            name = (
                "resolved" if state.estate.has_column("issues", "xdm.issue.resolution_time") else "modified"
            )
    closed = [
        p
        for _, p in state.parts
        if isinstance(p, Atom) and p.ref.name == "status" and p.values == ("closed",)
    ]
    if not name and entity == "issue" and closed:
        name = "resolved" if state.estate.has_column("issues", "xdm.issue.resolution_time") else "modified"
    negated = state.take_not()
    if (
        negated
        and when.way == "older"
        and " ".join(t.text for t in state.tokens if when.start_at <= t.start < when.end_at).startswith("for")
    ):
        # "not seen for 7 days" is seen more than 7 days ago
        negated = False
    if entity and name and name not in ENTITIES[entity].places:
        name = ENTITIES[entity].time
    if negated and name == "last_seen" and when.way in ("within", "range") and when.start is not None:
        pass
    ref = Ref(name=name or "any_time")
    if entity and not name and not log:
        shown = ENTITIES[entity].time
    else:
        shown = name
    verb = {"last_seen": "last seen ", "modified": "changed ", "resolved": "resolved ", "time": ""}.get(
        shown, "first seen "
    )
    put(
        state,
        Atom(
            ref=ref, op=when.way, values=(when.days,) if when.way != "range" else (), start=when.start, end=when.end,
            label=f"{'not ' if negated else ''}{verb}{when.label}", negated=negated,
        ),
    )  # fmt: skip


def _aged(state: State, ref: Ref, when: When) -> Atom | None:
    ages = tuple(p for p in ref.places if p.kind == "number")
    negated = state.take_not()
    if ages and when.days:
        said = " ".join(t.text for t in state.tokens if when.start_at <= t.start < when.end_at)
        below = any(w in said for w in ("less", "fewer", "under", "below", "newer", "younger", "below"))
        op: Any = (
            ("gte" if "at least" in said or "or more" in said else "gt")
            if when.way == "older"
            else ("lt" if below else "lte")
        )
        return Atom(
            ref=Ref(name=ref.name, places=ages),
            op=op,
            values=(when.days,),
            label=f"{ref.name} {when.label.replace('more than', 'older than').replace(' ago', '')}",
            negated=negated,
        )
    dates = _dates(state, ref)
    if dates:
        return Atom(
            ref=Ref(name=ref.name, places=dates), op=when.way, values=(when.days,) if when.days else (), start=when.start,
            end=when.end, label=f"{ref.name} {when.label}", negated=negated,
        )  # fmt: skip
    return None


def _dates(state: State, ref: Ref) -> tuple[Any, ...]:
    from agent.planner.questions.weaknesses import where_of

    found = [p for p in ref.places if p.kind == "time"]
    for place in ref.places:
        if place.kind in ("array", "object"):
            inside = [
                s
                for s in state.estate.settings.by_type.get(place.type_id, ())
                if s.path[: len(place.path)] == place.path and s.kind == "time" and "creat" in s.leaf.lower()
            ]
            found += [where_of(s) for s in inside[:1]]
    return tuple(found)


# --- attributes ---


def attribute(state: State, mark: Mark, name: str) -> None:
    """An attribute of the lists: a time, or something with a value, a bound, or nothing said of it."""
    if name in TIMES:
        following = state.next(over=("stop", "of", "not"))
        if following and following[1].kind == "time":
            return
        if name == "first_seen" and mark.text.lower() in ("new", "were new", "added", "arrived"):
            state.status = state.status or "new"
        if state.compare is None and not _lists(state):
            if name == "last_seen" and mark.text.lower() == "seen":
                return
            if name == "first_seen" and mark.text.lower() not in (
                "first seen",
                "first observed",
                "creation date",
                "created date",
            ):
                return
    if name in ("user",) and state.entity not in ("event", "permission", "audit") and "kind" not in mark.also:
        if (
            "operation" not in [m.get("attr") for m in state.marks]
            and _coming(state) != "event"
            and mark.text.lower() == "who"
        ):
            return
    if name == "asset" and not state.headed and _coming(state) == "":
        state.entity = "asset"
        return
    reference(state, mark, Ref(name=name))


def reference(state: State, mark: Mark, ref: Ref) -> None:
    """Something that things have, and what the words after it (or before) say of it."""
    from agent.planner.questions.reader import place

    following = state.next()
    if following is not None and following[1].kind == "time" and ref.places:
        return
    ref = _meant(state, ref)
    if mark.also.get("negated"):
        state.negated = True
    if state.groups and ref.name in ("rule", "source") and state.headed and not _lists(state):
        state.compare = None
        return
    if shape.as_group(state, mark, ref):
        return
    found = _said(state, mark, ref)
    if found is not None:
        place(state, found)
        return
    said = state.next()
    if said is not None and said[1].kind == "value" and said[1].data[0] == ref.name:
        return
    if shape.as_head(state, mark, ref) or shape.as_column(state, mark, ref):
        return
    if ref.places and "weakness" in mark.also:
        from agent.planner.questions.reader import _weakness

        _weakness(state, Mark("weakness", mark.start, mark.end, mark.also["weakness"], mark.text))
        return
    negated = state.take_not()
    before = state.before()
    wanted = before is not None and before.kind in ("with", "not", "and", "or", "comma", "empty", "stop")
    if ref.places or ref.tags:
        op: Any = "true" if ref.places else "empty"
        label = f"{'without' if negated else 'with'} {ref.name}"
        place(state, Atom(ref=ref, op=op, negated=negated != (op == "empty"), label=label))
        return
    if negated or (before is not None and before.kind == "with"):
        if _there(state, ref, negated, place):
            return
    if wanted or mark.text.lower() in ("in", "score"):
        return


def _meant(state: State, ref: Ref) -> Ref:
    """The attribute that a word is for what is asked about: the score of a case, the classification of a record."""
    if state.entity == "case" and ref.name == "cvss":
        return Ref(name="score")
    if state.entity == "health" and (ref.name in ("classification", "status")):
        return Ref(name="status")
    if state.entity == "permission" and ref.name == "operation":
        return ref
    if state.entity == "file" and ref.name in ("class", "category", "type"):
        return Ref(name="file_type")
    return ref


def _there(state: State, ref: Ref, negated: bool, put: Put) -> bool:
    """ "without a namespace", "with a CVE"."""
    if ref.name == "fixable":
        put(
            state,
            Atom(ref=ref, op="true", negated=negated, label="without a fix" if negated else "with a fix"),
        )
        return True
    if ref.name in ("exploited",):
        put(
            state,
            Atom(
                ref=ref,
                op="true",
                negated=negated,
                label="known to be exploited" if not negated else "not known to be exploited",
            ),
        )
        return True
    if ref.name in (
        "rule",
        "severity",
        "name",
        "id",
        "type",
        "asset",
        "account",
        "region",
        "provider",
        "user",
    ):
        return False
    put(
        state,
        Atom(
            ref=ref,
            op="empty",
            negated=not negated,
            label=f"{'without' if negated else 'with'} {ref.name.replace('_', ' ')}",
        ),
    )
    return True


def _said(state: State, mark: Mark, ref: Ref) -> Atom | None:
    """The condition that the words around a reference make of it, if any; they are taken."""
    if state.compare is not None and ref.name in ("cvss", "size", "records", "impact", "exploitability"):
        op, number = state.compare
        state.compare = None
        return _bound(state, ref, op, number)
    at, negated, found = state.at + 1, state.negated, None
    while (found := _at(state, at)) is not None and (
        found.kind == "stop"
        or (
            found.kind == "of"
            and found.text.lower() == "of"
            and (after := _at(state, at + 1)) is not None
            and after.kind in ("number", "compare")
        )
    ):
        at += 1
    inner = False
    if found is not None and found.kind == "not" and found.text.lower() in ("nobody", "none", "no one"):
        state.at = at
        return Atom(ref=ref, op="empty", label=f"{ref.name} nobody")
    while found is not None and found.kind == "not":
        inner = True
        at += 1
        while (found := _at(state, at)) is not None and found.kind == "stop":
            at += 1
    if found is None:
        return None
    negated = negated != inner
    made: Atom | None = None
    if ref.name == "age":
        return None
    if found.kind == "compare" or (found.kind == "with" and found.text.lower() in ("containing",)):
        made, at = _compared(state, ref, str(found.data), at)
    elif found.kind == "number" and ref.name not in ("account",):
        made, at = _numbered(state, ref, at)
    elif found.kind in ("on", "off") and (ref.places or inner or (found.kind == "off" and ref.tags)):
        good = (found.kind == "on") != inner
        label = f"{ref.name} {'on' if good else 'off'}"
        made = (
            Atom(ref=ref, op="true", negated=not good, label=label)
            if ref.places
            else Atom(ref=ref, op="empty", label=label)
        )
        negated = state.negated if ref.places else False
    elif found.kind == "empty":
        made = Atom(ref=ref, op="empty", label=f"with {ref.name} empty")
    elif found.kind == "by" and found.text.lower() == "between":
        made, at = _between(state, ref, at)
    elif (
        ref.tags
        and found.kind in ("value", "kind", "entity", "number")
        and " ".join(t.text for t in state.words(found)) not in state.estate.words.tag_values
    ) or (found.kind == "value" and found.data[0] == ref.name):
        return None
    elif found.kind in (
        "quoted",
        "id",
        "word",
        "tenant",
        "value",
        "kind",
        "entity",
        "tagvalue",
        "number",
    ) or (ref.tags and found.has("tagvalue")):
        made, at = _valued(state, mark, ref, found, at)
    if made is None:
        return None
    state.at, state.negated = at, False
    if negated:
        made = made.model_copy(update={"negated": not made.negated, "label": f"not {made.label}"})
    state.negated_ref = made.ref.key if negated else ""
    return made


def _at(state: State, at: int) -> Mark | None:
    return state.marks[at] if at < len(state.marks) else None


def _compared(state: State, ref: Ref, op: str, at: int) -> tuple[Atom | None, int]:
    at += 1
    while (found := _at(state, at)) is not None and found.kind in ("stop", "compare"):
        at += 1
    if found is None:
        return None, at
    token = state.words(found)[0]
    if op in ("contains", "starts", "ends", "eq", "ne"):
        if found.kind == "value" and ref.name == found.data[0]:
            return None, at
        value: str | float = token.raw if found.kind != "number" else token.text
        if found.end - found.start > 1:
            value = " ".join(t.raw for t in state.words(found))
        kind: Any = {"ne": "eq"}.get(op, "eq" if "*" in str(value) else op)
        words = {
            "contains": "containing",
            "starts": "starting with",
            "ends": "ending in",
            "eq": "",
            "ne": "other than",
        }
        label = f"{ref.name.replace('_', ' ')} {words[op]} {value}".replace("  ", " ")
        return Atom(ref=ref, op=kind, values=(value,), negated=op == "ne", label=label), at
    if token.value is None and not re.match(r"\d", token.text):
        return None, at
    if "version" in ref.name or token.value is None:
        return _bound(state, ref, op, token.text), at
    return _bound(state, ref, op, in_bytes(token) or token.value), at


def _bound(state: State, ref: Ref, op: str, number: float | str | None) -> Atom:
    words = {"gt": "above", "gte": "at least", "lt": "below", "lte": "at most", "eq": "", "ne": "other than"}
    shown = f"{number:g}" if isinstance(number, float) else number
    kind: Any = {"ne": "eq"}.get(op, op)
    label = f"{ref.name.replace('_', ' ')} {words.get(op, op)} {shown}".replace("  ", " ")
    if "version" in ref.name and isinstance(number, float):
        number = f"{number:g}"
    return Atom(ref=ref, op=kind, values=(number or 0.0,), negated=op == "ne", label=label)


def _numbered(state: State, ref: Ref, at: int) -> tuple[Atom | None, int]:
    token = state.words(state.marks[at])[0]
    op, end = state.bound or "eq", at
    state.bound = ""
    following = _at(state, at + 1)
    while following is not None and following.kind == "stop" and end - at < 1:
        following = _at(state, at + 2)
        break
    if following is not None and following.kind == "after":
        op, end = str(following.data), state.marks.index(following)
    if ref.name in ("severity", "name", "rule") or (ref.name == "account"):
        return None, at
    return _bound(
        state, ref, op, token.text if "version" in ref.name else in_bytes(token) or token.value
    ), end


def _between(state: State, ref: Ref, at: int) -> tuple[Atom | None, int]:
    numbers = [(n, m) for n, m in enumerate(state.marks[at : at + 5], at) if m.kind == "number"]
    if len(numbers) < 2:
        return None, at
    low, high = (state.words(m)[0].value or 0.0 for _, m in numbers[:2])
    return Atom(ref=ref, op="gte", values=(low, high), label=f"{ref.name} from {low:g} to {high:g}"), numbers[
        1
    ][0]


def _valued(state: State, mark: Mark, ref: Ref, found: Mark, at: int) -> tuple[Atom | None, int]:
    """A value right after its attribute: "owner m.okafor", "account payments", "engine mysql"."""
    token = state.words(found)[0]
    text = " ".join(t.text for t in state.words(found))
    if found.kind == "tenant":
        data = found.data
        if isinstance(data, Atom) and data.ref.key == ref.key:
            return data, at
        if ref.tags and isinstance(data, Atom):
            return _tagged_as(state, ref, text), at
        if ref.name == "name" and isinstance(data, Atom):
            return Atom(ref=ref, op="eq", values=(text,), label=f"named {text}"), at
        if ref.places and isinstance(data, Atom) and data.ref.places:
            return _setting_value(ref, data.values[0]), at
        if ref.places and isinstance(data, list):
            return _setting_value(ref, text), at
        if ref.name == "account" and (uids := accounts_like(text, state.estate)):
            names = " or ".join(state.estate.account_names.get(u, u) for u in uids)
            return Atom(ref=ref, op="in", values=tuple(uids), label=f"in account {names}"), at
        if ref.name in ("assignee", "user", "namespace", "os", "package", "operation", "resource", "cluster"):
            return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}"), at
        return None, at
    if ref.places:
        values = {
            v.lower()
            for p in ref.places
            for s in state.estate.settings.by_type.get(p.type_id, ())
            if s.path == p.path
            for v in s.values
        }
        if (
            found.kind in ("quoted", "id")
            or text in values
            or any(v.startswith(text) for v in values)
            or _NAMELIKE.match(text)
        ):
            return _setting_value(ref, text), at
        return None, at
    if ref.tags:
        return (
            (_tagged_as(state, ref, text), at)
            if (found.kind != "kind" and found.kind != "entity") or text in state.estate.words.tag_values
            else (None, at)
        )
    return _attribute_value(state, ref, found, token, text, at)


def _setting_value(ref: Ref, value: str | float) -> Atom:
    return Atom(ref=ref, op="starts", values=(str(value),), label=f"{ref.name} {value}")


def _tagged_as(state: State, ref: Ref, text: str) -> Atom | None:
    from agent.planner.questions.names import environment

    for name in ("production", "development", "staging", "test"):
        found = environment(name, state.estate)
        if found is not None and found.ref.key == ref.key and text in (*map(str, found.values), name):
            return found
    keys = state.estate.words.tag_values.get(text, ())
    if set(keys) & set(ref.tags):
        return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}")
    state.unknown.append((ref.name, text))
    return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}")


def _attribute_value(
    state: State, ref: Ref, found: Mark, token: Token, text: str, at: int
) -> tuple[Atom | None, int]:
    entity = state.entity or BELONGS.get(ref.name, "asset")
    seen = state.estate.values(entity, ref.name) or state.estate.values(
        BELONGS.get(ref.name, "asset"), ref.name
    )
    if ref.name == "name" and text in state.estate.values("event", "operation"):
        return Atom(ref=Ref(name="operation"), op="eq", values=(text,), label=f"operation {token.raw}"), at
    if ref.name == "region":
        if found.kind in ("word", "quoted"):
            state.unknown.append(("region", text))
            return Atom(ref=ref, op="in", values=(text,), label=f"in {text}"), at
        return None, at
    if ref.name == "account":
        if found.kind not in ("word", "quoted", "number", "id"):
            return None, at
        uids = accounts_like(text, state.estate)
        if not uids:
            state.unknown.append(("account", text))
        names = [state.estate.account_names.get(uid, uid) for uid in uids]
        return Atom(
            ref=ref, op="in", values=tuple(uids) or (text,), label=f"in account {' or '.join(names) or text}"
        ), at
    if text in seen:
        return Atom(
            ref=ref, op="in", values=(seen[text],), label=f"{ref.name.replace('_', ' ')} {seen[text]}"
        ), at
    if ref.name in (
        "name",
        "id",
        "cve",
        "ip",
        "strong_id",
        "user",
        "operation",
        "os",
        "namespace",
        "package",
        "version",
        "rule",
        "agent_version",
    ) and found.kind in ("word", "quoted", "id", "number"):
        op: Any = (
            "starts"
            if ref.name in ("os", "version", "agent_version")
            else "contains"
            if "*" in text
            else "eq"
        )
        value = token.raw if found.end - found.start == 1 else text
        if ref.name == "rule" and value not in {r.id for r in state.estate.words.rules}:
            state.unknown.append(("rule", value))
        return Atom(ref=ref, op=op, values=(value,), label=f"{ref.name.replace('_', ' ')} {value}"), at
    if ref.name in ("severity", "status", "provider", "category", "class", "result") and found.kind in (
        "word",
        "quoted",
    ):
        state.unknown.append((ref.name, text))
        return Atom(ref=ref, op="in", values=(text,), label=f"{ref.name} {text}"), at
    return None, at


# --- words around references ---


def _lists(state: State) -> bool:
    before = state.before()
    return before is not None and before.kind in ("by", "order")


def with_word(state: State, mark: Mark) -> None:
    """ "with more than 3 ..." begins anew; the related entity before it is done."""
    following = state.next()
    if state.relation is not None and following is not None and following[1].kind not in ("stop",):
        state.waiting = []


def empty_word(state: State, mark: Mark) -> None:
    """ "missing owner" says that it is not there."""
    state.negated = True


def tagged(state: State, mark: Mark) -> None:
    """ "tagged prod", "tagged with owner", "without tags"."""
    following = state.next(over=("stop", "of", "with"))
    text = mark.text.lower()
    if following is None or following[1].kind not in (
        "word",
        "quoted",
        "value",
        "kind",
        "entity",
        "tenant",
        "tag",
        "attr",
        "tagvalue",
        "stop",
        "not",
        "number",
        "weakness",
        "bin",
        "agg",
        "on",
    ):
        if state.negated or (
            text in ("tagged", "tag", "label")
            and (before := state.before()) is not None
            and before.kind in ("not", "with")
        ):
            every = tuple(sorted({k for keys in state.estate.words.tag_keys.values() for k in keys}))
            if every:
                from agent.planner.questions.reader import place

                negated = state.take_not()
                place(
                    state,
                    Atom(
                        ref=Ref(name="tags", tags=every[:150]),
                        op="empty",
                        negated=not negated,
                        label="without tags" if negated else "with tags",
                    ),
                )
        return None
    at, found = following
    word = " ".join(t.text for t in state.words(found))
    if (
        found.kind == "word"
        and word not in state.estate.words.tag_values
        and word not in state.estate.words.tag_keys
    ):
        beyond = state.next(at + 1 - state.at)
        if beyond is not None and beyond[1].kind in ("tenant", "tag"):
            state.at = at
            return None
    if found.kind in ("tenant", "tag", "not"):
        return None
    from agent.planner.questions.reader import place

    keys = state.estate.words.tag_values.get(word)
    if keys:
        state.at = at
        negated = state.take_not()
        place(state, tag_value(word, state.estate).model_copy(update={"negated": negated}))
        return None
    if found.kind in ("word", "quoted"):
        near_key = state.estate.words.tag_keys.get(word)
        state.at = at
        if near_key:
            return reference(state, found, Ref(name=word, tags=near_key))
        state.unknown.append(("tag", word))


def owned(state: State, mark: Mark) -> None:
    """ "owned by payments", "team ml": a tag of team or owner with this value."""
    if state.tokens[0].text == "who" and mark.text.lower().startswith(
        ("own", "run", "manag", "maintain", "operat")
    ):
        state.columns += [
            ref
            for keys, name in ((OWNER_KEYS, "owner"), (TEAM_KEYS, "team"))
            if (ref := tag_ref(state.estate, keys, name)) is not None
        ]
        return
    at = state.at + 1
    while (found := _at(state, at)) is not None and (
        found.kind in ("stop", "owned", "of") or found.text.lower() in ("team", "squad")
    ):
        at += 1
    if found is None:
        return
    text = " ".join(t.text for t in state.words(found))
    from agent.planner.questions.reader import place

    keys = state.estate.words.tag_values.get(text, ())
    people = {plain_key(k) for k in keys} & (OWNER_KEYS | TEAM_KEYS)
    if found.kind in (
        "tenant",
        "word",
        "quoted",
        "value",
        "entity",
        "kind",
        "attr",
        "tagvalue",
        "number",
    ) and (people or (keys and found.kind != "tenant")):
        chosen = tuple(k for k in keys if plain_key(k) in OWNER_KEYS | TEAM_KEYS) or keys
        name = "owner" if all(plain_key(k) in OWNER_KEYS for k in chosen) else "team"
        state.at = at
        negated = state.take_not()
        place(
            state,
            Atom(
                ref=Ref(name=name, tags=chosen),
                op="in",
                values=(text,),
                label=f"{'not ' if negated else ''}owned by {text}",
                negated=negated,
            ),
        )
        if (after := _at(state, at + 1)) is not None and after.text.lower() in ("team", "squad"):
            state.at = at + 1
        return
    if found.kind in ("word", "quoted") and not (
        state.marks[at + 1 :] and state.marks[at + 1].get("attr") == "account"
    ):
        uids = accounts_like(text, state.estate)
        if uids and not mark.text.lower().startswith(("own", "team", "manag")):
            return
        state.at = at
        state.unknown.append(("team or owner", text))
        return
    if tag_ref(state.estate, TEAM_KEYS, "team") is not None and mark.text.lower() == "team":
        ref = tag_ref(state.estate, TEAM_KEYS, "team")
        assert ref is not None
        reference(state, mark, ref)


def vague(state: State, mark: Mark) -> None:
    """A word without a measure."""
    text = mark.text.lower()
    if state.estate.words.tag_values.get(text):
        from agent.planner.questions.reader import place

        return place(state, tag_value(text, state.estate))
    state.vague.append((text, mark.data))


def quoted(state: State, mark: Mark) -> None:
    """Quoted text: a name, or a part of one."""
    from agent.planner.questions.reader import place

    text = state.words(mark)[0].raw
    following = state.next(over=("stop", "of"))
    negated = state.take_not()
    named = following is not None and following[1].get("attr") in ("name", "description")
    if named and following is not None:
        ref = str(following[1].get("attr"))
        state.at = following[0]
        place(
            state,
            Atom(
                ref=Ref(name=ref),
                op="contains",
                values=(text,),
                label=f"{ref} containing {text}",
                negated=negated,
            ),
        )
        return
    unknown_word(state, mark, place, negated=negated)


def opened(
    state: State, *, port: int | None = None, ranges: tuple[str, ...] = (), negated: bool = False
) -> bool:
    """Note what a rule of a security group lets in."""
    known = state.opening or Opening()
    state.opening = Opening(
        port=port if port is not None else known.port, ranges=(*known.ranges, *ranges),
        outbound=any(t.text in ("outbound", "egress", "outgoing") for t in state.tokens),
        negated=(known.negated or negated) != state.take_not(),
    )  # fmt: skip
    state.compare = None
    return True


def literal_id(state: State, mark: Mark) -> None:
    from agent.planner.questions.reader import place

    token = state.words(mark)[0]
    if state.groups and re.match(r"\d+\.\d+", token.text):
        opened(state, ranges=(token.text,))
        return None
    negated = state.take_not()
    if token.text.startswith("cve-"):
        shown = token.text.upper()
        at = Ref(name="cve")
        return place(state, Atom(ref=at, op="in", values=(shown,), label=f"of {shown}", negated=negated))
    if token.text.startswith("arn:"):
        return place(
            state,
            Atom(
                ref=Ref(name="strong_id"),
                op="eq",
                values=(token.raw,),
                label=token.raw,
                negated=negated,
                of="asset",
            ),
        )
    if re.match(r"\d+\.\d+", token.text):
        op: Any = "cidr" if "/" in token.text else "eq"
        return place(
            state,
            Atom(
                ref=Ref(name="ip"),
                op=op,
                values=(token.text,),
                label=f"with address {token.text}",
                negated=negated,
            ),
        )
    state.unknown.append(("id", token.raw))


def unknown_word(state: State, mark: Mark, put: Put, *, negated: bool = False) -> None:
    """A word of no list: a value of a column, part of an account's name, else left."""
    token = state.words(mark)[0]
    text = token.text
    if state.groups and text in OPENING_WORDS:
        return
    after = state.next()
    if text == "running" and after is not None and after[1].kind in ("tenant", "word", "kind", "value"):
        return
    if text in ("untagged", "tagless", "unlabelled", "unlabeled", "tagged"):
        every = tuple(sorted({k for keys in state.estate.words.tag_keys.values() for k in keys}))[:150]
        put(
            state,
            Atom(
                ref=Ref(name="tags", tags=every), op="empty", negated=state.take_not(), label="without tags"
            ),
        )
        return
    following = state.next(over=())
    if (
        following is not None
        and following[1].get("attr") == "account"
        and (uids := accounts_like(text, state.estate))
    ):
        state.at = following[0]
        names = " or ".join(state.estate.account_names.get(u, u) for u in uids)
        put(
            state,
            Atom(
                ref=Ref(name="account"),
                op="in",
                values=tuple(uids),
                label=f"in account {names}",
                negated=negated or state.take_not(),
            ),
        )
        return
    for entity in dict.fromkeys(
        filter(
            None,
            (
                state.relation.entity if state.relation else "",
                state.entity,
                "asset" if state.entity in ("", "issue", "finding", "vulnerability") else "",
            ),
        )
    ):
        for name in ENTITIES[entity].places:
            if name in ("name", "id", "description", "strong_id", "external_id", "asset_name", "asset_id"):
                continue
            seen = state.estate.values(entity, name)
            hit = seen.get(text) or (seen.get(text.replace("_", " ")))
            starts = name in ("os",) and any(v.startswith(text) or f" {text}" in v for v in seen)
            if hit or starts:
                negated = negated or state.take_not()
                put(
                    state,
                    Atom(
                        ref=Ref(name=name),
                        op="contains" if starts and not hit else "in",
                        values=(hit or token.raw,),
                        label=f"{name.replace('_', ' ')} {hit or token.raw}",
                        negated=negated,
                    ),
                )
                return
    if state.entity in ("event", "audit", "permission") and (who := _who(state, text)) is not None:
        put(state, who)
        return
    if state.entity == "file" and (words := _pattern(state)) is not None:
        put(state, words)
        return
    kind = _asked_kind(state, following)
    if kind or _NAMELIKE.match(text) or mark.kind == "quoted" or looks_like_region(text):
        state.unknown.append((kind or ("region" if looks_like_region(text) else "name"), token.raw))
        if kind and following is not None and following[1].get("attr") == kind:
            state.at = following[0]
        return
    state.lose(mark)


def _who(state: State, text: str) -> Atom | None:
    """Who did it, by a part of the name; what was done, by the words of the operation."""
    users = [shown for low, shown in state.estate.values(state.entity, "user").items() if text in low]
    if users:
        return Atom(ref=Ref(name="user"), op="contains", values=(text,), label=f"by {text}")
    done = text.removesuffix("s").removesuffix("d").removesuffix("e")
    operations = [
        shown for low, shown in state.estate.values(state.entity, "operation").items() if done in low
    ]
    if operations and len(done) > 3:
        return Atom(
            ref=Ref(name="operation"), op="contains", values=(done,), label=f"operation containing {done}"
        )
    return None


def _pattern(state: State) -> Atom | None:
    """The words of a data pattern: "credit card numbers"."""
    at = state.at
    words: list[str] = []
    while (
        (mark := _at(state, at)) is not None
        and mark.kind in ("word", "agg", "attr", "stop", "kind")
        and len(words) < 4
    ):
        words += [t.norm for t in state.words(mark)]
        at += 1
    while words:
        text = " ".join(words)
        if (
            any(text in seen.replace("_", " ") for seen in state.estate.values("file", "pattern"))
            or len(words) > 1
        ):
            state.at += len(words) - 1
            return Atom(ref=Ref(name="pattern"), op="contains", values=(text,), label=f"with {text}")
        words.pop()
    return None


def _asked_kind(state: State, following: tuple[int, Mark] | None) -> str:
    """What an unknown word should be the name of, by the words beside it."""
    if following is not None and following[1].get("attr") in ("account", "region"):
        return str(following[1].get("attr"))
    if following is not None and isinstance(following[1].get("tag"), Ref):
        return str(following[1].get("tag").name)
    if following is not None and following[1].text.lower() == "team":
        return "team"
    before = state.before()
    if (
        before is not None
        and before.kind in ("of",)
        and before.text.lower()
        in ("in", "for", "at", "from", "inside", "within", "belonging to", "belong to", "on")
    ):
        return "name"
    return ""

"""Words of no list: values of columns, parts of names, addresses; else what is not there."""

from __future__ import annotations

import re
from typing import Any, Final

from agent.planner.questions.english import ordinary
from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.form import Atom, Opening, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.names import OWNER_KEYS, accounts_like, tag_ref, tag_value
from agent.planner.questions.openings import WORDS as OPENING_WORDS
from agent.planner.questions.reader_place import fresh, place
from agent.planner.questions.reader_said import mark_at
from agent.planner.questions.reader_state import Put, State
from agent.planner.questions.reader_values import coming_entity
from agent.planner.questions.said_values import NAMELIKE
from agent.planner.questions.tokens import singular
from agent.planner.vocabulary import looks_like_region

_NOT_VALUES: Final = frozenset(
    {"name", "id", "description", "strong_id", "external_id", "asset_name", "asset_id"}
)

# what is about CVEs that findings and issues name; a catalogue has others
_OF_FINDINGS: Final = frozenset({"", "asset", "finding", "issue", "vulnerability", "case"})


def opened(
    state: State, *, port: int | None = None, ranges: tuple[str, ...] = (), negated: bool = False
) -> bool:
    """Note what a rule of a security group lets in."""

    known = state.opening or Opening()
    state.opening = Opening(
        ports=tuple(dict.fromkeys((*known.ports, port) if port is not None else known.ports)),
        ranges=tuple(dict.fromkeys((*known.ranges, *ranges))),
        outbound=any(t.text in ("outbound", "egress", "outgoing") for t in state.tokens),
        negated=(known.negated or negated) != state.take_not(),
    )  # fmt: skip
    state.compare = None
    return True


def literal_id(state: State, mark: Mark) -> None:
    token = state.words(mark)[0]
    if state.groups and re.match(r"\d+\.\d+", token.text):
        opened(state, ranges=(token.text,))
        return None
    negated = state.take_not()
    if token.text.startswith("cve-"):
        shown = token.text.upper()
        if (
            state.estate.has_cve(shown) is False
            and (state.subject or state.entity or coming_entity(state)) in _OF_FINDINGS
        ):
            state.unknown.append(("vulnerability", shown))
        at = Ref(name="cve")
        atom = Atom(ref=at, op="in", values=(shown,), label=f"of {shown}", negated=negated)
        if (
            state.connector == "and"
            and state.entity == "asset"
            and any(t.text == "both" for t in state.tokens)
        ):
            # both of them on one asset: each by a row of its own
            return fresh(state, atom, "vulnerability")
        return place(state, atom)
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
    return None


def _owner(state: State) -> Ref | None:
    own = tag_ref(state.estate, frozenset({"owner"}), "owner")
    return own or tag_ref(state.estate, OWNER_KEYS, "owner")


def unknown_word(state: State, mark: Mark, put: Put, *, negated: bool = False) -> None:
    """A word of no list: a value of a column, part of an account's name, else left."""

    token = state.words(mark)[0]
    text = token.text
    if state.groups and text in OPENING_WORDS:
        return None
    if token.norm == "size" and (state.entity or coming_entity(state)) == "file":
        from agent.planner.questions.reader_refs import attribute

        return attribute(state, mark, "size")
    after = state.next()
    if text == "running" and after is not None and after[1].kind in ("tenant", "word", "kind", "value"):
        return None
    if text in ("untagged", "tagless", "unlabelled", "unlabeled", "tagged"):
        every = tuple(sorted({k for keys in state.estate.words.tag_keys.values() for k in keys}))[:150]
        put(
            state,
            Atom(
                ref=Ref(name="tags", tags=every), op="empty", negated=state.take_not(), label="without tags"
            ),
        )
        return None
    if text in ("ownerless", "unowned") and (owner := _owner(state)) is not None:
        put(state, Atom(ref=owner, op="empty", negated=state.take_not(), label="without owner"))
        return None
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
        return None
    if (source := _of_coming(state, text)) is not None:
        put(state, source.model_copy(update={"negated": negated or state.take_not()}))
        return None
    if (told := value_said(state, text, raw=token.raw, negated=negated)) is not None:
        put(state, told)
        return None
    if (package := _package(state, text)) is not None:
        put(state, package.model_copy(update={"negated": negated or state.take_not()}))
        return None
    if state.entity in ("event", "audit", "permission") and (who := _who(state, text)) is not None:
        put(state, who)
        return None
    if (
        state.entity in ("file", "asset")
        and (words := _pattern(state, known=state.entity == "asset")) is not None
    ):
        put(state, words)
        return None
    kind = _asked_kind(state, following)
    if kind == "name" and mark.kind != "quoted" and ordinary(text):
        # English after "for" or "in" is no sign of a name; `leftover` judges where it stands
        kind = ""
    if (
        kind
        or (NAMELIKE.match(text) and not ordinary(text))
        or mark.kind == "quoted"
        or looks_like_region(text)
    ):
        state.unknown.append((kind or ("region" if looks_like_region(text) else "name"), token.raw))
        if kind and following is not None and following[1].get("attr") == kind:
            state.at = following[0]
        return None
    state.lose(mark)
    return None


def value_said(state: State, text: str, *, raw: str = "", negated: bool = False) -> Atom | None:
    """The condition that a word makes as a value of a column. `raw` admits parts of systems' names."""
    entities = (
        state.relation.entity if state.relation else "",
        state.entity,
        "asset" if raw and state.entity in ("", "issue", "finding", "vulnerability") else "",
    )
    for entity in dict.fromkeys(filter(None, entities)):
        for name in ENTITIES[entity].places:
            if name in _NOT_VALUES:
                continue
            seen = state.estate.values(entity, name)
            hit = (
                seen.get(text)
                or seen.get(text.replace("_", " "))
                or seen.get(singular(text))
                or seen.get(f"{text}s")
            )
            starts = bool(raw) and name == "os" and any(v.startswith(text) or f" {text}" in v for v in seen)
            if hit or starts:
                return Atom(
                    ref=Ref(name=name),
                    op="contains" if starts and not hit else "in",
                    values=(hit or raw,),
                    label=f"{name.replace('_', ' ')} {hit or raw}",
                    negated=negated or state.take_not(),
                )
    return None


def _of_coming(state: State, text: str) -> Atom | None:
    """ "A CIEM finding": who found it, said before the noun."""
    coming = state.next()
    if coming is None or coming[1].kind != "entity" or coming[1].data not in ("finding", "issue"):
        return None
    entity = str(coming[1].data)
    for name in ("source", "method"):
        seen = state.estate.values(entity, name) if name in ENTITIES[entity].places else {}
        hit = seen.get(text) or next((shown for low, shown in seen.items() if low.split()[0] == text), None)
        if hit is not None:
            label = f"{name} {hit}"
            return Atom(ref=Ref(name=name), op="in", values=(hit,), label=label, of=entity)
    return None


def _package(state: State, text: str) -> Atom | None:
    """Software in which vulnerabilities were found, where they, their findings or what has them is asked for."""
    if (state.subject or state.entity) not in ("", "asset", "finding", "issue", "vulnerability"):
        return None
    shown = state.estate.values("vulnerability", "package").get(text)
    if shown is None or len(text) < 3:
        return None
    return Atom(
        ref=Ref(name="package"), op="in", values=(shown,), label=f"in package {shown}", of="vulnerability"
    )


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


def _pattern(state: State, *, known: bool = False) -> Atom | None:
    """The words of a data pattern: "credit card numbers"; `known`: only one that some file has."""
    at = state.at
    words: list[str] = []
    while (
        (mark := mark_at(state, at)) is not None
        and mark.kind in ("word", "agg", "attr", "stop", "kind")
        and len(words) < 4
    ):
        words += [t.norm for t in state.words(mark)]
        at += 1
    while words:
        text = " ".join(words)
        if any(text in seen.replace("_", " ") for seen in state.estate.values("file", "pattern")) or (
            len(words) > 1 and not known
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


def vague(state: State, mark: Mark) -> None:
    """A word without a measure."""
    text = mark.text.lower()
    if state.estate.words.tag_values.get(text):
        return place(state, tag_value(text, state.estate))
    after = state.next()
    if after is not None and after[1].kind == "word" and _package(state, after[1].text.lower()) is not None:
        # "vulnerable openssl": in which vulnerabilities are
        return None
    state.vague.append((text, mark.data))
    return None

"""The tenant's own names in a question: accounts, regions, tags, resources, types, values of columns."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Kinds, Ref
from agent.planner.questions.lexicon import ATTRIBUTES
from agent.planner.questions.phrases import STOP, lexicon_parts, words_of
from agent.planner.questions.tokens import Token
from agent.planner.words import DATA_CLASSES, ENVIRONMENTS

ENVIRONMENT_KEYS: Final = frozenset(
    {"environment", "env", "stage", "environmenttype", "envtype", "landscape"}
)
CLASS_KEYS: Final = frozenset(
    {"dataclass", "dataclassification", "classification", "datasensitivity", "sensitivity"}
)
OWNER_KEYS: Final = frozenset(
    {"owner", "owners", "contact", "ownedby", "ownercontact", "businessowner", "owneremail", "technicalowner"}
)
TEAM_KEYS: Final = frozenset({"team", "squad", "department", "teamname", "businessunit", "bu"})
APP_KEYS: Final = frozenset(
    {
        "application",
        "app",
        "applicationname",
        "appname",
        "workload",
        "project",
        "service",
        "product",
        "system",
    }
)
TIER_KEYS: Final = frozenset({"criticality", "tier", "businesscriticality", "importance"})
COST_KEYS: Final = frozenset({"costcenter", "costcentre", "cost"})
# words for a tag in questions -> keys under which it may stand
TAG_WORDS: Final[dict[str, frozenset[str]]] = {
    "environment": ENVIRONMENT_KEYS, "env": ENVIRONMENT_KEYS, "stage": ENVIRONMENT_KEYS,
    "owner": frozenset({"owner"}), "contact": frozenset({"contact"}), "team": TEAM_KEYS, "squad": TEAM_KEYS,
    "department": TEAM_KEYS, "application": APP_KEYS, "app": APP_KEYS, "tier": TIER_KEYS, "criticality": TIER_KEYS,
    "criticality tier": TIER_KEYS, "business criticality": TIER_KEYS, "data class": CLASS_KEYS,
    "data classification": CLASS_KEYS, "classification": CLASS_KEYS, "cost center": COST_KEYS, "cost centre": COST_KEYS,
    "business unit": TEAM_KEYS, "sensitivity": CLASS_KEYS, "business owner": frozenset({"owner", "businessowner"}),
    "data sensitivity": CLASS_KEYS,
}  # fmt: skip
_ANY_CLASS: Final = (
    "sensitive data",
    "regulated data",
    "classified data",
    "confidential data",
    "sensitive information",
)
_MOST: Final = 5
_ATTRIBUTES: Final = frozenset(" ".join(words_of(s)) for text in ATTRIBUTES.values() for s in text.split("|"))
_ACCOUNTS: Final = frozenset({"aws account", "azure subscription", "google cloud project", "gcp project"})
_ACCOUNT_WORDS: Final = frozenset({"account", "subscription", "project"})
_PLAIN: Final = frozenset(
    {"root", "default", "name", "global", "none", "unknown", "true", "false", "data", "main"}
)

Named = tuple[int, str, Any]


def plain_key(key: str) -> str:
    return re.sub(r"[^a-z0-9]", "", key.lower())


def tag_ref(estate: Estate, keys: frozenset[str], name: str) -> Ref | None:
    """The tag under the keys of the estate that mean the same."""
    found = sorted(
        {k for low, keys_ in estate.words.tag_keys.items() if plain_key(low) in keys for k in keys_}
    )
    return Ref(name=name, tags=tuple(found)) if found else None


def named(tokens: list[Token], at: int, estate: Estate) -> Iterator[Named]:
    """Names that begin at a piece: where they end, `tenant` or `tag` or `kind`, and what they stand for."""
    for end in range(min(len(tokens), at + _MOST), at, -1):
        part = tokens[at:end]
        if any(token.kind in ("mark",) for token in part):
            continue
        text = " ".join(token.text for token in part)
        yield from ((end, kind, data) for kind, data in _whole(text, part, estate))
        if 1 < len(part) < 4 and end < len(tokens) and tokens[end].norm in _ACCOUNT_WORDS:
            # "the payments prod account"
            joined = "-".join(token.text for token in part)
            if (whole := estate.aliases.get(joined, joined)) in estate.words.accounts:
                yield end + 1, "tenant", account(whole, estate)


def _whole(text: str, part: list[Token], estate: Estate) -> Iterator[tuple[str, Any]]:
    words = estate.words
    norm = " ".join(token.norm for token in part)
    spelled = norm.replace("-", " ")
    if spelled in TAG_WORDS:
        ref = tag_ref(estate, TAG_WORDS[spelled], spelled)
        if ref is not None:
            yield "tag", ref
    if text in words.tag_keys and norm not in lexicon_parts() and spelled not in TAG_WORDS:
        yield "tag", Ref(name=text, tags=words.tag_keys[text])
    for name, synonyms in ENVIRONMENTS.items():
        if text in synonyms or norm in synonyms:
            found = environment(name, estate)
            if found is not None:
                yield "tenant", found
    for name, synonyms in DATA_CLASSES.items():
        if text in synonyms or text == f"{name.lower()} data":
            found = _data_class(name, synonyms, estate)
            if found is not None:
                yield "tenant", found
    if text in _ANY_CLASS and (ref := tag_ref(estate, CLASS_KEYS, "data class")) is not None:
        yield "tenant", Atom(ref=ref, op="empty", negated=True, label="tagged with a data class")
    if (
        norm not in _ATTRIBUTES
        and norm not in _ACCOUNTS
        and norm not in TAG_WORDS
        and (ids := estate.type_names.get(text) or _type(norm, estate)) is not None
    ):
        yield "kind", Kinds(types=ids, label=text)
    if len(part) == 1:
        yield from _single(part[0], estate)
    elif (told := _column_value(text, estate)) is not None:
        yield "tenant", told
    elif text in words.accounts:
        yield "tenant", account(text, estate)
    elif text in words.names:
        yield "tenant", name_atom(text, estate)
    elif text in words.tag_values and norm not in lexicon_parts():
        yield "tenant", tag_value(text, estate)


_TOLD: Final = (
    ("asset", "os"), ("issue", "method"), ("endpoint", "os"), ("health", "capability"), ("health", "connector"), ("event", "resource_type"),
)  # fmt: skip


def _column_value(text: str, estate: Estate) -> Atom | None:
    """A value of several words: Windows Server 2016, CSPM Scanner."""
    if not re.match(r"[a-z]", text) or len(text) < 5:
        return None
    for entity, name in _TOLD:
        seen = estate.values(entity, name)
        if text in seen and name != "resource_type":
            return Atom(
                ref=Ref(name=name),
                op="eq",
                values=(seen[text],),
                label=f"{name} {seen[text]}",
                of="" if entity == "asset" else entity,
            )
        if name == "os" and any(value.startswith(text) for value in seen):
            return Atom(ref=Ref(name=name), op="contains", values=(text,), label=f"{name} {text}")
    return None


def _type(norm: str, estate: Estate) -> tuple[str, ...] | None:
    return _types_by_norm(estate).get(norm)


def _types_by_norm(estate: Estate) -> dict[str, tuple[str, ...]]:
    kept: dict[str, tuple[str, ...]] | None = estate.__dict__.get("_types_by_norm")
    if kept is None:
        kept = {" ".join(words_of(name)): ids for name, ids in estate.type_names.items() if name}
        estate.__dict__["_types_by_norm"] = kept
    return kept


def _single(token: Token, estate: Estate) -> Iterator[tuple[str, Any]]:
    words, text = estate.words, token.text
    pair = re.match(r"([\w\-.]+)[:=](.+)\Z", text)
    if token.kind == "word" and pair and (keys := words.tag_keys.get(pair[1])):
        yield (
            "tenant",
            Atom(
                ref=Ref(name=pair[1], tags=keys),
                op="eq",
                values=(pair[2],),
                label=f"tagged {keys[0]} = {pair[2]}",
            ),
        )
        return
    common = token.norm in lexicon_parts() or text in STOP
    if text in estate.aliases and text not in words.accounts:
        yield "alias", account(estate.aliases[text], estate)
    if text in words.accounts and not common:
        yield "tenant", account(text, estate)
    if text in words.regions and text != "global":
        yield "tenant", Atom(ref=Ref(name="region"), op="in", values=(text,), label=f"in {text}")
    if common or text in _PLAIN or (token.kind == "number" and len(text) < 8):
        if text in words.tag_values and text not in STOP:
            yield "tagvalue", tag_value(text, estate)
        return
    if text in words.tag_values:
        yield "tenant", tag_value(text, estate)
    if text in words.names:
        yield "tenant", name_atom(text, estate)
    if text in words.finding_ids and len(text) >= 5:
        yield (
            "tenant",
            Atom(
                ref=Ref(name="id"),
                op="in",
                values=(words.finding_ids[text],),
                label=f"with id {text}",
                of="issue",
            ),
        )


def account(text: str, estate: Estate) -> Atom:
    uid = estate.words.accounts[text]
    name = estate.account_names.get(uid, uid)
    return Atom(ref=Ref(name="account"), op="in", values=(uid,), label=f"in account {name}")


def tag_value(text: str, estate: Estate) -> Atom:
    keys = estate.words.tag_values[text]
    return Atom(
        ref=Ref(name=keys[0].lower(), tags=keys), op="in", values=(text,), label=f"tagged {keys[0]} = {text}"
    )


def name_atom(text: str, estate: Estate) -> Atom:
    shown = estate.words.names[text]
    strong = ":" in text or "/" in text
    return Atom(
        ref=Ref(name="strong_id" if strong else "name"),
        op="eq",
        values=(shown,),
        label=f"named {shown}",
        of="asset",
    )


def environment(name: str, estate: Estate) -> Atom | None:
    """A stage by every spelling that the estate's tags have of it, slips included."""
    ref = tag_ref(estate, ENVIRONMENT_KEYS, "environment")
    if ref is None:
        return None
    synonyms = ENVIRONMENTS[name]
    values = [
        value
        for value, keys in estate.words.tag_values.items()
        if set(keys) & set(ref.tags)
        and (
            value in synonyms
            or (len(value) > 3 and synonyms[0].startswith(value))
            or (len(value) > 5 and SequenceMatcher(None, value, synonyms[0]).ratio() > 0.85)
        )
    ]
    if not values:
        return None
    return Atom(ref=ref, op="in", values=tuple(sorted(values)), label=f"in {name}")


def _data_class(name: str, synonyms: tuple[str, ...], estate: Estate) -> Atom | None:
    ref = tag_ref(estate, CLASS_KEYS, "data class")
    if ref is None:
        return None
    values = [v for v, keys in estate.words.tag_values.items() if set(keys) & set(ref.tags) and v in synonyms]
    return Atom(ref=ref, op="in", values=tuple(sorted(values)), label=f"tagged {name}") if values else None


def accounts_like(word: str, estate: Estate) -> list[str]:
    """Accounts whose short name a word is, or whose name has it as one of its parts."""
    if word in estate.aliases:
        return [estate.words.accounts[estate.aliases[word]]]
    return sorted(
        {
            uid
            for name, uid in estate.words.accounts.items()
            if word in re.split(r"[-_ .]", name) and name != uid.lower()
        }
    )

"""Weaknesses that a question names, where they stand in it, and how they are seen at this tenant: by rules or settings."""

# ruff: noqa: E501 (tables and patterns are easier to read in one piece)

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from agent.planner import weakness
from agent.planner.concepts import BY_NAME, CONCEPTS, port_rules, rules_of
from agent.planner.negation import negated
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Linked, Ref, Weakness, Where
from agent.planner.questions.port_places import behind_groups
from agent.planner.questions.settings import Setting
from agent.planner.questions.weakness_places import by_another, written
from agent.planner.scan import Scanner

# concept -> words of keys that mean the good state; `!value`: values of the bad state instead
GOOD_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "unencrypted": (
        "encrypt", "storage encrypt", "server side encrypt configuration", "encrypt at rest", "tde", "encrypt type",
        "server side encrypt", "transparent data encrypt",
    ),
    "no_versioning": ("version", "version enabled"),
    "no_logging": ("log", "log enabled", "is log", "access log"),
    "no_deletion_protection": ("delet protect", "delet protect enabled"),
    "no_multi_az": ("multi az",),
    "no_mfa": (
        "mfa device", "mfadevice", "mfa active", "is mfa registered", "mfa registered", "is mfa capable", "is mfa enabled",
        "mfa enabled", "account mfa enabled", "is enrolled in 2 sv",
    ),
    "mfa_delete": ("mfa delet",),
    "no_rotation": ("rotat enabled", "key rotat enabled", "rotat"),
    "no_ssm": ("managed by ssm", "instance information", "ssm managed"),
    "no_flow_logs": ("flow log", "enable flow log"),
    "no_backup": ("backup retain period", "backup"),
    "unencrypted_transit": ("secure transport", "support https traffic only", "https only", "require ssl"),
    "imdsv1": ("http token",),
    "unused": ("attachment",),
    "no_cmk": ("sse algorithm", "encrypt"),
    "block_public_access_off": ("public access block configuration", "public access block"),
}  # fmt: skip
BAD_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "public": ("public", "publicly access", "public access"),
}
_GOOD_VALUES: Final = {"imdsv1": ("required",), "no_cmk": ("aws:kms", "aws:kms:dsse")}
_PUBLIC_BY_SETTING: Final = ("Database", "Database Instance")
_VAGUE: Final = frozenset({"old", "ancient", "stale", "exposed", "all", "deletable", "idle"})
_OF_SOME_AGE: Final = re.compile(
    r"\b(?:old|older|weak|outdated|legacy|insecure|deprecated|obsolete|strong|modern|recent|minimum|specific)\s+$"
)
_NEGATES: Final = re.compile(
    r"\b(?:no|not|nor|neither|without|lack(?:s|ing)?|missing|never|don't|doesn't|isn't|aren't)\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A weakness at a place in the text. `negated`: what does not have it is asked for."""

    name: str
    start: int
    end: int
    negated: bool
    port: int | None = None


def find_weaknesses(text: str, estate: Estate) -> list[Found]:
    """The weaknesses of a text in lower case; the same words count for one only."""
    scan = Scanner(text)
    if len(scan.rest) != len(text):
        return []
    found: list[Found] = []
    before = scan.rest
    uses = weakness.take_ports(scan)
    for use in uses:
        span = _span(before, scan.rest, joined=len(uses) > 1)
        if span:
            found.append(Found("port", *span, use.negated, use.port))
    for concept in CONCEPTS:
        for pattern, turned in ((concept.good, True), (concept.bad, False), (concept.thing, None)):
            while True:
                before = scan.rest
                match = scan.take(pattern)
                if match is None or not match.group(0).strip():
                    break
                good = (
                    weakness._good(scan, concept, match) if turned is None else negated(scan, match) != turned
                )
                span = _span(before, scan.rest)
                if span is not None and span[0] < match.start():
                    # the last word that negates is this one's; what stands before it belongs to others
                    last = [m.start() for m in _NEGATES.finditer(text[span[0] : match.start()])]
                    if last and last[-1] > 0:
                        cut = span[0] + last[-1]
                        scan.rest = before[:cut] + scan.rest[cut:]
                        span = (cut, span[1])
                if concept.name == "unused" and re.match(
                    r"\s*(?:anywhere )?(?:in|for|since|over|within|during)\b", text[span[1] :] if span else ""
                ):
                    continue
                if span is None or text[span[0] : span[1]].strip() in _VAGUE:
                    continue
                if concept.name == "unencrypted_transit" and _OF_SOME_AGE.search(text[: match.start()]):
                    # "old TLS policies" have TLS
                    continue
                if (
                    concept.name == "no_cmk"
                    and turned is None
                    and text[span[0] : span[1]].lstrip().startswith("encrypt")
                ):
                    good = True
                found.append(Found(concept.name, *span, good))
    return found


def _span(before: str, after: str, joined: bool = False) -> tuple[int, int] | None:
    """What was taken between two states of a scan."""
    changed = [n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    return (changed[0], changed[-1] + 1) if changed else None


def resolve(found: Found, estate: Estate, types: frozenset[str], nouns: Iterable[str]) -> Weakness | None:
    """How this tenant shows a weakness for assets of some types; None where nothing looks at it."""
    if found.name == "port":
        assert found.port is not None
        rules = tuple(
            rule.id
            for rule in port_rules(found.port, estate.words.rules, tuple(nouns))
            if not types or not rule.types or rule.types & types
        )
        label = f"with port {found.port} open"
        if not rules:
            groups = behind_groups(found.port, estate, types)
            behind = "not in a security group" if found.negated else "in a security group"
            label = f"{behind} that lets in port {found.port} from anywhere"
            if not groups:
                return None
            return Weakness(name=f"port {found.port}", setting=groups, label=label, negated=found.negated)
        return Weakness(name=f"port {found.port}", rules=rules, label=label, negated=found.negated)
    spec = BY_NAME[found.name]
    atoms = _by_settings(found.name, estate, types)
    covered = {where.type_id for item in atoms for where in item.ref.places}
    rules = ()
    if not types or types - covered:
        rest = types - covered
        rules = tuple(
            rule.id
            for rule in rules_of(found.name, estate.words.rules, tuple(nouns))
            if not covered or not rule.types or rule.types & rest
        )
    if not rules and not atoms:
        return None
    label = spec.inverse if found.negated else spec.label
    told = {words[1:] for t in covered if (words := written(found.name, t, estate)) and words[1]}
    if not rules and len(told) == 1:
        # one place says it: that is what the answer rests on
        label = told.pop()[1 if found.negated else 0]
    return Weakness(name=found.name, rules=rules, setting=atoms, label=f"that {label}", negated=found.negated)


def _by_settings(name: str, estate: Estate, types: frozenset[str]) -> tuple[Atom | Linked, ...]:
    """Conditions on configuration that hold for what has the weakness, one for each type of asset."""
    good = GOOD_KEYS.get(name, ())
    bad = BAD_KEYS.get(name, ())
    found: list[Atom | Linked] = []
    if name in ("assume_any", "assume_foreign"):
        return _assumed(name, estate, types)
    for type_id in sorted(types):
        if (said := written(name, type_id, estate)) is not None:
            found.append(said[0])
            continue
        if (other := by_another(name, type_id, estate)) is not None:
            found.append(other)
            continue
        if bad and estate.types.get(type_id, ("", "", "", ""))[1] not in _PUBLIC_BY_SETTING:
            continue
        places = [
            s
            for s in estate.settings.by_type.get(type_id, ())
            if _means(s, good or bad, deep=name == "no_cmk")
        ]
        if name == "no_cmk":
            places = [s for s in places if set(_GOOD_VALUES[name]) & set(s.values)]
        # Versioning.Status says more than that there is a Versioning
        places = [
            s for s in places if not any(o is not s and o.path[: len(s.path)] == s.path for o in places)
        ]
        if not places:
            continue
        wheres = tuple(where_of(s, _GOOD_VALUES.get(name, ())) for s in places)
        found.append(
            Atom(
                ref=Ref(name=BY_NAME[name].name, places=wheres),
                op="true",
                negated=bool(good),
                label=BY_NAME[name].label,
            )
        )
    return tuple(found)


def _assumed(name: str, estate: Estate, types: frozenset[str]) -> tuple[Atom, ...]:
    """Roles whose trust policy names everybody, or somebody of another account."""
    places = [
        s
        for s in estate.settings.of(types)
        if s.path[0].lower().replace("_", "").startswith("assumerolepolicy")
        and s.leaf in ("AWS", "Principal")
        and "Principal" in s.path
    ]
    if not places:
        return ()
    wheres = tuple(Where(type_id=s.type_id, path=s.path, kind="text") for s in places)
    if name == "assume_foreign":
        # all that trust policies name, alone or in a list
        wheres = tuple(
            where.model_copy(update={"kind": s.kind}) for where, s in zip(wheres, places, strict=True)
        )
        return (Atom(ref=Ref(name=name, places=wheres), op="foreign", label=BY_NAME[name].label),)
    return (
        Atom(
            ref=Ref(name=name, places=wheres),
            op="matches",
            values=(r"^\*$",),
            label="assumed by anyone",
        ),
    )


def _means(setting: Setting, keys: tuple[str, ...], *, deep: bool = False) -> bool:
    if not deep and (setting.many or len(setting.path) > 3):
        return False
    whole = " ".join(_key(setting.leaf))
    if whole in keys:
        return setting.kind not in ("object",) or len(setting.path) == 1
    own = [" ".join(_key(step)) for step in setting.path]
    # Versioning.Status: the key before the last says what it is about
    return len(own) == 2 and own[1] in ("statu", "status", "enabled", "state") and own[0] in keys


def _key(key: str) -> tuple[str, ...]:
    from agent.planner.questions.settings import key_words

    return key_words(key)


_YES: Final = re.compile(
    r"(?:true|enabled|enforced|on|active|yes|required|optin|customer|\d*[1-9]\d*|aes256|aws:.*|sse.*|kms.*)\Z"
)
_NO: Final = re.compile(
    r"(?:false|disabled|off|none|no|suspended|inactive|never|0|optional|not_enabled|unencrypted|unset|n/a)?\Z"
)


def where_of(setting: Setting, good: tuple[str, ...] = ()) -> Where:
    """A place, with the values that mean yes where there are words for both."""
    if not good and setting.kind == "text":
        values = list(setting.values)
        if any(_NO.match(v) for v in values) or all(_YES.match(v) for v in values):
            good = tuple(setting.values[v] for v in values if not _NO.match(v))
    return Where(type_id=setting.type_id, path=setting.path, kind=setting.kind, good=good)


def shown_by(name: str, estate: Estate) -> Ref | None:
    """Where the configuration of any kind of resource shows a weakness: one value, to be read as it stands."""
    atoms = _by_settings(name, estate, frozenset(estate.settings.by_type))
    places = tuple(
        where
        for atom in atoms
        if isinstance(atom, Atom)
        for where in atom.ref.places
        if "*" not in where.path
    )
    said = name.removeprefix("no_").removeprefix("un").replace("_", " ")
    return Ref(name=said, places=places) if places else None

"""Reads AWS policy documents of any shape that collectors produce. Nothing here raises on bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal
from urllib.parse import unquote

from tools.priority.iam.aws.model import (
    Condition,
    Effect,
    Named,
    Policy,
    PolicyKind,
    PrincipalType,
    Statement,
    index_statements,
)
from tools.priority.iam.model import Fault

_BASES = {
    name.lower(): name
    for name in (
        "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike "
        "NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan "
        "NumericGreaterThanEquals DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan "
        "DateGreaterThanEquals Bool BinaryEquals IpAddress NotIpAddress ArnEquals ArnLike ArnNotEquals "
        "ArnNotLike Null"
    ).split()
}
_TYPES: dict[str, PrincipalType] = {
    "aws": "aws",
    "service": "service",
    "federated": "federated",
    "canonicaluser": "canonical",
}
_ELEMENTS = {
    "sid", "effect", "action", "notaction", "resource", "notresource", "principal", "notprincipal", "condition"
}  # fmt: skip
# Keys whose value differs between identities of one account and kind.
_IDENTITY_KEYS = (
    "aws:principalarn", "aws:principaltag/", "aws:userid", "aws:username", "aws:federated", "aws:ec2instance", "sts:",
    "saml:",
)  # fmt: skip


class PolicyReader:
    """Parses each distinct document once. One reader serves one estate."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, PolicyKind], Policy] = {}

    def read(self, document: Any, name: str, kind: PolicyKind) -> Policy:
        """The parsed document (an object, a list of statements, JSON text, URL-encoded or not)."""
        text = document if isinstance(document, str) else _canonical(document)
        key = (text, name, kind)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = parse_policy(document, name, kind)
        return found


def parse_policy(document: Any, name: str = "policy", kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """One document. What does not parse is in `faults`, and an opaque statement stands for it."""
    faults: list[Fault] = []
    loaded = _loaded(document)
    statements: list[Statement] = []
    variables: Literal["yes", "no", "unstated"] = "unstated"
    if loaded is None:
        faults.append(Fault(name, "document", "is not JSON with statements"))
        statements.append(Statement(0, "unreadable document", "?", opaque=True))
    else:
        version = loaded.get("version")
        if version is not None:
            variables = "yes" if str(version) == "2012-10-17" else "no"
        listed = loaded.get("statement")
        if listed is None:
            faults.append(Fault(name, "Statement", "is missing"))
            statements.append(Statement(0, "no statements", "?", opaque=True))
        else:
            for index, raw in enumerate(listed if isinstance(listed, list) else [listed]):
                statements.append(_statement(raw, index, name, kind, faults))
    found = tuple(statements)
    table, anywhere = index_statements(found)
    return Policy(name, kind, variables, found, tuple(faults), table, anywhere, _uses_identity(found))


def _canonical(document: Any) -> str:
    try:
        return json.dumps(document, sort_keys=True, default=str)
    except (TypeError, ValueError, RecursionError):
        return f"unreadable {id(document)}"


def _loaded(document: Any) -> dict[str, Any] | None:
    if isinstance(document, str):
        for candidate in (document, unquote(document)):
            try:
                document = json.loads(candidate)
                break
            except (ValueError, RecursionError):
                continue
    if isinstance(document, list):
        return {"statement": document}
    if isinstance(document, Mapping):
        return {str(key).lower(): value for key, value in document.items()}
    return None


def _statement(raw: Any, index: int, name: str, kind: PolicyKind, faults: list[Fault]) -> Statement:
    place = f"Statement[{index}]"
    before = len(faults)

    def fault(where: str, problem: str) -> None:
        faults.append(Fault(name, f"{place}.{where}" if where else place, problem))

    if not isinstance(raw, Mapping):
        fault("", "is not an object")
        return Statement(index, "", "?", opaque=True)
    element = {str(key).lower(): value for key, value in raw.items()}
    sid = element.get("sid")
    label = sid if isinstance(sid, str) else ""
    for extra in sorted(set(element) - _ELEMENTS):
        fault(extra, "is not an element of a statement")
    effect = _effect(element.get("effect"))
    if effect == "?":
        fault("Effect", "is neither Allow nor Deny")
    actions, not_actions = _texts(element, "action", fault), _texts(element, "notaction", fault)
    if (actions is None) == (not_actions is None):
        fault("Action", "must come once, as Action or NotAction")
        actions = not_actions = None
    resources, not_resources = _texts(element, "resource", fault), _texts(element, "notresource", fault)
    if resources is not None and not_resources is not None:
        fault("Resource", "comes twice, as Resource and NotResource")
        resources = not_resources = None
    elif resources is None and not_resources is None and kind not in {PolicyKind.TRUST, PolicyKind.RESOURCE}:
        fault("Resource", "is missing")  # the other two are about their own resource
    principals, not_principals = None, None
    if kind.has_principal:
        principals = _principals(element.get("principal"), fault)
        not_principals = _principals(element.get("notprincipal"), fault)
        if kind is not PolicyKind.ENDPOINT and (principals is None) == (not_principals is None):
            fault("Principal", "must come once, as Principal or NotPrincipal")
            principals = (Named("unreadable", ""),)
            not_principals = None
    elif "principal" in element or "notprincipal" in element:
        fault("Principal", f"has no place in an {kind.value}")
    conditions = tuple(_conditions(element.get("condition"), fault))
    return Statement(
        index,
        label,
        effect,
        tuple(a.lower() for a in actions) if actions is not None else None,
        tuple(a.lower() for a in not_actions) if not_actions is not None else None,
        resources,
        not_resources,
        principals,
        not_principals,
        conditions,
        opaque=len(faults) > before,
    )


def _effect(value: Any) -> Effect:
    low = value.strip().lower() if isinstance(value, str) else ""
    return "Allow" if low == "allow" else "Deny" if low == "deny" else "?"


def _texts(element: Mapping[str, Any], key: str, fault: Any) -> tuple[str, ...] | None:
    if key not in element:
        return None
    value = element[key]
    listed = value if isinstance(value, list) else [value]
    texts = tuple(v.strip() for v in listed if isinstance(v, str) and v.strip())
    if len(texts) < len(listed) or not texts:
        fault(key, "has an entry that is not text" if listed else "is empty")
        return None
    if key.endswith("action"):
        for text in texts:
            if text != "*" and ":" not in text:
                fault(key, f"names an action without its service: {text[:60]}")
                return None
    return texts


def _principals(value: Any, fault: Any) -> tuple[Named, ...] | None:
    if value is None:
        return None
    if value == "*":
        return (Named("anyone", "*"),)
    if not isinstance(value, Mapping):
        fault("Principal", "is neither * nor an object")
        return (Named("unreadable", str(value)[:80]),)
    found: list[Named] = []
    for key, entries in value.items():
        kind = _TYPES.get(str(key).lower())
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, int) and not isinstance(entry, bool):
                entry = f"{entry:012d}"  # an account number that lost its quotes on the way
            if kind is None or not isinstance(entry, str) or not entry.strip():
                fault("Principal", f"has an entry of an unknown kind: {str(key)[:40]}")
                found.append(Named("unreadable", str(entry)[:80]))
                continue
            entry = entry.strip()
            if kind == "aws" and entry == "*":
                found.append(Named("anyone", "*"))
            elif kind == "aws" and ("*" in entry or "?" in entry):
                fault("Principal", "has a wildcard inside an ARN, which AWS does not take")
                found.append(Named("unreadable", entry))
            else:
                found.append(Named(kind, entry))
    return tuple(found)


def _conditions(value: Any, fault: Any) -> Iterator[Condition]:
    if value is None:
        return
    if not isinstance(value, Mapping):
        fault("Condition", "is not an object")
        return
    for operator, tests in value.items():
        text = str(operator).strip()
        rest = text
        quantifier: Literal["", "any", "all"] = ""
        head, colon, tail = text.partition(":")
        if colon and head.lower() in {"foranyvalue", "forallvalues"}:
            quantifier, rest = ("any" if head.lower() == "foranyvalue" else "all"), tail
        if_exists = rest.lower().endswith("ifexists")
        base = _BASES.get((rest[:-8] if if_exists else rest).lower(), "")
        if not base:
            fault("Condition", f"has an unknown operator: {text[:60]}")
        if not isinstance(tests, Mapping):
            fault("Condition", f"has no keys under {text[:60]}")
            continue
        for key, values in tests.items():
            listed = values if isinstance(values, list) else [values]
            texts = tuple(_scalar(v) for v in listed if isinstance(v, (str, int, float)))
            if len(texts) < len(listed):
                fault("Condition", f"has a value that is not plain under {str(key)[:60]}")
            yield Condition(
                text,
                base,
                "Not" in base,
                quantifier,
                if_exists,
                str(key).strip().lower(),
                texts,
            )


def _scalar(value: str | int | float) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _uses_identity(statements: tuple[Statement, ...]) -> bool:
    """Whether the document can mean different things for different holders."""
    for statement in statements:
        if any("${" in r for r in (*(statement.resources or ()), *(statement.not_resources or ()))):
            return True
        for condition in statement.conditions:
            if condition.key.startswith(_IDENTITY_KEYS) or any("${" in v for v in condition.values):
                return True
    return False

"""Role definitions, assignments and deny assignments of Azure, read from ARM's JSON in any common spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tools.priority.iam.model import Fault


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission block; patterns in lower case."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition. `id` is its GUID in lower case; `partial`: it may allow more than is stated."""

    id: str
    name: str
    permissions: tuple[Permission, ...]
    partial: bool = False
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class Assignment:
    """A role for a principal at a scope. `eligible` ones must be activated first (PIM)."""

    id: str
    principal: str
    role: str
    scope: str
    condition: str = ""
    eligible: bool = False


@dataclass(frozen=True, slots=True)
class DenyAssignment:
    """Permissions denied at a scope to some principals or everybody (`*`), except some."""

    id: str
    scope: str
    permissions: tuple[Permission, ...]
    principals: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    only_here: bool = False
    condition: str = ""


EVERYBODY = "00000000-0000-0000-0000-000000000000"


def scope_of(text: str) -> str:
    """A scope in the form that scopes are compared in: lower case, no slash at the end, `/` for the root."""
    return "/" + text.strip().strip("/").lower()


def read_role(raw: Mapping[str, Any]) -> Role | Fault:
    """A role definition as `roleDefinitions` returns it (CLI spelling with `roleName` too)."""
    inner = _properties(raw)
    guid = str(raw.get("name") or inner.get("name") or raw.get("id") or "").rsplit("/", 1)[-1].lower()
    name = str(inner.get("roleName") or raw.get("roleName") or guid)
    blocks = inner.get("permissions")
    if not guid or not isinstance(blocks, list):
        return Fault(name or "role definition", "permissions", "is missing")
    kind = str(inner.get("type") or inner.get("roleType") or raw.get("roleType") or "")
    found = tuple(_permission(block) for block in blocks if isinstance(block, Mapping))
    return Role(guid, name, found, built_in=kind.lower() == "builtinrole")


def read_assignment(raw: Mapping[str, Any], eligible: bool = False) -> Assignment | Fault:
    """A role assignment; the GUID of the definition is the end of `roleDefinitionId`."""
    inner = _properties(raw)
    scope, principal = (
        inner.get("scope") or raw.get("scope"),
        inner.get("principalId") or raw.get("principalId"),
    )
    role = inner.get("roleDefinitionId") or raw.get("roleDefinitionId") or inner.get("roleDefinitionName")
    name = str(raw.get("id") or raw.get("name") or "role assignment")
    if not (isinstance(scope, str) and isinstance(principal, str) and isinstance(role, str)):
        return Fault(name, "properties", "lacks scope, principalId or roleDefinitionId")
    condition = inner.get("condition") or ""
    return Assignment(
        name, principal.lower(), role.rsplit("/", 1)[-1].lower(), scope_of(scope), str(condition), eligible
    )


def read_deny(raw: Mapping[str, Any]) -> DenyAssignment | Fault:
    """A deny assignment."""
    inner = _properties(raw)
    name = str(inner.get("denyAssignmentName") or raw.get("name") or raw.get("id") or "deny assignment")
    scope, blocks = inner.get("scope"), inner.get("permissions")
    if not isinstance(scope, str) or not isinstance(blocks, list):
        return Fault(name, "properties", "lacks scope or permissions")
    return DenyAssignment(
        name,
        scope_of(scope),
        tuple(_permission(block) for block in blocks if isinstance(block, Mapping)),
        tuple("*" if p == EVERYBODY else p for p in _ids(inner.get("principals"))),
        _ids(inner.get("excludePrincipals")),
        bool(inner.get("doNotApplyToChildScopes")),
        str(inner.get("condition") or ""),
    )


def _properties(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = raw.get("properties")
    return inner if isinstance(inner, Mapping) else raw


def _permission(raw: Mapping[str, Any]) -> Permission:
    return Permission(
        _patterns(raw.get("actions")),
        _patterns(raw.get("notActions")),
        _patterns(raw.get("dataActions")),
        _patterns(raw.get("notDataActions")),
    )


def _patterns(value: Any) -> tuple[str, ...]:
    listed: Iterable[Any] = value if isinstance(value, list) else [value]
    return tuple(v.strip().lower() for v in listed if isinstance(v, str) and v.strip())


def _ids(value: Any) -> tuple[str, ...]:
    found = []
    for entry in value if isinstance(value, list) else []:
        text = entry.get("id") if isinstance(entry, Mapping) else entry
        if isinstance(text, str):
            found.append(text.lower())
    return tuple(found)

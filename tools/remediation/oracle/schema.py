"""Layer `schema`: every resource block against the provider's schema."""

from __future__ import annotations

import difflib
from typing import Any

from tools.remediation.hcl.evaluate import evaluate
from tools.remediation.hcl.tree import Body, parse_file
from tools.remediation.hcl.values import Encoded, Unknown
from tools.remediation.model import LayerResult
from tools.remediation.oracle.case import failed, not_verified, passed
from tools.remediation.schemas.provider import BodySchema, schema_of

_META_ATTRIBUTES = {"count", "for_each", "provider", "depends_on"}
_META_BLOCKS = {"lifecycle", "provisioner", "connection", "dynamic"}


def check_schema(files: dict[str, str], only: set[str] | None = None) -> LayerResult:
    """Unknown or computed names, missing ones, wrong nesting, rough types. `only` limits it to some
    addresses."""
    faults: list[str] = []
    seen: set[str] = set()
    unknown: list[str] = []
    for file, text in files.items():
        for block in parse_file(text).blocks:
            if (
                block.kind != "resource"
                or len(block.labels) != 2
                or (only is not None and block.address not in only)
            ):
                continue
            provider = schema_of(block.labels[0])
            if provider is None:
                unknown.append(block.labels[0])
                continue
            seen.add(f"{provider.name} {provider.version}")
            schema = provider.resource(block.labels[0])
            if schema is None:
                near = difflib.get_close_matches(block.labels[0], provider.resources, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                faults.append(f"{file}: {block.labels[0]} is not a resource type{hint}")
                continue
            _check(schema, block.body, text, f"{file}: {block.address}", faults, top=True)
    if faults:
        return failed(f"{len(faults)} fault(s) against the provider schema", faults)
    if not seen:
        why = f"no schema for {', '.join(sorted(set(unknown)))}" if unknown else "there is no resource block"
        return not_verified(f"Nothing to compare: {why}.")
    return passed(f"names, nesting, required attributes and types agree with {', '.join(sorted(seen))}")


def _check(
    schema: BodySchema, body: Body, text: str, where: str, faults: list[str], *, top: bool = False
) -> None:
    for item in body.attributes:
        if top and item.name in _META_ATTRIBUTES:
            continue
        known = schema.attribute(item.name)
        if known is None:
            block = schema.block(item.name)
            if block and block[1] == "oc":  # may also be written as a value, such as `ingress = []`
                continue
            faults.append(_unknown(schema, where, item.name, "is a block, not an attribute" if block else ""))
        elif known[1] == "c" or (top and item.name in ("id", "tags_all")):
            faults.append(f"{where}.{item.name} is set by the provider and cannot be given")
        elif fault := _mistyped(known[0], evaluate(item.value, text)):
            faults.append(f"{where}.{item.name} must be {known[0]}: {fault}")
    counts: dict[str, int] = {}
    for inner in body.blocks:
        name = inner.labels[0] if inner.kind == "dynamic" and inner.labels else inner.kind
        counts[name] = counts.get(name, 0) + (2 if inner.kind == "dynamic" else 1)
        if (top and inner.kind in _META_BLOCKS - {"dynamic"}) or inner.kind == "dynamic":
            continue
        found = schema.block(inner.kind)
        if found is None:
            attribute = schema.attribute(inner.kind)
            faults.append(
                _unknown(schema, where, inner.kind, "is an attribute, not a block" if attribute else "")
            )
            continue
        if inner.labels:
            faults.append(f"{where}.{inner.kind} takes no label")
        if found[0] == "single" and counts[inner.kind] == 2:
            faults.append(f"{where}.{inner.kind} may stand only once")
        _check(found[2], inner.body, text, f"{where}.{inner.kind}", faults)
    _missing(schema, body, counts, where, faults)


def _missing(schema: BodySchema, body: Body, counts: dict[str, int], where: str, faults: list[str]) -> None:
    for name in schema.attributes:
        kind = schema.attribute(name)
        if kind and kind[1] == "r" and body.attribute(name) is None:
            faults.append(f"{where}.{name} is required and missing")
    for name in schema.blocks:
        block = schema.block(name)
        if block and block[1] == "r" and not counts.get(name):
            faults.append(f"{where} needs a {name} block")


def _unknown(schema: BodySchema, where: str, name: str, why: str) -> str:
    if why:
        return f"{where}.{name} {why}"
    near = difflib.get_close_matches(name, [*schema.attributes, *schema.blocks], 1)
    return f"{where}.{name} is not known to the provider{f'; did you mean {near[0]}?' if near else ''}"


def _mistyped(kind: str, value: Any) -> str:
    if value is None or isinstance(value, Unknown) or kind == "any":
        return ""
    if isinstance(value, Encoded):
        return "" if kind == "string" else "it is text"
    if kind == "string":
        return "" if isinstance(value, str | int | float | bool) else _named(value)
    if kind == "number":
        numeric = isinstance(value, int | float) and not isinstance(value, bool)
        return "" if numeric or (isinstance(value, str) and _is_number(value)) else _named(value)
    if kind == "bool":
        return "" if isinstance(value, bool) or value in ("true", "false") else _named(value)
    if kind.startswith("map("):
        return "" if isinstance(value, dict) else _named(value)
    if kind.startswith(("list(", "set(")) or kind.endswith("List"):
        if not isinstance(value, list):
            return _named(value)
        inner = kind[kind.index("(") + 1 : -1] if "(" in kind else "any"
        return next((fault for item in value if (fault := _mistyped(inner, item))), "")
    return ""


def _named(value: Any) -> str:
    names = {dict: "it is an object", list: "it is a list", str: "it is text", bool: "it is true or false"}
    return names.get(type(value), "it is a number")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

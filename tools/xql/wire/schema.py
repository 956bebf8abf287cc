"""A pydantic model as the JSON schema that OpenAI-compatible servers take.

Servers differ in what they accept. In strict mode OpenAI and Azure want every property required (an optional one
may be null), no further properties, an object at the root, at most ten levels, no `allOf`, `oneOf` or `default`;
grammar-driven servers (llama.cpp, vLLM's back ends) refuse or slow down on recursion, length and number bounds. So
one derived form keeps to what all take: `anyOf`, `enum`, `$ref` into `$defs`, recursion unrolled to a few levels. What
is left out here (lengths, ranges, patterns) the model itself checks afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from pydantic import BaseModel

_ROOT_REF: Final = "#/$defs/"
_DROPPED: Final = frozenset(
    {"title", "default", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum", "format"}
    | {"exclusiveMinimum", "exclusiveMaximum", "pattern", "uniqueItems", "examples", "discriminator"}
)
_WORTH_SHARING: Final = 60
Schema = dict[str, Any]


def json_schema(
    model: type[BaseModel],
    *,
    strict: bool = False,
    levels: int = 3,
    hidden: Collection[str] = (),
    brief: bool = False,
) -> Schema:
    """The schema of a model without recursion. `levels` groups may nest; `hidden` properties of the root are left out.

    `strict` makes every property required and those that are optional nullable; otherwise an optional one may be
    absent and is never null, which keeps answers short. `brief` leaves descriptions out, for small windows.
    """
    whole = model.model_json_schema()
    unrolled = _Unrolled(whole.get("$defs", {}), strict=strict)
    root = {key: value for key, value in whole.items() if key != "$defs"}
    if "$ref" in root:  # a model that holds itself
        root = whole["$defs"][root["$ref"].removeprefix(_ROOT_REF)]
    shown = {k: v for k, v in root.get("properties", {}).items() if k not in hidden}
    made = unrolled.object(
        {**root, "properties": shown, "required": [k for k in root.get("required", ()) if k in shown]}, levels
    )
    assert made is not None
    if unrolled.made:
        made["$defs"] = {name: body for name, body in unrolled.made.items() if body is not None}
    made = _shared(made)
    if brief:
        made = _undescribed(made)
        assert isinstance(made, dict)
    return made


class _Unrolled:
    """Rewrites definitions; those that reach themselves get one copy for each level that is left."""

    def __init__(self, defs: dict[str, Schema], *, strict: bool) -> None:
        self.defs = defs
        self.strict = strict
        self.made: dict[str, Schema | None] = {}
        self.groups = {name for name in defs if name in _reached(defs, name)}

    def ref(self, name: str, level: int) -> Schema | None:
        """A reference to the copy of a definition; None where nothing is left of it at this level."""
        group = name in self.groups
        if group and level <= 0:
            return None
        key = f"{name}_{level}" if group else name
        if key not in self.made:
            self.made[key] = {}
            self.made[key] = self.object(self.defs[name], level - 1 if group else level)
        return {"$ref": _ROOT_REF + key} if self.made[key] is not None else None

    def node(self, node: Schema, level: int) -> Schema | None:
        if "$ref" in node:
            made = self.ref(node["$ref"].removeprefix(_ROOT_REF), level)
            return made if made is None else _described(made, node)
        choices = node.get("anyOf") or node.get("oneOf")
        if choices:
            kept = [made for choice in choices if (made := self.node(choice, level)) is not None]
            return _described(_any_of(kept), node) if kept else None
        if node.get("type") == "object" and "properties" in node:
            return self.object(node, level)
        if node.get("type") == "array":
            return self.array(node, level)
        return _plain(node)

    def array(self, node: Schema, level: int) -> Schema | None:
        items = node.get("items") or {"type": "string"}
        made = self.node(items, level)
        if made is None:
            return None
        return _described({"type": "array", "items": made}, node)

    def object(self, node: Schema, level: int) -> Schema | None:
        if "properties" not in node:
            return self.node(node, level)
        required = set(node.get("required", ()))
        properties: dict[str, Schema] = {}
        for name, spec in node["properties"].items():
            optional = name not in required
            made = self.node(_without_null(spec), level)
            if made is None:
                if optional:
                    continue
                return None
            properties[name] = _any_of([made, {"type": "null"}]) if optional and self.strict else made
        kept = list(properties) if self.strict else [name for name in properties if name in required]
        made_object = {
            "type": "object",
            "properties": properties,
            "required": kept,
            "additionalProperties": False,
        }
        return _described(made_object, node)


def _shared(root: Schema) -> Schema:
    """Choices that stand in several places get a definition of their own: a condition is one of five forms."""
    seen: dict[str, int] = {}
    for choices in _choices(root):
        seen[_key(choices)] = seen.get(_key(choices), 0) + 1
    names = {
        key: f"Choice_{number}"
        for number, key in enumerate((k for k, n in seen.items() if n > 1 and len(k) > _WORTH_SHARING), 1)
    }
    if not names:
        return root
    made = _replaced(root, names)
    assert isinstance(made, dict)
    shared = {name: {"anyOf": json.loads(key)} for key, name in names.items()}
    return {**made, "$defs": {**made.get("$defs", {}), **shared}}


def _key(choices: list[Any]) -> str:
    return json.dumps(choices)


def _choices(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, dict):
        if isinstance(node.get("anyOf"), list):
            yield node["anyOf"]
        for value in node.values():
            yield from _choices(value)
    elif isinstance(node, list):
        for item in node:
            yield from _choices(item)


def _replaced(node: Any, names: dict[str, str]) -> Any:
    if isinstance(node, list):
        return [_replaced(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("anyOf"), list) and (name := names.get(_key(node["anyOf"]))) is not None:
        return {"$ref": _ROOT_REF + name}
    return {key: _replaced(value, names) for key, value in node.items()}


def _undescribed(node: Any) -> Any:
    """Without descriptions; a property may have that name, and stays."""
    if isinstance(node, list):
        return [_undescribed(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: {name: _undescribed(spec) for name, spec in value.items()}
        if key == "properties"
        else _undescribed(value)
        for key, value in node.items()
        if key != "description"
    }


def _reached(defs: dict[str, Schema], start: str) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        for name in _refs(defs[waiting.pop()]):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def _refs(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"].removeprefix(_ROOT_REF)} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(_refs(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(_refs(item) for item in node))
    return set()


def _without_null(spec: Schema) -> Schema:
    choices = spec.get("anyOf")
    if not choices or {"type": "null"} not in choices:
        return spec
    kept = [choice for choice in choices if choice != {"type": "null"}]
    rest = {key: value for key, value in spec.items() if key != "anyOf"}
    return {**kept[0], **rest} if len(kept) == 1 else {**rest, "anyOf": kept}


def _any_of(choices: list[Schema]) -> Schema:
    flat: list[Schema] = []
    for choice in choices:
        inner = choice["anyOf"] if set(choice) == {"anyOf"} else [choice]
        flat += [item for item in inner if item not in flat]
    if {"type": "number"} in flat and {"type": "integer"} in flat:
        flat.remove({"type": "integer"})
    return flat[0] if len(flat) == 1 else {"anyOf": flat}


def _plain(node: Schema) -> Schema:
    made = {key: value for key, value in node.items() if key not in _DROPPED and key != "const"}
    if "const" in node:
        made["enum"] = [node["const"]]
        made.setdefault("type", "string")
    if "pattern" in node:
        made["description"] = f"{made.get('description', '')} Pattern: {node['pattern']}".strip()
    return made


def _described(made: Schema, node: Schema) -> Schema:
    """The description of the original on one line; not beside a `$ref`, where strict servers allow nothing else."""
    text = node.get("description")
    if not text or "$ref" in made:
        return made
    return {**made, "description": " ".join(str(text).split())}

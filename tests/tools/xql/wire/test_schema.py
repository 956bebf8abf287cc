"""The schema of plans that endpoints are given: no recursion, the strict profile, and what it accepts is a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from pydantic import BaseModel, ConfigDict

from tools.xql.plan import PostureQuery
from tools.xql.wire import as_plan, json_schema

# What OpenAI's strict mode documents (2026-02): keywords, nesting, number of properties and of enum values.
STRICT_KEYWORDS = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "anyOf"}
) | {
    "$ref",
    "$defs",
    "description",
}
FORMS = [{}, {"strict": True, "levels": 3}, {"levels": 1, "brief": True}, {"levels": 2}]


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema in a schema; names of properties and definitions are none."""
    if not isinstance(schema, dict):
        return
    yield schema
    for key in ("properties", "$defs"):
        for inner in schema.get(key, {}).values():
            yield from nodes(inner)
    if "items" in schema:
        yield from nodes(schema["items"])
    for inner in schema.get("anyOf", ()):
        yield from nodes(inner)


def depth(schema: dict[str, Any], root: dict[str, Any], seen: tuple[str, ...] = ()) -> int:
    """Levels of objects inside each other, references followed. Fails on recursion."""
    if (name := schema.get("$ref")) is not None:
        assert name not in seen, f"recursion through {name}"
        return depth(root["$defs"][name.removeprefix("#/$defs/")], root, (*seen, name))
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema["items"]] if "items" in schema else []
    deepest = max((depth(item, root, seen) for item in inner), default=0)
    return deepest + (schema.get("type") == "object")


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_form_keeps_to_what_all_servers_take(form: dict[str, Any]) -> None:
    schema = json_schema(PostureQuery, **form)
    jsonschema.Draft202012Validator.check_schema(schema)
    every = list(nodes(schema))
    assert {key for node in every for key in node} <= STRICT_KEYWORDS
    assert schema["type"] == "object"
    assert depth(schema, schema) <= 10
    assert sum(len(node.get("properties", ())) for node in every) <= 5_000
    assert sum(len(node.get("enum", ())) for node in every) <= 1_000
    assert len(json.dumps(schema)) < 25_000
    for node in every:
        if node.get("type") == "object":
            assert node["additionalProperties"] is False
        if "$ref" in node:
            assert set(node) == {"$ref"}
            assert node["$ref"].removeprefix("#/$defs/") in schema["$defs"]


def test_strict_requires_everything_and_lets_it_be_null() -> None:
    schema = json_schema(PostureQuery, strict=True)
    for node in nodes(schema):
        if node.get("type") == "object":
            assert node["required"] == list(node["properties"])
    assert {"type": "null"} in schema["properties"]["limit"]["anyOf"]


def test_lax_requires_only_what_a_plan_needs() -> None:
    schema = json_schema(PostureQuery)
    assert schema["required"] == ["dataset"]
    assert '"null"' not in json.dumps(schema)


PLANS: list[dict[str, Any]] = [
    {"dataset": "issues"},
    {
        "dataset": "issues",
        "where": {"field": "xdm.issue.severity", "op": "in", "values": ["HIGH", "CRITICAL"]},
    },
    {
        "dataset": "asset_inventory",
        "where": {
            "all": [
                {"tag": "Environment", "op": "eq", "value": "production"},
                {"any": [{"field": "xdm.asset.name", "op": "contains", "value": "a"}]},
                {"dataset": "issues", "absent": True},
            ]
        },
        "compute": [{"name": "x", "json_path": {"field": "xdm.asset.raw_fields", "path": ["a", 0]}}],
        "order": [{"field": "xdm.asset.name"}],
        "limit": 5,
    },
]


@pytest.mark.parametrize("plan", PLANS)
def test_plans_fit_the_lax_schema_and_with_nulls_the_strict_one(plan: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(json_schema(PostureQuery)).validate(plan)
    strict = json_schema(PostureQuery, strict=True)
    padded = _padded(plan, strict, strict)
    jsonschema.Draft202012Validator(strict).validate(padded)
    assert as_plan(padded) == as_plan(plan)


def _padded(value: Any, schema: dict[str, Any], root: dict[str, Any]) -> Any:
    """A value with null for all that it leaves out, as a strict endpoint would send it."""
    if "$ref" in schema:
        return _padded(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root)
    if "anyOf" in schema:
        for choice in schema["anyOf"]:
            try:
                made = _padded(value, choice, root)
                jsonschema.Draft202012Validator({**choice, "$defs": root["$defs"]}).validate(made)
            except (jsonschema.ValidationError, KeyError, TypeError):
                continue
            return made
        raise KeyError(str(value))
    if schema.get("type") == "object":
        if not isinstance(value, dict) or value.keys() - schema["properties"].keys():
            raise TypeError
        return {
            name: _padded(value[name], inner, root) if name in value else None
            for name, inner in schema["properties"].items()
        }
    if schema.get("type") == "array":
        return [_padded(item, schema["items"], root) for item in value]
    return value


def test_recursion_ends_where_nothing_is_left() -> None:
    class Tree(BaseModel):
        model_config = ConfigDict(extra="forbid")

        name: str
        children: list[Tree] = []
        twin: Tree | None = None

    Tree.model_rebuild()
    schema = json_schema(Tree, levels=2)
    jsonschema.Draft202012Validator(schema).validate(
        {"name": "a", "children": [{"name": "b", "children": [{"name": "c"}]}]}
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(
            {"name": "a", "twin": {"name": "b", "twin": {"name": "c", "twin": {"name": "d"}}}}
        )
    assert depth(schema, schema) == 3


def test_hidden_properties_are_not_shown() -> None:
    schema = json_schema(PostureQuery, hidden=("limit",))
    assert "limit" not in schema["properties"]

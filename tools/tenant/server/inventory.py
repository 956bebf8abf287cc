"""The inventory filter dialect to SQL: a tree of AND and OR with upper-case leaves.

Source: Cortex platform OpenAPI (AndFilter, OrFilter, SEARCH_TYPE). Texts are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools.tenant.schema import quote
from tools.tenant.server.answers import bad
from tools.tenant.server.filtering import Condition, moment

_LEAF = frozenset({"SEARCH_FIELD", "SEARCH_TYPE", "SEARCH_VALUE"})
_DEEPEST = 20
_NEGATED = {
    "NEQ": "EQ", "NIN": "IN", "NCONTAINS": "CONTAINS", "WILDCARD_NOT": "WILDCARD", "NRLIKE": "RLIKE",
    "NIS_EMPTY": "IS_EMPTY", "REGEX_NOT": "REGEX", "REGEX_NOT_MATCH": "REGEX_MATCH",
    "ARRAY_NOT_CONTAINS": "ARRAY_CONTAINS", "NIP_MATCH": "IP_MATCH", "JSON_WILDCARD_NOT": "JSON_WILDCARD",
    "NOT_CONTAINS_IN_LIST": "CONTAINS_IN_LIST",
}  # fmt: skip
_COMPARE = {"GT": ">", "LT": "<", "GTE": ">=", "LTE": "<="}
TYPES = (
    "EQ", "IN", "GT", "LT", "GTE", "LTE", "CONTAINS", "WILDCARD", "RLIKE", "IS_EMPTY", "REGEX", "REGEX_MATCH",
    "ARRAY_CONTAINS", "IP_MATCH", "JSON_WILDCARD", "CONTAINS_IN_LIST", "RANGE", *_NEGATED,
)  # fmt: skip


def where(tree: Any, types: Mapping[str, str], depth: int = 0) -> Condition:
    """The condition of a filter tree. `types` are the columns that may be named, with their DuckDB types."""
    if tree is None or tree == {}:
        return "TRUE", []
    if not isinstance(tree, dict) or depth > _DEEPEST:
        raise bad("must be an object with AND or OR, or a leaf", "filters")
    if set(tree) <= _LEAF:
        return _leaf(tree, types)
    if len(tree) != 1 or next(iter(tree)) not in ("AND", "OR"):
        raise bad("each level has one key, AND or OR", "filters")
    ((joint, parts),) = tree.items()
    if not isinstance(parts, list):
        raise bad(f"{joint} takes a list", "filters")
    found = [where(part, types, depth + 1) for part in parts]
    sql = f" {joint} ".join(f"({part})" for part, _ in found) or "TRUE"
    return sql, [value for _, values in found for value in values]


def _leaf(leaf: Mapping[str, Any], types: Mapping[str, str]) -> Condition:
    name, kind, value = leaf.get("SEARCH_FIELD"), leaf.get("SEARCH_TYPE"), leaf.get("SEARCH_VALUE")
    if not isinstance(name, str) or name not in types:
        raise bad(f"cannot filter by {name!r}", "SEARCH_FIELD")
    if not isinstance(kind, str) or kind not in TYPES:
        raise bad(f"{kind!r} is not one of {', '.join(TYPES)}", "SEARCH_TYPE")
    positive = _NEGATED.get(kind, kind)
    if positive == "ARRAY_CONTAINS" and not types[name].endswith("[]"):
        raise bad(f"{name} is not a list; use EQ or CONTAINS", "SEARCH_TYPE")
    if positive == "JSON_WILDCARD" and types[name] != "JSON":
        raise bad(f"{name} has no keys; use EQ or WILDCARD", "SEARCH_TYPE")
    sql, values = _positive(name, positive, value, types[name])
    return (f"NOT coalesce({sql}, FALSE)" if kind in _NEGATED else sql), values


def _positive(name: str, kind: str, value: Any, column_type: str) -> Condition:
    column = quote(name)
    words = f"lower(CAST({column} AS VARCHAR))"
    match kind:
        case "IS_EMPTY":
            return f"({column} IS NULL OR CAST({column} AS VARCHAR) IN ('', '[]', '{{}}', 'null'))", []
        case "JSON_WILDCARD":
            return _tag(column, value)
        case "RANGE":
            if not isinstance(value, dict) or set(value) != {"from", "to"}:
                raise bad("RANGE takes an object with from and to", name)
            low, high = _value(name, value["from"], column_type), _value(name, value["to"], column_type)
            return f"{column} BETWEEN ? AND ?", [low, high]
        case "GT" | "LT" | "GTE" | "LTE":
            return f"{column} {_COMPARE[kind]} ?", [_value(name, value, column_type)]
        case "IN" | "CONTAINS_IN_LIST":
            given = value if isinstance(value, list) else [value]
            inner = "EQ" if kind == "IN" else "CONTAINS"
            found = [_positive(name, inner, v, column_type) for v in given]
            return " OR ".join(f"({s})" for s, _ in found) or "FALSE", [x for _, v in found for x in v]
        case "ARRAY_CONTAINS":
            given = [_word(name, v) for v in (value if isinstance(value, list) else [value])]
            marks = ", ".join("lower(?)" for _ in given)
            return f"list_has_any(list_transform({column}, lambda x: lower(x)), [{marks}])", list(given)
        case "EQ" if column_type.endswith("[]"):
            return _positive(name, "ARRAY_CONTAINS", value, column_type)
        case "EQ" if column_type in ("TIMESTAMP", "BIGINT", "DOUBLE", "BOOLEAN"):
            return f"{column} = ?", [_value(name, value, column_type)]
        case "EQ":
            return f"{words} = lower(?)", [_word(name, value)]
        case "CONTAINS" | "RLIKE":
            return f"contains({words}, lower(?))", [_word(name, value)]
        case "WILDCARD":
            return f"{words} LIKE lower(?) ESCAPE '\\'", [_like(_word(name, value))]
        case "REGEX" | "REGEX_MATCH":
            pattern = _word(name, value)
            sql = "regexp_full_match" if kind == "REGEX_MATCH" else "regexp_matches"
            return f"{sql}(CAST({column} AS VARCHAR), ?)", [pattern]
        case _:  # IP_MATCH, for which an address is a text here
            return f"contains({words}, lower(?))", [_word(name, value)]


def _tag(column: str, value: Any) -> Condition:
    if not isinstance(value, dict) or "key" not in value or set(value) - {"key", "value"}:
        raise bad("JSON_WILDCARD takes an object with key and value", "SEARCH_VALUE")
    key, wanted = _word("key", value["key"]), _word("value", value.get("value", "*"))
    return (
        f"(SELECT bool_or(lower(e.key) LIKE lower(?) ESCAPE '\\' AND "
        f"lower(coalesce(e.value ->> '$', '')) LIKE lower(?) ESCAPE '\\') FROM json_each({column}) AS e)",
        [_like(key), _like(wanted)],
    )


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%").replace("?", "_")


def _word(name: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise bad("must be a text", name)
    return str(value)


def _value(name: str, value: Any, column_type: str) -> Any:
    if column_type == "TIMESTAMP":
        if isinstance(value, bool) or not isinstance(value, int):
            raise bad("must be a time in epoch milliseconds", name)
        return moment(value, name)
    if column_type == "BOOLEAN":
        if not isinstance(value, bool):
            raise bad("must be true or false", name)
        return value
    if column_type in ("BIGINT", "DOUBLE"):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise bad("must be a number", name)
        return value
    return _word(name, value)

"""call: a saved query inlined, its parameters bound as values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tools.xql.ast import Boolean, Duration, Enum, Expr, Field, Null, Number, Param, Saved, String
from tools.xql.errors import XqlError, XqlExecutionError
from tools.xql.local.context import Shared, TimeWindow
from tools.xql.local.relation import Relation


def saved_relation(source: Saved, shared: Shared, window: TimeWindow, case_sensitive: bool) -> Relation:
    """The rows of the saved query; it may call others, but not itself."""
    from tools.xql.local.pipeline import compile_query
    from tools.xql.parser import parse

    name = next((known for known in shared.library if known.lower() == source.name.lower()), None)
    if name is None:
        raise XqlExecutionError(
            f"there is no saved query {source.name!r} on the local tenant; write the query out"
        )
    if name in shared.calling:
        raise XqlExecutionError(f"the saved query {name!r} calls itself; write the query out")
    given = {key.lstrip("$"): literal(item, shared) for key, item in source.params}
    try:
        query = parse(shared.library[name])
    except XqlError as error:
        raise XqlExecutionError(f"the saved query {name!r} cannot be read: {error}") from error
    inner = replace(shared, parameters={**shared.parameters, **given}, calling=(*shared.calling, name))
    relation = compile_query(query, inner, window, case_sensitive)
    shared.names = inner.names
    return relation


def literal(node: Expr, shared: Shared) -> Any:
    """The Python value of a parameter as written after call."""
    if isinstance(node, String):
        return node.value
    if isinstance(node, Number):
        return int(node.text) if node.text.lstrip("-").isdigit() else float(node.text)
    if isinstance(node, Boolean):
        return node.value
    if isinstance(node, Null):
        return None
    if isinstance(node, Field | Enum):
        return node.name
    if isinstance(node, Duration):
        return node.text
    if isinstance(node, Param):
        return shared.parameter(node.name)
    raise XqlExecutionError("a parameter of call is a literal: text, a number, true, false or null")

"""A query in plain words, read off its tree: for queries that came as text."""

from __future__ import annotations

from typing import Final

from tools.xql.ast import (
    Aggregate,
    And,
    Arrow,
    Call,
    Comp,
    Compare,
    Dataset,
    Dedup,
    Enum,
    Expr,
    Field,
    Fields,
    Filter,
    InList,
    InQuery,
    Join,
    Limit,
    Not,
    Null,
    Or,
    Preset,
    Query,
    Sort,
    Stage,
    String,
    Top,
)
from tools.xql.plan.describe import noun, short
from tools.xql.printer.expressions import ExpressionPrinter

_OPS: Final = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
    "contains": "contains",
    "not contains": "does not contain",
    "~=": "matches",
    "!~=": "does not match",
    "incidr": "is in",
    "not incidr": "is outside",
}
_MOST_WORDS = 400


def describe_query(query: Query) -> str:
    """One line; stages that only compute or present are left out."""
    source = query.source
    if isinstance(source, Dataset) and source.names:
        head = " and ".join(noun(name) for name in source.names)
    elif isinstance(source, Preset):
        head = f"rows of {source.name}"
    else:
        head = "events"
    head = head[0].upper() + head[1:]
    parts = [part for part in map(_stage, query.stages) if part]
    text = ", ".join([head, *parts])
    return text if len(text) <= _MOST_WORDS else text[: _MOST_WORDS - 3] + "..."


def _stage(stage: Stage) -> str:
    if isinstance(stage, Filter):
        return f"where {_words(stage.condition)}"
    if isinstance(stage, Comp):
        told = " and ".join(map(_measure, stage.aggregates))
        return told + (f" per {' and '.join(map(short, stage.by))}" if stage.by else "")
    if isinstance(stage, Join):
        source = stage.query.source
        other = noun(source.names[0]) if isinstance(source, Dataset) and source.names else "other rows"
        return f"with their {other}" if stage.type in (None, "inner") else f"with their {other}, if any"
    if isinstance(stage, Sort):
        keys = (
            f"{short(key.field)} ({'descending' if key.direction == 'desc' else 'ascending'})"
            for key in stage.keys
        )
        return f"sorted by {' and '.join(keys)}"
    if isinstance(stage, Dedup):
        return f"one for each {' and '.join(map(short, stage.fields))}"
    if isinstance(stage, Top):
        return f"the most frequent {short(stage.field)}"
    if isinstance(stage, Limit):
        return f"at most {ExpressionPrinter(False).flat(stage.count)} rows"
    if isinstance(stage, Fields) and stage.exclude:
        return ""
    return ""


def _measure(item: Aggregate) -> str:
    field = short(item.args[0].name) if item.args and isinstance(item.args[0], Field) else ""
    if item.function == "count":
        return f"number of {field}" if field else "number of rows"
    if item.function == "count_distinct":
        return f"number of different {field}"
    return f"{item.function} of {field}".strip()


def _words(node: Expr) -> str:
    if isinstance(node, And):
        return " and ".join(f"({_words(i)})" if isinstance(i, Or) else _words(i) for i in node.operands)
    if isinstance(node, Or):
        return " or ".join(_words(item) for item in node.operands)
    if isinstance(node, Not):
        return f"not ({_words(node.operand)})"
    if isinstance(node, Compare):
        if isinstance(node.right, Null):
            return f"{_term(node.left)} has {'no' if node.op == '=' else 'a'} value"
        return f"{_term(node.left)} {_OPS.get(node.op, node.op)} {_term(node.right)}"
    if isinstance(node, InList):
        shown = ", ".join(map(_term, node.items[:6])) + (", ..." if len(node.items) > 6 else "")
        return f"{_term(node.left)} is {'none' if node.negated else 'one'} of {shown}"
    if isinstance(node, InQuery):
        source = node.query.source
        other = noun(source.names[0]) if isinstance(source, Dataset) and source.names else "other rows"
        return f"{_term(node.left)} is {'not ' if node.negated else ''}among {other}"
    return _term(node)


def _term(node: Expr) -> str:
    if isinstance(node, Field):
        return short(node.name)
    if isinstance(node, Arrow):
        return f"{_term(node.base)} {' '.join(str(step) for step in node.path)}".strip()
    if isinstance(node, String):
        return f'"{node.value}"'
    if isinstance(node, Enum):
        return node.name
    if isinstance(node, Call) and node.name == "timestamp_diff":
        return "age in " + (node.args[2].value.lower() + "s" if isinstance(node.args[2], String) else "time")
    text = ExpressionPrinter(False).flat(node)
    return text if len(text) <= 80 else text[:77] + "..."

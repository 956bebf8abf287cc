"""Aggregates of a plan: what is prepared before `comp`, and what is made of its results."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from tools.xql import ast
from tools.xql.errors import XqlPlanError
from tools.xql.functions import Kind
from tools.xql.plan import model
from tools.xql.plan.conditions import ConditionCompiler
from tools.xql.plan.links import KEYS
from tools.xql.plan.literals import NUMERIC
from tools.xql.plan.state import State

ONE: Final = ast.Number("1")
_NUMBERS: Final = frozenset({"sum", "avg", "median"})


def value_name(name: str) -> str:
    """The column that an aggregate reads where it has to be made first."""
    return f"{name}_value"


def part_name(name: str) -> str:
    return f"{name}_part"


def all_name(name: str) -> str:
    return f"{name}_all"


@dataclass(slots=True)
class Measures:
    """`prepared` goes before `comp`, `totals` (a window over all groups) and `shares` after it."""

    prepared: list[ast.Assignment] = field(default_factory=list)
    aggregates: list[ast.Aggregate] = field(default_factory=list)
    totals: list[ast.WindowFunction] = field(default_factory=list)
    shares: list[ast.Assignment] = field(default_factory=list)
    kinds: dict[str, Kind] = field(default_factory=dict)


def row_key(state: State) -> str | None:
    """The column that tells the things of the dataset apart."""
    key = KEYS.get(state.dataset.lower())
    return state.own(key) if key is not None and state.has(key) else None


def measures(items: tuple[model.Aggregate, ...], state: State) -> Measures:
    made = Measures()
    for item in items:
        _measure(item, state, made)
    return made


def _measure(item: model.Aggregate, state: State, made: Measures) -> None:
    key = row_key(state) if state.multiplied and item.function != "count_rows" else None
    if item.function == "percent":
        part, whole = part_name(item.name), all_name(item.name)
        made.aggregates.append(_counted(item, part, key, state, made))
        if item.where is not None:
            made.aggregates.append(_count(whole, key))
        else:
            made.totals.append(ast.WindowFunction("sum", (ast.Field(part),), alias=whole))
        made.shares.append(ast.Assignment(item.name, percentage(part, whole)))
        made.kinds[item.name] = Kind.FLOAT
        return
    if item.field is None:
        made.aggregates.append(_counted(item, item.name, key, state, made))
        made.kinds[item.name] = Kind.INT
        return
    name = state.need(item.field)
    kind = state.kind(name)
    if item.function in ("earliest", "latest") and not state.has("_time"):
        raise XqlPlanError(
            f"{item.function} needs _time, which {name}'s dataset does not have; use min or max"
        )
    source, kind = _numeric(item, name, kind)
    if item.where is not None:
        source = ast.Call("if", (ConditionCompiler(state.kinds).compile(item.where), source))
    if source != ast.Field(name):
        made.prepared.append(ast.Assignment(value_name(item.name), source))
        source = ast.Field(value_name(item.name))
    made.aggregates.append(ast.Aggregate(item.function, (source,), item.name))
    made.kinds[item.name] = _result(item.function, kind)


def _counted(
    item: model.Aggregate, name: str, key: str | None, state: State, made: Measures
) -> ast.Aggregate:
    """Things, or rows where nothing tells them apart; only those that satisfy the aggregate's own condition."""
    if item.where is None:
        return _count(name, key)
    test = ConditionCompiler(state.kinds).compile(item.where)
    flag = ast.Field(value_name(item.name))
    made.prepared.append(ast.Assignment(flag.name, ast.Call("if", (test, ast.Field(key) if key else ONE))))
    return ast.Aggregate("count_distinct" if key else "count", (flag,), name)


def _count(name: str, key: str | None) -> ast.Aggregate:
    # rows were multiplied by items or joined rows: what is asked is the number of things
    return (
        ast.Aggregate("count_distinct", (ast.Field(key),), name) if key else ast.Aggregate("count", (), name)
    )


def percentage(part: str, whole: str) -> ast.Expr:
    """100 * part / whole with one decimal (whether `round` takes a number of digits is not documented)."""
    ratio = ast.Call("divide", (ast.Field(part), ast.Field(whole)))
    tenths = ast.Call("round", (ast.Call("multiply", (ratio, ast.Number("1000"))),))
    return ast.Call("divide", (tenths, ast.Number("10")))


def _numeric(item: model.Aggregate, name: str, kind: Kind) -> tuple[ast.Expr, Kind]:
    """The column of an aggregate, as a number where it must be one."""
    column = ast.Field(name)
    if item.function not in _NUMBERS or kind in NUMERIC or kind is Kind.ANY:
        return column, kind
    if kind is Kind.TIME:
        return ast.Call("to_epoch", (column,)), Kind.FLOAT
    if kind is Kind.ARRAY:
        return ast.Call("array_length", (column,)), Kind.FLOAT
    if kind is Kind.BOOL:
        return ast.Call("if", (column, ONE, ast.Number("0"))), Kind.FLOAT
    return ast.Call("to_number", (column,)), Kind.FLOAT


def _result(function: str, kind: Kind) -> Kind:
    if function in ("count", "count_distinct"):
        return Kind.INT
    if function == "values":
        return Kind.ARRAY
    return kind if function in ("min", "max", "earliest", "latest") else Kind.FLOAT

"""Rules of calls: arguments, patterns, JSON keys, aggregates."""

from __future__ import annotations

from typing import Final

from tools.xql.ast import (
    Arrow,
    Call,
    Expr,
    Field,
    Star,
    String,
)
from tools.xql.catalog import ColumnInfo
from tools.xql.checker.patterns import late_flags, pattern_fault
from tools.xql.checker.scope import Findings, Scope
from tools.xql.errors import XqlError
from tools.xql.functions import AGGREGATE, SCALAR, Function, Kind
from tools.xql.jsonpath import parse_path, print_path

NUMERIC: Final = frozenset({Kind.INT, Kind.FLOAT, Kind.NUMBER})
_JSON_FUNCTIONS: Final = frozenset(
    {"json_extract", "json_extract_scalar", "json_extract_array", "json_extract_scalar_array"}
)
_PATTERN_FUNCTIONS: Final = frozenset({"regextract", "replex"})
_NUMBER_TAKERS: Final = frozenset({"add", "subtract", "multiply", "divide", "pow", "floor", "round", "abs"})


class CallChecker:
    """Checks calls; `kind` and `condition` are given by the class above."""

    def __init__(self, found: Findings) -> None:
        self.found = found

    def kind(self, node: Expr, scope: Scope) -> Kind:
        raise NotImplementedError

    def condition(self, node: Expr, scope: Scope) -> None:
        raise NotImplementedError

    def call(self, node: Call, scope: Scope) -> Kind:
        spec = SCALAR[node.name]
        kinds = [self._argument(node, number, arg, scope) for number, arg in enumerate(node.args)]
        self._arguments(node, spec, kinds)
        if node.name in _JSON_FUNCTIONS and isinstance(node.args[1], String):
            try:
                steps = parse_path(node.args[1].value)
            except XqlError as error:
                self.found.error("json-path", node.args[1], str(error))
            else:
                self._dotted(node.args[0], steps, node, scope)
        if node.name in _PATTERN_FUNCTIONS:
            self._pattern(node.args[1])
        if node.name == "if":
            return _common(
                [kinds[n] for n in range(1, len(kinds), 2)] + (kinds[-1:] if len(kinds) % 2 else [])
            )
        return _common(kinds) if node.name == "coalesce" else spec.result

    def _argument(self, node: Call, number: int, arg: Expr, scope: Scope) -> Kind:
        test = node.name == "if" and (number % 2 == 0 and number < len(node.args) - len(node.args) % 2)
        if test or (node.name in ("arrayfilter", "arrayindexof", "array_any", "array_all") and number == 1):
            self.condition(arg, scope)
            return Kind.BOOL
        return self.kind(arg, scope)

    def _arguments(self, node: Call, spec: Function, kinds: list[Kind]) -> None:
        name = node.name
        if name == "len" and kinds[0] is Kind.ARRAY:
            self.found.error("len-on-array", node, "len counts characters", ("array_length(f)",))
            return
        for wanted, kind, arg in zip(_takes(spec, len(kinds)), kinds, node.args, strict=True):
            if wanted is Kind.TIME and kind not in (Kind.TIME, Kind.ANY):
                fix = 'to_timestamp(f, "MILLIS")' if kind in NUMERIC else 'parse_timestamp("%Y-%m-%d", f)'
                self.found.error("type", arg, f"{name} needs a time here; this is a {kind.value}", (fix,))
            elif (
                wanted is Kind.NUMBER
                and name in _NUMBER_TAKERS
                and kind in (Kind.TEXT, Kind.ARRAY, Kind.BOOL)
            ):
                rule = (
                    self.found.error if kind is not Kind.TEXT or isinstance(arg, String) else self.found.warn
                )
                rule(
                    "type",
                    arg,
                    f"{name} needs a number here; this is a {kind.value}",
                    ("to_integer(f)", "to_float(f)"),
                )
            elif wanted is Kind.ARRAY and kind in (*NUMERIC, Kind.BOOL, Kind.TIME):
                self.found.error("type", arg, f"{name} needs an array here; this is a {kind.value}")
            elif wanted is Kind.TEXT and kind is Kind.ARRAY and name != "arraystring":
                fixes = (f'arraymap(f, {name}("@element"))', "arrayexpand f", 'arraystring(f, ",")')
                self.found.error(
                    "array-not-expanded", arg, f"{name} needs text here; this is an array", fixes
                )

    def aggregate(self, function: str, args: tuple[Expr, ...], node: Expr | None, scope: Scope) -> Kind:
        if not args:
            return Kind.INT
        if isinstance(args[0], Star):
            return Kind.ARRAY
        kind = self.kind(args[0], scope)
        for extra in args[1:]:
            self.kind(extra, scope)
        numeric = AGGREGATE[function].takes == (Kind.NUMBER,)
        if numeric and kind in (Kind.TEXT, Kind.ARRAY, Kind.TIME):
            self.found.error(
                "type",
                args[0],
                f"{function} needs numbers; this is a {kind.value}",
                (f"{function}(to_integer(f))",),
            )
        result = AGGREGATE[function].result
        return kind if result is Kind.ANY else result

    def _dotted(self, base: Expr, path: tuple[str | int, ...], node: Expr, scope: Scope) -> None:
        """A literal dotted key that was written as steps."""
        known = self.column(base.name, scope) if isinstance(base, Field) else None
        steps = [step for step in path if isinstance(step, str)]
        if known is None or not known.dotted_keys or len(steps) < 2 or steps[0] != "xdm":
            return
        key = ".".join(steps)
        right = (f'-> ["{key}"]',) if isinstance(node, Arrow) else (f'"{print_path((key,))}"',)
        self.found.error(
            "dotted-json-key",
            node,
            f"the keys of {known.name} are literal dotted names; as steps this path is always null",
            right,
        )

    def _pattern(self, node: Expr) -> None:
        if not isinstance(node, String):
            return
        fault = pattern_fault(node.value)
        if fault is not None:
            self.found.error(fault[0], node, fault[1], ("match with contains, or with two filters",))
        elif late_flags(node.value):
            self.found.warn("late-flag", node, "(?i) works only at the start of a pattern", ("(?i)...",))

    def column(self, name: str, scope: Scope) -> ColumnInfo | None:
        return scope.columns.get(name.lower())


def _takes(spec: Function, count: int) -> list[Kind]:
    if not spec.takes:
        return [Kind.ANY] * count
    whole = list(spec.takes[:count])
    return whole + [spec.takes[-1] if len(spec.takes) == 1 and spec.takes[0] is Kind.NUMBER else Kind.ANY] * (
        count - len(whole)
    )


def _common(kinds: list[Kind]) -> Kind:
    known = {kind for kind in kinds if kind is not Kind.ANY}
    if len(known) == 1:
        return known.pop()
    return Kind.NUMBER if known and known <= NUMERIC else Kind.ANY

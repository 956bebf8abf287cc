"""Arguments that no tenant accepts: wrong count, order or literal."""

from __future__ import annotations

from tools.xql.ast import Expr, Field, String
from tools.xql.functions import DIFF_PARTS, EPOCH_UNITS, EXTRACT_PARTS, MANY, Function

Fault = tuple[str, str, tuple[str, ...]]


def argument_fault(spec: Function, args: tuple[Expr, ...]) -> Fault | None:
    """Rule id, message and right forms, or None where the call is well formed."""
    name, count = spec.name, len(args)
    if not spec.least <= count <= spec.most:
        if spec.least == spec.most:
            wants = str(spec.least)
        elif spec.most == MANY:
            wants = f"at least {spec.least}"
        else:
            wants = f"{spec.least} to {spec.most}"
        if name == "arrayrange":
            return (
                "arrayrange-generator",
                "arrayrange cuts a slice out of an array; it makes no numbers",
                ("arrayrange(array, start, end)",),
            )
        right = (f"{name}({', '.join('fgh'[n % 3] for n in range(spec.least))})",)
        return "arity", f"{name} takes {wants} argument{'s' if wants != '1' else ''}, not {count}", right
    if name == "timestamp_diff":
        return _part(name, args[2], DIFF_PARTS, ('use "DAY" and divide(..., 7)',), "timestamp-part")
    if name == "extract_time":
        return _part(name, args[1], EXTRACT_PARTS, ('extract_time(t, "DAY")',), "timestamp-part")
    if name in ("to_epoch", "to_timestamp") and count == 2:
        return _part(name, args[1], EPOCH_UNITS, (f'{name}(x, "SECONDS")',), "epoch-unit")
    if name in ("format_timestamp", "parse_timestamp", "parse_epoch"):
        return _time_format(name, args)
    if name == "object_create" and count % 2:
        return "arity", "object_create takes pairs of key and value", ('object_create("k", v)',)
    return None


def _part(name: str, arg: Expr, known: tuple[str, ...], right: tuple[str, ...], rule: str) -> Fault | None:
    if isinstance(arg, String) and arg.value.upper() not in known:
        return rule, f'{name} knows no "{arg.value}", only {", ".join(known)}', right
    if isinstance(arg, Field) and arg.name.upper() in known:
        return rule, f"the part of {name} is text", (f'{name}(..., "{arg.name.upper()}")',)
    return None


def _time_format(name: str, args: tuple[Expr, ...]) -> Fault | None:
    first, second = args[0], args[1]
    right = (f'{name}("%Y-%m-%d", t)',)
    if isinstance(second, String) and not isinstance(first, String) and _formatlike(second.value):
        return "time-format-order", f"the format of {name} comes first", right
    if isinstance(first, String) and "%" not in first.value and _formatlike(first.value):
        return "time-format", f'"{first.value}" has no codes such as %Y', right
    return None


def _formatlike(text: str) -> bool:
    return "%" in text or any(part in text for part in ("YYYY", "yyyy", "MM", "dd", "DD", "HH", "mm"))

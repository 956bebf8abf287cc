"""Function calls to SQL: the table of handlers, and those of text, numbers and conditionals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlglot import exp

from tools.xql.ast import Call, Expr, String
from tools.xql.errors import XqlExecutionError
from tools.xql.functions import Kind
from tools.xql.local.context import Context
from tools.xql.local.expressions import arithmetic, condition, operand, pattern, value
from tools.xql.local.sql import NULL, Sql, binary, case, cast, const, fn, num, try_cast
from tools.xql.local.values import (
    NOTHING,
    NUMERIC,
    Value,
    as_kind,
    boolean,
    integer,
    joined_kind,
    number,
    text,
    timestamp,
)

Handler = Callable[[Sequence[Expr], Context], Value]


def call(node: Call, ctx: Context) -> Value:
    handler = handlers().get(node.name)
    if handler is None:
        raise XqlExecutionError(f"the function {node.name} cannot be run on the local tenant")
    return handler(node.args, ctx)


_TABLE: dict[str, Handler] = {}


def handlers() -> dict[str, Handler]:
    """All handlers, gathered once."""
    if not _TABLE:
        from tools.xql.local import call_arrays, call_json, call_network, call_time

        for module in (call_arrays, call_json, call_network, call_time):
            _TABLE.update(module.HANDLERS)
        _TABLE.update(_OWN)
    return _TABLE


def literal_text(node: Expr, ctx: Context, what: str) -> str:
    """The text of an argument that must be a literal (or a parameter)."""
    found = value(node, ctx).literal
    if not isinstance(found, str):
        raise XqlExecutionError(f"{what} must be literal text in quotes")
    return found


def of_text(name: str) -> Handler:
    return lambda args, ctx: Value(fn(name, *(text(value(a, ctx)) for a in args)), Kind.TEXT)


def _concat(args: Sequence[Expr], ctx: Context) -> Value:
    joined = text(value(args[0], ctx))
    for arg in args[1:]:
        joined = exp.DPipe(this=joined, expression=text(value(arg, ctx)))
    return Value(exp.Paren(this=joined), Kind.TEXT)


def _format_string(args: Sequence[Expr], ctx: Context) -> Value:
    """`%s` takes anything; `%d` and `%f` numbers; a null makes the text "NULL"-free: the whole is null."""
    form = literal_text(args[0], ctx, "the format of format_string")
    pieces: list[Sql] = []
    rest = list(args[1:])
    for literal, spec in _split_format(form):
        if literal:
            pieces.append(ctx.bind(literal))
        if spec:
            if not rest:
                raise XqlExecutionError(f"format_string has more codes than values in {form!r}")
            item = value(rest.pop(0), ctx)
            if spec[-1] in "sv" and len(spec) == 2:
                pieces.append(text(item))
            elif spec[-1] in "dieufFgGxXo":
                typed = (
                    cast(integer(item), "BIGINT") if spec[-1] in "diuxXo" else cast(number(item), "DOUBLE")
                )
                pieces.append(fn("printf", const(spec), typed))
            else:
                pieces.append(fn("printf", const(spec), text(item)))
    if not pieces:
        return Value(const(""), Kind.TEXT)
    joined = pieces[0]
    for piece in pieces[1:]:
        joined = exp.DPipe(this=joined, expression=piece)
    return Value(exp.Paren(this=joined), Kind.TEXT)


def _split_format(form: str) -> list[tuple[str, str]]:
    import re

    parts: list[tuple[str, str]] = []
    at = 0
    buffer = ""
    for found in re.finditer(r"%%|%[-+ 0]{0,3}\d{0,3}(?:\.\d{1,3})?[sdifeEgGuxXotTvV]", form):
        buffer += form[at : found.start()]
        at = found.end()
        if found.group() == "%%":
            buffer += "%"
            continue
        spec = found.group()
        parts.append((buffer, spec[:-1] + "s" if spec[-1] in "tTvV" else spec))
        buffer = ""
    parts.append((buffer + form[at:], ""))
    return parts


def _replace(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(fn("replace", *(text(value(a, ctx)) for a in args)), Kind.TEXT)


def _replex(args: Sequence[Expr], ctx: Context) -> Value:
    subject, regex = text(value(args[0], ctx)), text(pattern(args[1], ctx))
    return Value(fn("regexp_replace", subject, regex, text(pattern(args[2], ctx)), const("g")), Kind.TEXT)


def groups_in(regex: str) -> int:
    """How many capturing groups a pattern has; raises where it is no pattern."""
    import re

    try:
        return re.compile(regex.replace("(?P<", "(?P<")).groups
    except re.error:
        # RE2 has forms that Python lacks; count opening parentheses that are not escaped or special
        return len(re.findall(r"(?<!\\)\((?!\?)", regex))


def _regextract(args: Sequence[Expr], ctx: Context) -> Value:
    subject = text(value(args[0], ctx))
    regex = pattern(args[1], ctx)
    if not isinstance(regex.literal, str):
        return Value(fn("regexp_extract_all", subject, text(regex)), Kind.ARRAY)
    group = min(groups_in(regex.literal), 1)
    return Value(fn("regexp_extract_all", subject, regex.sql, num(group)), Kind.ARRAY)


def _split(args: Sequence[Expr], ctx: Context) -> Value:
    separator = text(value(args[1], ctx)) if len(args) > 1 else const(" ")
    return Value(fn("string_split", text(value(args[0], ctx)), separator), Kind.ARRAY)


def _len(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(fn("length", text(value(args[0], ctx))), Kind.INT)


def _string_count(args: Sequence[Expr], ctx: Context) -> Value:
    subject, part = (text(value(a, ctx)) for a in args)
    removed = fn("length", fn("replace", subject, part, const("")))
    spare = binary("-", fn("length", subject), removed)
    whole = exp.IntDiv(this=exp.Paren(this=spare), expression=fn("nullif", fn("length", part), num(0)))
    return Value(cast(whole, "BIGINT"), Kind.INT)


def _wildcard_match(args: Sequence[Expr], ctx: Context) -> Value:
    from tools.xql.local.compare import wildcard

    form = literal_text(args[1], ctx, "the pattern of wildcard_match")
    return Value(wildcard(value(args[0], ctx), form, ctx), Kind.BOOL)


def _base64(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(fn("try", fn("decode", fn("from_base64", text(value(args[0], ctx))))), Kind.TEXT)


def _host(args: Sequence[Expr], ctx: Context) -> Value:
    url = text(value(args[0], ctx))
    host = fn(
        "regexp_extract", url, const(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://)?(?:[^/?#@]*@)?([^/?#:]+)"), num(1)
    )
    return Value(fn("nullif", fn("lower", host), const("")), Kind.TEXT)


# the public suffix is the last label, or a country's with one of the usual second labels (co.uk, com.au)
_SUFFIX = r"(?:(?:ac|co|com|edu|go|gob|gouv|gov|ltd|mil|ne|net|nhs|nom|or|org|plc|sch)[.][a-z]{2}|[^.]+)"


def _domain(labels: int) -> Handler:
    def handler(args: Sequence[Expr], ctx: Context) -> Value:
        host = _host(args, ctx).sql
        found = fn(
            "nullif",
            fn("regexp_extract", host, const(rf"({'[^.]+[.]' * (labels - 1)}{_SUFFIX})$"), num(1)),
            const(""),
        )
        return Value(case([(fn("regexp_matches", host, const(r"^[0-9.]+$")), NULL)], found), Kind.TEXT)

    return handler


def _math(op: str) -> Handler:
    return lambda args, ctx: arithmetic(op, value(args[0], ctx), value(args[1], ctx))


def _floor(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(try_cast(fn("floor", number(value(args[0], ctx))), "BIGINT"), Kind.INT)


def _round(args: Sequence[Expr], ctx: Context) -> Value:
    """To a whole number, or to so many digits."""
    first = number(value(args[0], ctx))
    if len(args) == 1:
        return Value(try_cast(fn("round", first), "BIGINT"), Kind.INT)
    return Value(
        fn("round", cast(first, "DOUBLE"), cast(integer(value(args[1], ctx)), "INTEGER")), Kind.FLOAT
    )


def _pow(args: Sequence[Expr], ctx: Context) -> Value:
    return Value(fn("pow", *(number(value(a, ctx)) for a in args)), Kind.FLOAT)


def _abs(args: Sequence[Expr], ctx: Context) -> Value:
    item = value(args[0], ctx)
    return Value(fn("abs", number(item)), item.kind if item.kind in NUMERIC else Kind.FLOAT)


def _bitwise_and(args: Sequence[Expr], ctx: Context) -> Value:
    left, right = (exp.Paren(this=integer(value(a, ctx))) for a in args)
    return Value(exp.Paren(this=exp.BitwiseAnd(this=left, expression=right)), Kind.INT)


def _if(args: Sequence[Expr], ctx: Context) -> Value:
    """Pairs of condition and value; an odd count ends with the else value."""
    pairs, rest = divmod(len(args), 2)
    found = [(condition(args[2 * n], ctx), value(args[2 * n + 1], ctx)) for n in range(pairs)]
    default = value(args[-1], ctx) if rest else NOTHING
    kind = joined_kind([item.kind for _, item in found] + [default.kind])
    branches = [(test, as_kind(item, kind)) for test, item in found]
    return Value(case(branches, as_kind(default, kind)), kind)


def _coalesce(args: Sequence[Expr], ctx: Context) -> Value:
    items = [value(arg, ctx) for arg in args]
    kind = joined_kind([item.kind for item in items])
    return Value(fn("coalesce", *(as_kind(item, kind) for item in items)), kind)


def _convert(convert: Callable[[Value], Sql], kind: Kind) -> Handler:
    return lambda args, ctx: Value(convert(operand(args[0], ctx)), kind)


def _string(args: Sequence[Expr], ctx: Context) -> Value:
    item = value(args[0], ctx)
    if isinstance(args[0], String):
        return item
    return Value(text(item), Kind.TEXT)


_OWN: dict[str, Handler] = {
    "concat": _concat,
    "format_string": _format_string,
    "lowercase": of_text("lower"),
    "uppercase": of_text("upper"),
    "trim": of_text("trim"),
    "ltrim": of_text("ltrim"),
    "rtrim": of_text("rtrim"),
    "replace": _replace,
    "replex": _replex,
    "regextract": _regextract,
    "split": _split,
    "len": _len,
    "string_count": _string_count,
    "wildcard_match": _wildcard_match,
    "to_string": _string,
    "convert_from_base_64": _base64,
    "extract_url_host": _host,
    "extract_url_pub_suffix": _domain(1),
    "extract_url_registered_domain": _domain(2),
    "add": _math("+"),
    "subtract": _math("-"),
    "multiply": _math("*"),
    "divide": _math("/"),
    "pow": _pow,
    "floor": _floor,
    "round": _round,
    "abs": _abs,
    "bitwise_and": _bitwise_and,
    "to_number": _convert(number, Kind.FLOAT),
    "to_integer": _convert(integer, Kind.INT),
    "to_float": _convert(lambda item: cast(number(item), "DOUBLE"), Kind.FLOAT),
    "to_boolean": _convert(boolean, Kind.BOOL),
    "if": _if,
    "coalesce": _coalesce,
}

__all__ = ["call", "handlers", "literal_text", "of_text", "timestamp"]

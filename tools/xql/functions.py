"""The functions of the language: names, number of arguments, types.

Source: Cortex XQL function pages (text, numbers, arrays, JSON, time, IP, aggregates, window functions). A name
that is not here is not XQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Types of values. `any` is unknown and agrees with everything."""

    ANY = "any"
    TEXT = "text"
    INT = "int"
    FLOAT = "float"
    NUMBER = "number"
    BOOL = "bool"
    TIME = "timestamp"
    ARRAY = "array"
    JSON = "json"


_A, _T, _I, _F, _N, _B, _D, _L, _J = (
    Kind.ANY,
    Kind.TEXT,
    Kind.INT,
    Kind.FLOAT,
    Kind.NUMBER,
    Kind.BOOL,
    Kind.TIME,
    Kind.ARRAY,
    Kind.JSON,
)

MANY: Final = 10_000


@dataclass(frozen=True, slots=True)
class Function:
    """`least`..`most` arguments; `takes` are the types of the first ones (the last repeats)."""

    name: str
    least: int
    most: int
    result: Kind
    takes: tuple[Kind, ...] = ()
    note: str = ""


def _table(*rows: Function) -> dict[str, Function]:
    return {row.name: row for row in rows}


F = Function

SCALAR: Final[dict[str, Function]] = _table(
    # text
    F("concat", 1, MANY, _T),
    F("format_string", 1, MANY, _T, (_T, _A)),
    F("lowercase", 1, 1, _T, (_T,)),
    F("uppercase", 1, 1, _T, (_T,)),
    F("trim", 1, 2, _T, (_T,)),
    F("ltrim", 1, 2, _T, (_T,)),
    F("rtrim", 1, 2, _T, (_T,)),
    F("replace", 3, 3, _T, (_T,)),
    F("replex", 3, 3, _T, (_T,)),
    F("regextract", 2, 2, _L, (_T,)),
    F("regexcapture", 2, 2, _J, (_T,)),
    F("split", 1, 2, _L, (_T,)),
    F("len", 1, 1, _I, (_T,)),
    F("string_count", 2, 2, _I, (_T,)),
    F("wildcard_match", 2, 2, _B, (_T,)),
    F("to_string", 1, 1, _T),
    F("convert_from_base_64", 1, 1, _T, (_T,)),
    F("extract_url_host", 1, 1, _T, (_T,)),
    F("extract_url_pub_suffix", 1, 1, _T, (_T,)),
    F("extract_url_registered_domain", 1, 1, _T, (_T,)),
    # numbers, conversion, conditionals
    F("add", 2, 2, _N, (_N,)),
    F("subtract", 2, 2, _N, (_N,)),
    F("multiply", 2, 2, _N, (_N,)),
    F("divide", 2, 2, _N, (_N,)),
    F("pow", 2, 2, _N, (_N,)),
    F("floor", 1, 1, _N, (_N,)),
    F("round", 1, 2, _N, (_N,)),
    F("abs", 1, 1, _N, (_N,)),
    F("bitwise_and", 2, 2, _I, (_N,)),
    F("to_number", 1, 1, _N),
    F("to_integer", 1, 1, _I),
    F("to_float", 1, 1, _F),
    F("to_boolean", 1, 1, _B),
    F("if", 2, MANY, _A),
    F("coalesce", 1, MANY, _A),
    # arrays
    F("arrayindex", 2, 2, _A, (_L, _N)),
    F("array_length", 1, 1, _I, (_L,)),
    F("arraymap", 2, 2, _L, (_L, _A)),
    F("arrayfilter", 2, 2, _L, (_L, _B)),
    F("arraystring", 2, 2, _T, (_L, _T)),
    F("arraycreate", 0, MANY, _L),
    F("arrayconcat", 1, MANY, _L, (_L,)),
    F("arraydistinct", 1, 1, _L, (_L,)),
    F("arraymerge", 1, 1, _L, (_L,)),
    F("arrayrange", 3, 3, _L, (_L, _N)),
    F("arrayindexof", 2, 2, _I, (_L, _B)),
    F("array_any", 2, 2, _B, (_L, _B)),
    F("array_all", 2, 2, _B, (_L, _B)),
    # JSON
    F("json_extract_scalar", 2, 2, _T, (_J, _T)),
    F("json_extract", 2, 2, _J, (_J, _T)),
    F("json_extract_array", 2, 2, _L, (_J, _T)),
    F("json_extract_scalar_array", 2, 2, _L, (_J, _T)),
    F("json_path_extract", 2, 2, _J, (_J, _T)),
    F("to_json_string", 1, 1, _J),
    F("object_create", 2, MANY, _J),
    F("object_merge", 2, MANY, _J, (_J,)),
    # time
    F("current_time", 0, 0, _D),
    F("time_frame_end", 0, 0, _D),
    F("timestamp_diff", 3, 3, _I, (_D, _D, _T)),
    F("to_epoch", 1, 2, _I, (_D, _T)),
    F("to_timestamp", 1, 2, _D, (_A, _T)),
    F("timestamp_seconds", 1, 1, _D, (_N,)),
    F("format_timestamp", 2, 3, _T, (_T, _D, _T)),
    F("parse_timestamp", 2, 3, _D, (_T,)),
    F("parse_epoch", 2, 4, _I, (_T,)),
    F("extract_time", 2, 2, _I, (_D, _T)),
    F("date_floor", 2, 3, _D, (_D, _T)),
    # IP
    F("incidr", 2, 2, _B, (_T,)),
    F("incidr6", 2, 2, _B, (_T,)),
    F("incidrlist", 2, 2, _B, (_T,)),
    F("is_ipv4", 1, 1, _B, (_T,)),
    F("is_ipv6", 1, 1, _B, (_T,)),
    F("is_known_private_ipv4", 1, 1, _B, (_T,)),
    F("is_known_private_ipv6", 1, 1, _B, (_T,)),
    F("ip_to_int", 1, 1, _I, (_T,)),
    F("int_to_ip", 1, 1, _T, (_N,)),
)

AGGREGATE: Final[dict[str, Function]] = _table(
    F("count", 0, 1, _I),
    F("count_distinct", 1, 1, _I),
    F("sum", 1, 1, _N, (_N,)),
    F("avg", 1, 1, _F, (_N,)),
    F("min", 1, 1, _A),
    F("max", 1, 1, _A),
    F("values", 1, 1, _L),
    F("list", 1, 1, _L),
    F("first", 1, 1, _A),
    F("last", 1, 1, _A),
    F("earliest", 1, 1, _A),
    F("latest", 1, 1, _A),
    F("median", 1, 1, _F, (_N,)),
    F("var", 1, 1, _F, (_N,)),
    F("stddev_population", 1, 1, _F, (_N,)),
    F("stddev_sample", 1, 1, _F, (_N,)),
    F("approx_count", 1, 1, _I),
    F("approx_quantiles", 2, 3, _L),
    F("approx_top", 2, 3, _L),
)

WINDOW: Final[dict[str, Function]] = _table(
    F("rank", 0, 0, _I),
    F("row_number", 0, 0, _I),
    F("lag", 1, 1, _A),
    F("first_value", 1, 1, _A),
    F("last_value", 1, 1, _A),
    *(
        AGGREGATE[name]
        for name in ("count", "sum", "avg", "min", "max", "median", "stddev_population", "stddev_sample")
    ),
)

DIFF_PARTS: Final = ("DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND")
EXTRACT_PARTS: Final = (
    "DAY",
    "DAYOFWEEK",
    "DAYOFYEAR",
    "HOUR",
    "MICROSECOND",
    "MILLISECOND",
    "MINUTE",
    "MONTH",
    "QUARTER",
    "SECOND",
    "YEAR",
)
EPOCH_UNITS: Final = ("SECONDS", "MILLIS", "MICROS")
FLOOR_UNITS: Final = ("y", "mo", "w", "d", "h")
SPAN_UNITS: Final = ("ms", "s", "m", "h", "d", "w", "mo", "y")

# What people write instead, and the right form.
INSTEAD: Final[dict[str, str]] = {
    "substring": 'regextract(f, "re") or arrayindex(split(f, "sep"), 0)',
    "substr": 'regextract(f, "re") or arrayindex(split(f, "sep"), 0)',
    "left": 'arrayindex(split(f, "sep"), 0)',
    "right": 'arrayindex(split(f, "sep"), -1)',
    "case": "if(c1, a1, c2, a2, else)",
    "iif": "if(cond, a, b)",
    "now": "current_time()",
    "ago": 'config timeframe = 7d, or timestamp_diff(current_time(), _time, "DAY") <= 7',
    "timestamp_sub": 'timestamp_diff(current_time(), _time, "DAY") <= n, or config timeframe = 7d',
    "timestamp_add": 'to_timestamp(add(to_epoch(t), n), "SECONDS")',
    "date_sub": 'timestamp_diff(current_time(), _time, "DAY") <= n',
    "datediff": 'timestamp_diff(t1, t2, "DAY")',
    "date_diff": 'timestamp_diff(t1, t2, "DAY")',
    "dateadd": 'timestamp_diff(t1, t2, "DAY")',
    "strftime": 'format_timestamp("%Y-%m-%d", t)',
    "date_format": 'format_timestamp("%Y-%m-%d", t)',
    "date_trunc": 'date_floor(t, "d"), or the stage bin t span = 1d',
    "strptime": 'parse_timestamp("%Y-%m-%d", s)',
    "countif": "alter flag = if(cond, 1, 0), then comp sum(flag)",
    "count_if": "alter flag = if(cond, 1, 0), then comp sum(flag)",
    "sumif": "alter n = if(cond, x, 0), then comp sum(n)",
    "dc": "count_distinct(f)",
    "distinct_count": "count_distinct(f)",
    "dcount": "count_distinct(f)",
    "stddev": "stddev_population(f) or stddev_sample(f)",
    "average": "avg(f)",
    "mean": "avg(f)",
    "make_set": "values(f)",
    "collect": "values(f)",
    "lower": "lowercase(f)",
    "tolower": "lowercase(f)",
    "upper": "uppercase(f)",
    "toupper": "uppercase(f)",
    "length": "len(f) for text, array_length(f) for arrays",
    "strlen": "len(f)",
    "size": "array_length(f)",
    "array_size": "array_length(f)",
    "arraylength": "array_length(f)",
    "array_contains": 'array_any(f, "@element" = "x")',
    "array_index": "arrayindex(f, n)",
    "array_map": "arraymap(f, ...)",
    "array_filter": "arrayfilter(f, cond)",
    "array_distinct": "arraydistinct(f)",
    "array_concat": "arrayconcat(a, b)",
    "startswith": 'f = "text*"',
    "starts_with": 'f = "text*"',
    "endswith": 'f = "*text"',
    "ends_with": 'f = "*text"',
    "contains": 'f contains "text"',
    "like": 'f contains "text", or f = "*text*"',
    "matches": 'f ~= "re"',
    "regex_match": 'f ~= "re"',
    "regexp_extract": 'regextract(f, "re")',
    "regex_extract": 'regextract(f, "re")',
    "regexp_replace": 'replex(f, "re", "new")',
    "regex_replace": 'replex(f, "re", "new")',
    "isnull": "f = null",
    "is_null": "f = null",
    "isnotnull": "f != null",
    "isempty": 'f = null or f = ""',
    "ifnull": "coalesce(f, x)",
    "nvl": "coalesce(f, x)",
    "nullif": "if(a = b, null, a)",
    "tostring": "to_string(f)",
    "tonumber": "to_number(f)",
    "toint": "to_integer(f)",
    "to_int": "to_integer(f)",
    "cast": "to_string(f), to_integer(f), to_float(f)",
    "ceil": "floor(add(x, 1))",
    "mod": "subtract(a, multiply(b, floor(divide(a, b))))",
    "json_value": 'json_extract_scalar(f, "$.a")',
    "parse_json": 'json_extract(f, "$")',
    "get_json_object": 'json_extract_scalar(f, "$.a")',
    "unnest": "the stage arrayexpand f",
    "cidrmatch": 'incidr(ip, "10.0.0.0/8")',
    "cidr_match": 'incidr(ip, "10.0.0.0/8")',
    "ipinrange": 'incidr(ip, "10.0.0.0/8")',
    "strcat": "concat(a, b)",
    "lead": "lag(f) with the other direction of sort",
    "over": "windowcomp fn(f) by k sort desc g as a",
    "percentile": "approx_quantiles(f, 100)",
    "mvexpand": "the stage arrayexpand f",
}

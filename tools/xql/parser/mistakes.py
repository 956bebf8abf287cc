"""Known mistakes and invented syntax, each with a rule id and the right form.

Source: the reference's list of mistakes that a validator should name.
"""

from __future__ import annotations

import difflib
from typing import Final

STAGES: Final = (
    "alter",
    "arrayexpand",
    "bin",
    "call",
    "comp",
    "config",
    "dataset",
    "dedup",
    "fields",
    "filter",
    "getrole",
    "iploc",
    "join",
    "limit",
    "replacenull",
    "search",
    "sort",
    "tag",
    "target",
    "top",
    "transaction",
    "union",
    "view",
    "windowcomp",
)

SOURCES: Final = ("dataset", "cold_dataset", "preset", "datamodel")

# stage of another language -> the XQL form
FOREIGN_STAGES: Final[dict[str, str]] = {
    "where": "filter <condition>",
    "search": "filter <condition>",
    "project": "fields a, b as c",
    "select": "fields a, b as c",
    "table": "fields a, b",
    "keep": "fields a, b",
    "drop": "fields - a, b",
    "project-away": "fields - a, b",
    "summarize": "comp count() as n by k",
    "summarise": "comp count() as n by k",
    "stats": "comp count() as n by k",
    "aggregate": "comp count() as n by k",
    "group": "comp count() as n by k",
    "groupby": "comp count() as n by k",
    "count": "comp count() as n",
    "eval": "alter f = expression",
    "extend": "alter f = expression",
    "let": "alter f = expression",
    "set": "alter f = expression",
    "rename": "fields a as b",
    "head": "limit n",
    "take": "limit n",
    "tail": "sort desc _time | limit n",
    "first": "limit n",
    "order": "sort desc f",
    "orderby": "sort desc f",
    "distinct": "dedup f",
    "uniq": "dedup f",
    "unique": "dedup f",
    "mv-expand": "arrayexpand f",
    "mvexpand": "arrayexpand f",
    "expand": "arrayexpand f",
    "unnest": "arrayexpand f",
    "fillnull": "replacenull f = 0",
    "rex": 'alter f = arrayindex(regextract(x, "re"), 0)',
    "parse": 'alter f = arrayindex(regextract(x, "re"), 0)',
    "window": "windowcomp fn(f) by k sort desc g as a",
    "eventstats": "windowcomp fn(f) by k as a",
    "streamstats": "windowcomp fn(f) by k sort asc g as a",
    "timechart": "bin _time span = 1d | comp count() as n by _time",
    "chart": "comp count() as n by k | view graph type = column",
    "render": "view graph type = column",
    "lookup": "join (dataset = <lookup>) as l l.k = k",
    "append": "union (dataset = <name>)",
    "having": "filter after the comp stage",
    "from": "dataset = <name>",
    "index": "dataset = <name>",
    "source": "dataset = <name>",
    "outputlookup": "no write stages here",
    "collect": "no write stages here",
    "transactions": "transaction f span = 1h",
    "case": "alter f = if(c1, a1, c2, a2, else)",
}

# word in the place of an operator -> the right form
FOREIGN_OPERATORS: Final[dict[str, tuple[str, str]]] = {
    "like": ("like-operator", 'f contains "text", or f = "*text*"'),
    "ilike": ("like-operator", 'f contains "text", or f = "*text*"'),
    "startswith": ("startswith-operator", 'f = "text*"'),
    "starts_with": ("startswith-operator", 'f = "text*"'),
    "endswith": ("endswith-operator", 'f = "*text"'),
    "ends_with": ("endswith-operator", 'f = "*text"'),
    "matches": ("matches-operator", 'f ~= "re"'),
    "match": ("matches-operator", 'f ~= "re"'),
    "regex": ("matches-operator", 'f ~= "re"'),
    "rlike": ("matches-operator", 'f ~= "re"'),
    "regexp": ("matches-operator", 'f ~= "re"'),
    "is": ("is-null", "f = null, f != null"),
    "has": ("contains-operator", 'f contains "text"'),
    "has_any": ("contains-operator", 'f in ("*a*", "*b*")'),
    "icontains": ("contains-operator", 'f contains "text"'),
    "includes": ("contains-operator", 'f contains "text"'),
    "between": ("between-operator", "f >= a and f <= b"),
    "eq": ("foreign-operator", "f = x"),
    "equals": ("foreign-operator", "f = x"),
    "ne": ("foreign-operator", "f != x"),
    "gt": ("foreign-operator", "f > x"),
    "gte": ("foreign-operator", "f >= x"),
    "lt": ("foreign-operator", "f < x"),
    "lte": ("foreign-operator", "f <= x"),
    "xor": ("foreign-operator", "(a or b) and not (a and b)"),
}

# symbol in the place of an operator -> rule, right form
FOREIGN_SYMBOLS: Final[dict[str, tuple[str, str]]] = {
    "==": ("double-equals", "="),
    "<>": ("angle-not-equals", "!="),
    "&&": ("and-symbol", "and"),
    "||": ("or-symbol", "or"),
    "!": ("not-symbol", "not"),
    "%": ("modulo", "subtract(a, multiply(b, floor(divide(a, b))))"),
    ":": ("colon", "="),
}


def near(name: str, names: object, count: int = 3, cutoff: float = 0.6) -> tuple[str, ...]:
    """The nearest of `names`, best first, ignoring case."""
    by_key = {str(item).lower(): str(item) for item in names}  # type: ignore[attr-defined]
    keys = difflib.get_close_matches(name.lower(), list(by_key), n=count, cutoff=cutoff)
    return tuple(by_key[key] for key in keys)

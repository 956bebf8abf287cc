"""Random trees of the language.

Trees are grown by a seeded generator of our own, because drawing every choice through hypothesis is a hundred times
slower; hypothesis draws (and shrinks) the seed and the size.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from tools.xql import ast
from tools.xql.functions import AGGREGATE, SCALAR, WINDOW

NAMES = (
    "a",
    "b_1",
    "_time",
    "xdm.asset.id",
    "xdm.issue.asset_ids",
    "Type",
    "limit",
    "count",
    "desc",
    "dataset",
    "view",
    "2fa_state",
    "two words",
    "null",
    "tag",
    "30d",
)
ALIASES = ("n", "total_1", "x.y", "by_day", "my alias")
DATASETS = ("issues", "asset_inventory", "custom.x", "a-b", "$ds", "panw_*")
KEYS = ("a", "b_c", "x.y", "with space", "user-agent", "0", "and", "$", "[]", "", "ключ")
PLAIN = "ab *%_\\'/|,()\n\té😀$@-"
RAW = 'ab "*\\(?i)\n|'
FREE = (
    "concat",
    "lowercase",
    "if",
    "coalesce",
    "arrayindex",
    "json_extract_scalar",
    "round",
    "current_time",
    "replace",
    "arrayfilter",
)
OPERATORS = ("=", "!=", "<", ">=", "~=", "!~=", "contains", "not contains", "incidr", "not incidr6")


class Grower:
    """Grows one tree."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)

    def one(self, *choices: Callable[[], object]) -> Any:
        return self.r.choice(choices)()

    def maybe(self, make: Callable[[], object], share: float = 0.5) -> Any:
        return make() if self.r.random() < share else None

    def many(self, make: Callable[[], object], least: int, most: int) -> tuple[Any, ...]:
        return tuple(make() for _ in range(self.r.randint(least, most)))

    def name(self) -> str:
        return self.r.choice(NAMES)

    def alias(self) -> str:
        return self.r.choice(ALIASES)

    def dataset(self) -> str:
        return self.r.choice(DATASETS)

    def letters(self, alphabet: str) -> str:
        return "".join(self.r.choice(alphabet) for _ in range(self.r.randint(0, 8)))

    # --- expressions ---

    def string(self) -> ast.String:
        if self.r.random() < 0.3:
            text = self.letters(RAW)
            return ast.String(text if '"""' not in text else '""', raw=True)
        return ast.String(self.r.choice(("@element", "x*", "10.0.0.0/8", self.letters(PLAIN))))

    def whole(self) -> ast.Number | ast.Param:
        return ast.Number(str(self.r.randint(0, 9999))) if self.r.random() < 0.9 else ast.Param("p")

    def duration(self) -> ast.Duration:
        return ast.Duration(self.r.choice(("30d", "1MO", "10m", "2h", "500ms")))

    def literal(self) -> Any:
        return self.one(
            self.string,
            self.string,
            lambda: ast.Number(self.r.choice(("0", "7", "-3", "1.5", "-0.25", "1e5", "0x1F"))),
            lambda: ast.Param(self.r.choice(("p", "list.a"))),
            lambda: ast.Boolean(self.r.random() < 0.5),
            ast.Null,
            lambda: ast.Enum(self.r.choice(("NEW", "IN_PROGRESS"))),
        )

    def expr(self, depth: int = 3) -> Any:
        if depth == 0 or self.r.random() < 0.25:
            return ast.Field(self.name()) if self.r.random() < 0.6 else self.literal()

        def inner() -> Any:
            return self.expr(depth - 1)

        return self.one(
            lambda: self.call(inner),
            lambda: ast.And(self.many(inner, 2, 3)),
            lambda: ast.Or(self.many(inner, 2, 3)),
            lambda: ast.Not(inner()),
            lambda: ast.Compare(self.r.choice(OPERATORS), inner(), inner()),
            lambda: ast.Compare(self.r.choice(OPERATORS), inner(), inner()),
            lambda: ast.InList(inner(), self.many(inner, 1, 3), self.r.random() < 0.5),
            lambda: ast.InQuery(inner(), self.query(0), self.r.random() < 0.5),
            lambda: self.arrow(inner()),
            lambda: ast.Arithmetic(self.r.choice("+-*/"), inner(), inner()),
            lambda: self.negative(inner()),
        )

    def negative(self, operand: ast.Expr) -> ast.Expr:
        return ast.Negative(operand)

    def arrow(self, base: ast.Expr) -> ast.Arrow:
        def step() -> str | int:
            return self.r.choice(KEYS) if self.r.random() < 0.7 else self.r.randint(0, 20)

        suffix = self.r.choice(("", "", "[]", "{}"))
        return ast.Arrow(base, self.many(step, 0 if suffix else 1, 3), suffix)

    def call(self, inner: Callable[[], ast.Expr]) -> ast.Call:
        name = self.r.choice(FREE)
        spec = SCALAR[name]
        return ast.Call(name, self.many(inner, spec.least, min(spec.most, spec.least + 2)))

    # --- stages ---

    def keys(self) -> tuple[ast.SortKey, ...]:
        return self.many(lambda: ast.SortKey(self.name(), self.r.choice(("asc", "desc"))), 1, 2)

    def name_list(self) -> tuple[str, ...]:
        return self.many(self.name, 1, 3)

    def aggregate(self) -> ast.Aggregate:
        name = self.r.choice(sorted(AGGREGATE))
        spec = AGGREGATE[name]
        args = self.many(lambda: self.expr(2), spec.least, spec.most)
        if args and name != "count" and self.r.random() < 0.2:
            args = (ast.Star(self.r.choice(("*", "action_*"))), *args[1:])
        return ast.Aggregate(name, args, self.maybe(self.alias))

    def window(self) -> ast.WindowFunction:
        name = self.r.choice(sorted(WINDOW))
        args = tuple(self.expr(2) for _ in range(WINDOW[name].least))

        def bound() -> ast.Expr:
            return ast.Null() if self.r.random() < 0.3 else ast.Number(self.r.choice(("0", "3", "-2")))

        frame = self.maybe(lambda: ast.Frame(bound(), self.maybe(bound), self.r.choice((None, "range"))), 0.3)
        by = self.name_list() if self.r.random() < 0.5 else ()
        sort = self.keys() if self.r.random() < 0.5 else ()
        return ast.WindowFunction(name, args, by, sort, frame, self.maybe(self.alias, 0.7))

    def item(self) -> ast.FieldItem:
        if self.r.random() < 0.2:
            return ast.FieldItem(self.r.choice(("*", "a_*", "*b*")))
        return ast.FieldItem(self.name(), self.maybe(self.alias))

    def transaction(self) -> ast.Transaction:
        if self.r.random() < 0.5:
            return ast.Transaction(
                self.name_list(), self.maybe(self.duration), maxevents=self.maybe(self.whole)
            )
        unclosed = self.r.choice((None, True, False))
        return ast.Transaction(
            self.name_list(),
            startswith=self.expr(2),
            endswith=self.maybe(self.expr),
            allowunclosed=unclosed,
        )

    def option(self) -> ast.ViewOption:
        def value() -> Any:
            return self.one(
                lambda: ast.Field("f"),
                lambda: ast.String("t"),
                lambda: ast.Number("12"),
                lambda: ast.Backtick("true"),
            )

        name = self.r.choice(("type", "yaxis", "seriestitle"))
        return ast.ViewOption(name, self.many(value, 1, 2), self.r.random() < 0.3)

    def bin(self) -> ast.Bin:
        if self.r.random() < 0.3:
            return ast.Bin(self.name(), bins=self.whole())
        zone = self.r.choice((None, "+02:00"))
        return ast.Bin(self.name(), None, self.duration(), self.maybe(self.whole), zone)

    def stage(self, depth: int) -> Any:
        inner = max(depth - 1, 0)
        many = self.many
        return self.one(
            lambda: ast.Filter(self.expr()),
            lambda: ast.Filter(self.expr()),
            lambda: ast.Alter(many(lambda: ast.Assignment(self.name(), self.expr()), 1, 3)),
            lambda: ast.Fields(many(self.item, 1, 3)),
            lambda: ast.Fields(many(lambda: ast.FieldItem(self.name()), 1, 3), True),
            lambda: ast.Comp(
                many(self.aggregate, 1, 3),
                self.name_list() if self.r.random() < 0.6 else (),
                self.r.choice((None, None, True, False)),
            ),
            lambda: ast.Sort(self.keys()),
            lambda: ast.Limit(self.whole()),
            lambda: ast.Dedup(self.name_list(), self.keys() if self.r.random() < 0.5 else ()),
            lambda: ast.Join(
                self.query(inner),
                self.alias(),
                self.expr(2),
                self.r.choice((None, "inner", "left", "right")),
                self.r.choice((None, "both", "left", "right")),
            ),
            lambda: ast.Union(self.dataset() if self.r.random() < 0.4 else self.query(inner)),
            self.bin,
            lambda: ast.ArrayExpand(self.name(), self.maybe(self.whole)),
            lambda: ast.ReplaceNull(self.name(), self.literal()),
            lambda: ast.IpLoc(
                self.name(),
                self.r.choice((None, "_src")),
                many(lambda: ast.FieldItem("loc_city", self.maybe(self.alias)), 0, 2),
            ),
            lambda: ast.WindowComp(many(self.window, 1, 2)),
            self.transaction,
            lambda: ast.Top(
                self.name(),
                self.maybe(self.whole),
                tuple(name for name in self.name_list() if name != "desc") if self.r.random() < 0.4 else (),
                many(self.alias, 0, 2),
            ),
            lambda: ast.Target(
                self.r.choice(("dataset", "lookup")), self.dataset(), self.r.choice((None, True, False))
            ),
            lambda: ast.Tag(("t", "u")),
            lambda: ast.View(self.r.choice(("graph", "highlight")), many(self.option, 0, 3)),
            lambda: ast.GetRole(self.name(), self.maybe(self.alias)),
            lambda: ast.Saved("a query", (("p", self.literal()),)),
            lambda: ast.Search("text", self.many(self.dataset, 0, 2)),
        )

    def source(self) -> Any:
        return self.one(
            lambda: ast.Dataset((self.dataset(),)),
            lambda: ast.Dataset(self.many(self.dataset, 1, 3)),
            lambda: ast.Dataset((self.dataset(),), cold=True),
            lambda: ast.Dataset(self.many(self.dataset, 0, 2), datamodel=True),
            lambda: ast.Preset("network_story", self.r.random() < 0.5),
            lambda: ast.Saved("a query", (("p", self.literal()), ("q", self.literal()))),
            lambda: ast.Search("text", self.many(self.dataset, 0, 2)),
        )

    def setting(self) -> Any:
        return self.one(
            lambda: ast.Setting("case_sensitive", ast.Boolean(False)),
            lambda: ast.Setting("timeframe", self.duration()),
            lambda: ast.Setting("timeframe", ast.Between(ast.String("-7d"), ast.String("now"))),
            lambda: ast.Setting("max_runtime_minutes", ast.Number("5")),
        )

    def query(self, depth: int = 1) -> ast.Query:
        if depth == 0:
            fields = self.many(lambda: ast.Fields((ast.FieldItem(self.name()),)), 0, 1)
            return ast.Query(ast.Dataset((self.dataset(),)), fields)
        stages = self.many(lambda: self.stage(depth), 0, 4)
        first = stages[0] if stages else None
        # a leading call or search is a source by the language's own rule
        bare = first is not None and not isinstance(first, ast.Saved | ast.Search) and self.r.random() < 0.2
        configs = self.many(lambda: ast.Config(self.many(self.setting, 1, 2)), 0, 2)
        return ast.Query(None if bare else self.source(), stages, configs)


def grown(seed: int) -> ast.Query:
    return Grower(seed).query(2)


seeds = st.integers(0, 2**40)
queries = seeds.map(grown)

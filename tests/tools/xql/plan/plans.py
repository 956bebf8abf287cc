"""Random plans that validate."""

from __future__ import annotations

import random
from typing import Any

from tools.xql import Catalog, PostureQuery
from tools.xql.functions import Kind

CATALOG = Catalog.seeded()
TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.JSON: "VARCHAR",
    Kind.ARRAY: "VARCHAR[]",
    Kind.TIME: "TIMESTAMP",
    Kind.INT: "BIGINT",
    Kind.FLOAT: "DOUBLE",
    Kind.BOOL: "BOOLEAN",
}
DATASETS = (
    "asset_inventory",
    "issues",
    "findings",
    "cases",
    "issue_to_asset",
    "case_to_issue",
    "dspm_asset_file_inventory",
    "cloud_audit_logs",
    "va_cves",
    "va_endpoints",
    "endpoints",
)
# (dataset, other): linked by a known key
LINKED = {
    "asset_inventory": (
        "issues",
        "findings",
        "issue_to_asset",
        "asset_inventory",
        "dspm_asset_file_inventory",
    ),
    "issues": ("asset_inventory", "issue_to_asset", "case_to_issue", "issues"),
    "findings": ("asset_inventory", "issue_to_asset"),
    "issue_to_asset": ("asset_inventory", "issues", "findings"),
    "case_to_issue": ("issues", "cases"),
    "cases": ("case_to_issue",),
    "va_endpoints": ("va_cves", "endpoints"),
    "va_cves": ("va_endpoints",),
}
TABLES = {
    name: {column.name: TYPES[column.kind] for column in CATALOG.dataset(name).columns.values()}  # type: ignore[union-attr]
    for name in DATASETS
}
NASTY = (
    "x",
    "AWS",
    "*",
    "a*b",
    '"',
    'a"b\\c',
    "\\",
    "'",
    "$x",
    "",
    "// c",
    "/*",
    "| limit 1",
    "100",
    "-1.5",
    "é😀",
    "%_",
)


class Planner:
    """Draws one random plan that validates."""

    def __init__(self, seed: int) -> None:
        self.r = random.Random(seed)
        self.dataset = self.r.choice(DATASETS)

    def columns(self, dataset: str) -> list[str]:
        return list(TABLES[dataset])

    def scalar(self) -> Any:
        return self.r.choice((*NASTY, True, False, 0, 7, -3, 1.5, 1e-7, 123456789012))

    def test(self, dataset: str) -> dict[str, Any]:
        op = self.r.choice(
            (
                "eq",
                "ne",
                "in",
                "not_in",
                "contains",
                "not_contains",
                "starts_with",
                "ends_with",
                "matches",
                "gt",
                "lte",
                "is_null",
                "not_null",
                "is_empty",
                "not_empty",
                "in_cidr",
                "not_in_cidr",
                "older_than_days",
                "within_days",
                "older_than_hours",
                "within_hours",
                "before",
                "after",
            )
        )
        body: dict[str, Any] = {"op": op}
        kind = self.r.random()
        jsons = self.jsons(dataset)
        if kind < 0.15 and dataset == "asset_inventory":
            body["tag"] = self.r.choice(("env", "data class", "a.b", "k*"))
        elif kind < 0.3 and jsons:
            path = [self.r.choice(("a", "b.c", "d e", 0, 3)) for _ in range(self.r.randint(1, 3))]
            body["json_path"] = {"field": self.r.choice(jsons), "path": path}
        else:
            body["field"] = self.r.choice(self.columns(dataset))
        if op in ("in", "not_in"):
            body["values"] = [self.scalar() for _ in range(self.r.randint(1, 3))]
        elif op in ("contains", "not_contains", "starts_with", "ends_with"):
            body["value"] = self.r.choice(NASTY)
        elif op == "matches":
            body["value"] = self.r.choice(("a.*b", "(?i)x", 'q"', r"\d+"))
        elif op in ("gt", "lte"):
            body["value"] = self.r.choice((*NASTY, 5, -1.5))
        elif op in ("in_cidr", "not_in_cidr"):
            body["value"] = "10.0.0.0/8, 1.1.1.1"
        elif op.startswith(("older_", "within_")):
            body["value"] = self.r.randint(0, 400)
        elif op in ("before", "after"):
            body["value"] = self.r.choice(("2026-01-02", "2026-01-02T03:04:05Z"))
        elif op in ("eq", "ne"):
            body["value"] = self.scalar()
        return body

    def condition(self, dataset: str, depth: int = 2) -> dict[str, Any]:
        pick = self.r.random()
        if depth and pick < 0.2:
            return {"all": [self.condition(dataset, depth - 1) for _ in range(self.r.randint(1, 3))]}
        if depth and pick < 0.4:
            return {"any": [self.condition(dataset, depth - 1) for _ in range(self.r.randint(1, 3))]}
        if depth and pick < 0.5:
            return {"none": self.condition(dataset, depth - 1)}
        if depth and pick < 0.65 and dataset in LINKED:
            return self.related(dataset, depth)
        if depth and pick < 0.72:
            return self.compared(dataset)
        return self.test(dataset)

    def related(self, dataset: str, depth: int) -> dict[str, Any]:
        other = self.r.choice(LINKED[dataset])
        body: dict[str, Any] = {"dataset": other, "absent": self.r.random() < 0.5}
        if self.r.random() < 0.7:
            body["where"] = self.condition(other, depth - 1)
        if self.r.random() < 0.3:
            body["at_least"] = self.r.randint(2, 4)
        if self.r.random() < 0.3 and (jsons := self.jsons(other)):
            field = self.r.choice(jsons)
            body["compute"] = [
                {"name": "items", "array": True, "json_path": {"field": field, "path": ["a b", "list"]}},
                {"name": "port", "convert": "integer", "json_path": {"field": "items", "path": ["from"]}},
            ]
            body["expand"] = ["items"]
            body["where"] = {
                "all": [{"field": "port", "op": "lte", "value": 22}, body.get("where") or self.test(other)]
            }
        return body

    def compared(self, dataset: str) -> dict[str, Any]:
        plain = [name for name in self.columns(dataset) if not TABLES[dataset][name].endswith("[]")]
        left, right = self.r.choice(plain), self.r.choice(plain)
        ops = ("eq", "ne", "gt", "gte", "lt", "lte", "contains", "not_contains")
        return {"field": left, "op": self.r.choice(ops), "other": right}

    def jsons(self, dataset: str) -> list[str]:
        return [n for n in TABLES[dataset] if n.endswith("fields")]

    def computed(self, name: str) -> dict[str, Any]:
        column, second = (self.r.choice(self.columns(self.dataset)) for _ in range(2))
        return self.r.choice(
            (
                {"name": name, "json_path": {"field": column, "path": ["a", 0, "b.c"]}, "convert": "integer"},
                {"name": name, "json_path": {"field": column, "path": ["a.b"]}},
                {"name": name, "age_days": column},
                {"name": name, "age_hours": column, "until": second},
                {"name": name, "length": column},
                {"name": name, "lower": column},
                {"name": name, "coalesce": [column, second]},
                {"name": name, "coalesce": [column]},
                {"name": name, "concat": [column, second]},
                {"name": name, "extract": column, "pattern": self.r.choice(("[a-z]+", 'q"(x)'))},
                {"name": name, "rank": column, "ranks": ["CRITICAL", "HIGH", "LOW"]},
                {"name": name, "date_part": column, "format": "%Y-%m"},
                {"name": name, "when": self.condition_plain(), "then": 1, "otherwise": 0},
                {"name": name, "when": self.test(self.dataset), "then": self.r.choice(NASTY)},
                {"name": name, "math": self.r.choice(("add", "divide")), "left": column, "right": 2},
                {"name": name, "math": "subtract", "left": 1.5, "right": column},
            )
        )

    def condition_plain(self) -> dict[str, Any]:
        """A condition without look-ups."""
        made = [self.test(self.dataset) for _ in range(2)]
        return self.r.choice(({"all": made}, {"any": made}, {"none": {"any": made}}, made[0]))

    def aggregate(self, dataset: str, name: str, *, share: bool = True) -> dict[str, Any]:
        functions = ["count", "count_rows", "count_distinct", "sum", "avg", "min", "max", "values", "median"]
        function = self.r.choice([*functions, "percent"] if share else functions)
        body: dict[str, Any] = {"function": function, "name": name}
        if function not in ("count", "count_rows", "percent") or (
            function == "count" and self.r.random() < 0.3
        ):
            body["field"] = self.r.choice(self.columns(dataset))
        if self.r.random() < 0.4:
            body["where"] = self.test(dataset)
        return body

    def join(self, number: int) -> dict[str, Any]:
        r = self.r
        other = r.choice([name for name in LINKED[self.dataset] if name != self.dataset])
        body: dict[str, Any] = {"dataset": other, "kind": r.choice(("inner", "left"))}
        if r.random() < 0.6:
            body["where"] = self.condition(other, 1)
        if r.random() < 0.4:
            names = [f"s{number}", f"t{number}"][: r.randint(1, 2)]
            body["aggregates"] = [self.aggregate(other, name, share=False) for name in names]
        else:
            columns = r.sample(self.columns(other), r.randint(0, min(2, len(self.columns(other)))))
            body["fields"] = [
                {"field": c, "name": r.choice((None, f"f{number}{n}"))} for n, c in enumerate(columns)
            ]
        return body

    def plan(self) -> PostureQuery:
        r = self.r
        body: dict[str, Any] = {"dataset": self.dataset, "limit": r.randint(1, 500)}
        if r.random() < 0.8:
            body["where"] = self.condition(self.dataset)
        if r.random() < 0.4:
            body["compute"] = [self.computed(f"c{n}") for n in range(r.randint(1, 3))]
        if r.random() < 0.3 and self.dataset == "issues":
            body["expand"] = ["xdm.issue.asset_ids"]
        if r.random() < 0.15 and (jsons := self.jsons(self.dataset)):
            self.exploded(body, jsons)
        if r.random() < 0.4 and self.dataset in LINKED:
            body["joins"] = [self.join(n) for n in range(r.randint(1, 2))]
            if r.random() < 0.3 and (made := body["joins"][0].get("aggregates")):
                body["where"] = {"field": made[0]["name"], "op": "is_null"}
        if r.random() < 0.3:
            self.kept(body)
        if r.random() < 0.5:
            self.measured(body)
        elif r.random() < 0.5:
            self.shown(body)
        if r.random() < 0.2 and not body.get("aggregates"):
            column = self.columns(self.dataset)[0]
            body["top"] = {"n": 2, "by": [column], "order": column}
        if r.random() < 0.2:
            body["timeframe"] = r.choice(
                (
                    {"last": "30d"},
                    {"start": "2026-01-01", "end": "2026-02-01"},
                    {"start": "2026-01-01T10:00:00"},
                )
            )
        return PostureQuery.model_validate(body)

    def exploded(self, body: dict[str, Any], jsons: list[str]) -> None:
        made = [
            {
                "name": "rules",
                "array": True,
                "json_path": {"field": self.r.choice(jsons), "path": ["p q", "r"]},
            },
            {"name": "ranges", "array": True, "json_path": {"field": "rules", "path": ["ranges"]}},
            {"name": "cidr", "json_path": {"field": "ranges", "path": ["cidr"]}},
        ]
        self.r.shuffle(made)
        body["compute"] = [*body.get("compute", ()), *made]
        body["expand"] = [*body.get("expand", ()), "rules", "ranges"]
        test = {"field": "cidr", "op": "eq", "value": "0.0.0.0/0"}
        body["where"] = {"all": [test, body["where"]]} if "where" in body else test

    def kept(self, body: dict[str, Any]) -> None:
        plain = [name for name, kind in TABLES[self.dataset].items() if not kind.endswith("[]")]
        body["distinct"] = self.r.sample(plain, 1)
        if self.r.random() < 0.5:
            body["keep"] = {"field": self.r.choice(plain), "direction": self.r.choice(("asc", "desc"))}
        if self.r.random() < 0.4:
            body["having"] = self.condition_plain()

    def measured(self, body: dict[str, Any]) -> None:
        r = self.r
        body.pop("having", None)
        if r.random() < 0.8:
            body["group_by"] = r.sample(
                self.columns(self.dataset), r.randint(1, min(2, len(self.columns(self.dataset))))
            )
        times = [name for name, kind in TABLES[self.dataset].items() if kind == "TIMESTAMP"]
        if times and r.random() < 0.3:
            body["time_bin"] = {
                "field": r.choice(times),
                "span": r.choice(("1d", "1w", "1mo", "6h")),
                "name": r.choice((None, "day")),
                "format": r.choice((None, "%Y-%m")),
                "timezone": r.choice((None, "+02:00", "Europe/Berlin")),
            }
        body["aggregates"] = [{"function": "count", "name": "n"}, self.aggregate(self.dataset, "m")]
        if r.random() < 0.3:
            late = {"name": "ratio", "math": "divide", "left": "m", "right": "n"}
            body["compute"] = [*body.get("compute", ()), late]
            if r.random() < 0.5:
                body["having"] = {
                    "any": [
                        {"field": "ratio", "op": "gt", "value": 0.5},
                        {"field": "n", "op": "gt", "value": 1},
                    ]
                }
        elif r.random() < 0.4:
            body["having"] = {"field": "n", "op": "gt", "value": 1}
        if r.random() < 0.3:
            body["fields"] = [{"field": "n", "name": "how_many"}, "m"]
        if r.random() < 0.2 and body.get("group_by"):
            body["top"] = {"n": 3, "by": [body["group_by"][0]], "order": "n"}
        body["order"] = [{"field": "n", "direction": "desc"}]
        plain = "time_bin" not in body and body.get("group_by") and "top" not in body and "fields" not in body
        shares = any(item["function"] == "percent" for item in body["aggregates"])
        if plain and not shares and r.random() < 0.3:
            measure = r.choice(("avg", "max", "median", "sum"))
            body["over"] = [
                {"function": "count_rows", "name": "groups"},
                {"function": measure, "field": "n", "name": "of_n"},
            ]
            del body["order"]

    def shown(self, body: dict[str, Any]) -> None:
        fields: list[Any] = self.r.sample(self.columns(self.dataset), min(3, len(self.columns(self.dataset))))
        body["order"] = [{"field": fields[0]}]
        if self.r.random() < 0.4:
            fields[0] = {"field": fields[0], "name": "first_one"}
        body["fields"] = fields

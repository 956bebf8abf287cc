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
DATASETS = ("asset_inventory", "issues", "findings", "cases", "issue_to_asset", "dspm_asset_file_inventory")
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
                "before",
                "after",
            )
        )
        body: dict[str, Any] = {"op": op}
        kind = self.r.random()
        jsons = [n for n, t in TABLES[dataset].items() if n.endswith("fields")]
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
        elif op in ("older_than_days", "within_days"):
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
        if depth and pick < 0.6 and dataset == "asset_inventory":
            return {"dataset": "issues", "key": "xdm.issue.asset_ids", "field": "xdm.asset.id",
                    "absent": self.r.random() < 0.5, "where": self.condition("issues", 0)}  # fmt: skip
        return self.test(dataset)

    def computed(self, name: str) -> dict[str, Any]:
        column = self.r.choice(self.columns(self.dataset))
        return self.r.choice(
            (
                {"name": name, "json_path": {"field": column, "path": ["a", 0, "b.c"]}, "convert": "integer"},
                {"name": name, "age_days": column},
                {"name": name, "length": column},
                {"name": name, "lower": column},
                {"name": name, "coalesce": [column, self.r.choice(self.columns(self.dataset))]},
                {"name": name, "concat": [column, column]},
                {"name": name, "date_part": column, "format": "%Y-%m"},
                {"name": name, "when": self.test(self.dataset), "then": 1, "otherwise": 0},
                {"name": name, "math": self.r.choice(("add", "divide")), "left": column, "right": 2},
            )
        )

    def plan(self) -> PostureQuery:
        r = self.r
        body: dict[str, Any] = {"dataset": self.dataset, "limit": r.randint(1, 500)}
        if r.random() < 0.8:
            body["where"] = self.condition(self.dataset)
        if r.random() < 0.4:
            body["compute"] = [self.computed(f"c{n}") for n in range(r.randint(1, 3))]
        if r.random() < 0.3 and self.dataset == "issues":
            body["expand"] = ["xdm.issue.asset_ids"]
        if r.random() < 0.3 and self.dataset in ("issues", "findings", "issue_to_asset"):
            body["joins"] = [
                {"dataset": "asset_inventory", "kind": r.choice(("inner", "left")),
                 "fields": [{"field": "xdm.asset.name", "name": r.choice((None, "asset"))}],
                 "where": r.choice((None, self.condition("asset_inventory", 1)))}
            ]  # fmt: skip
        if r.random() < 0.4:
            fields = r.sample(self.columns(self.dataset), 1)
            body["group_by"] = fields
            body["aggregates"] = [{"function": "count", "name": "n"}]
            functions = ["count_distinct", "sum", "avg", "min", "max", "values", "median"]
            column = r.choice(self.columns(self.dataset))
            body["aggregates"].append({"function": r.choice(functions), "field": column, "name": "m"})
            if r.random() < 0.4:
                body["having"] = {"field": "n", "op": "gt", "value": 1}
            body["order"] = [{"field": "n", "direction": "desc"}]
        elif r.random() < 0.5:
            body["fields"] = r.sample(self.columns(self.dataset), min(3, len(self.columns(self.dataset))))
            body["order"] = [{"field": body["fields"][0]}]
        if r.random() < 0.2 and not body.get("aggregates"):
            column = self.columns(self.dataset)[0]
            body["top"] = {"n": 2, "by": [column], "order": column}
        if r.random() < 0.2:
            body["timeframe"] = r.choice(({"last": "30d"}, {"start": "2026-01-01", "end": "2026-02-01"}))
        return PostureQuery.model_validate(body)

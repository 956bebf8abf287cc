"""Invariant: no invalid query leaves us. Every place that sends XQL is known, and what it sends is checked."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools.findings import queries as lookup
from tools.priority.enrich import queries
from tools.xql import Catalog, check

ROOT = Path(__file__).resolve().parents[2]
# The service checks whatever it is given; the lookup sends a few fixed queries, which are checked here; discovery
# reads the first rows of a dataset that a checked query named and that the tenant lists, to learn its columns.
SENDERS = {
    "tools/xql/service/service.py",
    "tools/findings/lookup.py",
    "tools/xql/service/discover.py",
    "tools/priority/enrich/asking.py",
    # Checks every text right before it sends it.
    "tools/priority/correlation/asking.py",
}


def _senders() -> set[str]:
    found = set()
    for folder in ("agent", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(("tools/cortex/", "tools/tenant/")):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and _sends(node.func):
                    found.add(name)
    return found


def _sends(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "every_row"
    return (
        isinstance(function, ast.Attribute)
        and function.attr in {"run", "run_each", "start", "stream"}
        and isinstance(function.value, ast.Attribute)
        and function.value.attr == "xql"
    )


def test_only_known_places_send_queries() -> None:
    assert _senders() == SENDERS


@pytest.mark.parametrize("name", ["ISSUES", "ASSETS", "ASSETS_DATED", "ASSETS_BARE", "FINDINGS"])
def test_the_fixed_queries_are_valid_and_bounded(name: str) -> None:
    text = getattr(lookup, name)
    report = check(text, Catalog.seeded())
    assert report.valid, report.errors
    assert "limit" in report.xql


@pytest.mark.parametrize(
    "text",
    [
        lookup.modified_since(1_700_000_000_000),
        lookup.numbers("issues", lookup.MODIFIED),
        lookup.numbers("issues", lookup.MODIFIED, 1_700_000_000_000),
        lookup.numbers("asset_inventory", lookup.INSERTED),
    ],
)
def test_the_queries_for_what_changed_are_valid(text: str) -> None:
    report = check(text, Catalog.seeded())
    assert report.valid, report.errors


@pytest.mark.parametrize("text", queries.ALL.values(), ids=queries.ALL)
def test_the_queries_of_enrichment_are_valid_and_bounded(text: str) -> None:
    report = check(text, Catalog.seeded())
    assert report.valid, report.errors
    assert "limit" in report.xql

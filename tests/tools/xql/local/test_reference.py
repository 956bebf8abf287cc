"""Each semantic rule of the reference, with a query that pins it; where the reference is at hand, its words too."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.tools.xql.conftest import Ask
from tests.tools.xql.local.rules import RULES, VALUES, Rule, ValueRule
from tools.xql.functions import AGGREGATE, SCALAR, WINDOW


def named(rule: Any) -> str:
    return f"{rule.section} {rule.phrase}" if isinstance(rule, Rule | ValueRule) else ""


@pytest.mark.parametrize("rule", RULES, ids=named)
def test_rows(ask: Ask, rule: Rule) -> None:
    assert ask(rule.query) == rule.rows


@pytest.mark.parametrize("rule", VALUES, ids=named)
def test_values(ask: Ask, rule: ValueRule) -> None:
    rows = ask(f"dataset = texts | filter id = 1 | alter out = {rule.expression} | fields out")
    assert rows == [(rule.value,)]
    assert isinstance(rows[0][0], type(rule.value)), "a number of the wrong type"


def sections(text: str) -> dict[str, str]:
    """Text of the reference by section number, white space made one blank."""
    found: dict[str, str] = {}
    parts = re.split(r"^#{2,3} (\d+(?:\.\d+)?)[. ]", text, flags=re.M)
    for number, body in zip(parts[1::2], parts[2::2], strict=True):
        found[number] = " ".join(body.split())
    return found


@pytest.mark.shared
@pytest.mark.parametrize("rule", [*RULES, *VALUES], ids=named)
def test_the_reference_says_so(shared_data: Path, rule: Rule | ValueRule) -> None:
    text = (shared_data.parent / "reference" / "xql.md").read_text(encoding="utf-8")
    assert rule.phrase in sections(text)[rule.section]


def test_every_function_has_a_rule() -> None:
    """Each scalar function, aggregate and window function that we know stands in a rule."""
    written = " ".join([rule.query for rule in RULES] + [rule.expression for rule in VALUES]).lower()
    used = set(re.findall(r"\b([a-z_0-9]+)\s*\(", written))
    elsewhere = {"regexcapture"}  # parsing rules only
    assert set(SCALAR) | set(AGGREGATE) | set(WINDOW) <= used | elsewhere

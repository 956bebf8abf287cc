"""The list of rules is the rules of the code."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tools.xql.test_mistakes import CHECKED_NOT, PARSED_NOT
from tools.xql.checker import rules

_FORMS = (
    r'rule="([a-z0-9-]+)"',
    r'found\.(?:error|warn)\(\s*"([a-z0-9-]+)"',
    r'return "([a-z0-9]+(?:-[a-z0-9]+)*)", ',
    r', "((?:timestamp|epoch)-[a-z]+)"\)',
    r'^\s+"([a-z0-9]+-[a-z0-9-]+)",\n\s+f?"',
    r': \("([a-z-]+)", ',
    r'\b(?:rule|self\.error)\(\s*"([a-z-]+)"',
)


def test_every_rule_of_the_code_is_listed_and_no_other() -> None:
    folder = Path(rules.__file__).parents[1]
    used: set[str] = set()
    homes = [folder / name for name in ("parser", "checker", "printer")]
    for path in [
        folder / "tokens.py",
        folder / "batch.py",
        *(found for home in homes for found in home.rglob("*.py")),
    ]:
        if path.name == "rules.py":
            continue
        text = path.read_text("utf-8")
        for form in _FORMS:
            used |= set(re.findall(form, text, re.MULTILINE))
    computed = {"syntax", "join-conflict"}
    assert used - set(rules.RULES) == set()
    assert set(rules.RULES) - used - computed == set()


def test_cases_cover_the_language_rules_that_the_reference_lists() -> None:
    covered = {rule for _, rule, _ in [*PARSED_NOT, *CHECKED_NOT]}
    assert covered <= set(rules.RULES)
    assert len(covered) > 70

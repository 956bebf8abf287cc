"""What an attacker can do with a finding: its class of weakness, from a table over rule ids and finding
kinds.

The rule id decides first (it is the most exact), then the kind, then, for a rule that nobody knows, the
words of the title. What no row matches is `unclassified` and says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from tools.findings.kinds import kind_table
from tools.findings.model import UNCLASSIFIED, Finding
from tools.priority.errors import WeightsError

_WORDS = re.compile(r"[^a-z0-9]+")
_CHECK_ID = re.compile(r"^(?=[A-Za-z])\w*_\w*$")


@dataclass(frozen=True, slots=True)
class Weakness:
    """A class of the weights file, a strength of 0 to 1 inside it, the theme of its fix, and a clause in
    words.

    `basis` says what decided: `rule`, `kind`, `title`, or `none`.
    """

    name: str
    strength: float
    theme: str
    words: str
    basis: str


@dataclass(frozen=True, slots=True)
class _Row:
    pattern: re.Pattern[str]
    name: str
    strength: float
    theme: str
    words: str


UNKNOWN = Weakness("unclassified", 0.5, "", "what it gives an attacker is not known", "none")
INVENTORY = Weakness("governance", 0.3, "", "says what is stored, not what is wrong", "category")
"""A finding of category DATA is a fact about a store; whether anyone gets at it is for others to say."""


@cache
def _rows(table: str) -> tuple[_Row, ...]:
    lines = files(__package__).joinpath(f"data/{table}").read_text("utf-8").splitlines()[1:]
    rows = []
    for number, line in enumerate(lines, 2):
        try:
            pattern, name, strength, theme, words = line.split("\t")
            rows.append(_Row(re.compile(pattern), name, float(strength), theme, words))
        except (ValueError, re.error) as error:
            raise WeightsError(
                f"{table} line {number} cannot be read: {error}. Reinstall the package."
            ) from None
    return tuple(rows)


def weakness_of(finding: Finding) -> Weakness:
    """The weakness that a finding states."""
    if finding.category.upper() == "DATA":
        return INVENTORY
    return _classify(finding.rule_id, finding.kind, finding.title if finding.kind == UNCLASSIFIED else "")


@lru_cache(maxsize=16384)
def _classify(rule_id: str, kind: str, title: str) -> Weakness:
    by_rule = _match(_words_of(rule_id), "rule") if _CHECK_ID.match(rule_id) else None
    if by_rule is not None and not _catch_all(by_rule):
        return by_rule
    if kind != UNCLASSIFIED:
        by_kind = _of_kind(kind)
        if by_kind is not None:
            return by_kind
    # A rule id with blanks is the rule's name, a sentence as a title is.
    for text in (rule_id if " " in rule_id.strip() else "", title):
        if text and (by_title := _match(_words_of(text), "title")) is not None:
            return by_title
    return by_rule or UNKNOWN


@cache
def _rules_by_kind() -> Mapping[str, tuple[str, ...]]:
    rules: dict[str, list[str]] = {}
    for key, kind in kind_table().by_rule.items():
        rule = key.partition("/")[2]
        if _CHECK_ID.match(rule):
            rules.setdefault(kind, []).append(rule)
    return {kind: tuple(found) for kind, found in rules.items()}


@cache
def _of_kind(kind: str) -> Weakness | None:
    """The weakness of a kind: what most of the scanner checks that share it state, at its strongest."""
    stated = [_match(_words_of(rule), "kind") for rule in _rules_by_kind().get(kind, ())]
    found = [weakness for weakness in stated if weakness is not None and not _catch_all(weakness)]
    return _prevailing(found) if found else _match(_words_of(kind), "kind")


def _prevailing(found: list[Weakness]) -> Weakness:
    counts = Counter(weakness.name for weakness in found)
    most = max(counts.values())
    return max((w for w in found if counts[w.name] == most), key=lambda w: (w.strength, w.name, w.words))


def _catch_all(weakness: Weakness) -> bool:
    return weakness.name == "governance" and not weakness.theme


def _words_of(text: str) -> str:
    return f"_{_WORDS.sub('_', text.lower()).strip('_')}_"


def _match(text: str, basis: str) -> Weakness | None:
    # People's titles are sentences about what is wrong; rule ids are names. Each has its table.
    tables = ("weakness_titles.tsv", "weakness.tsv") if basis == "title" else ("weakness.tsv",)
    for row in (row for table in tables for row in _rows(table)):
        if basis == "title" and row.name == "governance" and not row.theme:
            continue  # the row for the rest of a scanner's rules; a title's word is no ground for it
        if row.pattern.search(text):
            return Weakness(row.name, row.strength, row.theme, row.words, basis)
    return None

"""What an attacker can do with a finding: its class of weakness, from a table over rule ids and finding
kinds.

The rule id decides first (it is the most exact), then the kind, then, for a rule that nobody knows, the
words of the title. What no row matches is `unclassified` and says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from tools.findings.model import UNCLASSIFIED, Finding
from tools.priority.errors import WeightsError

_WORDS = re.compile(r"[^a-z0-9]+")
_OPAQUE = re.compile(r"^[0-9a-f-]{20,}$|^\d+$", re.IGNORECASE)


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
    return _classify(finding.rule_id, finding.kind, finding.title if finding.kind == UNCLASSIFIED else "")


@lru_cache(maxsize=16384)
def _classify(rule_id: str, kind: str, title: str) -> Weakness:
    sources = [("rule", rule_id if not _OPAQUE.match(rule_id) else "")]
    sources.append(("kind", "" if kind == UNCLASSIFIED else kind))
    sources.append(("title", title))
    fallback: Weakness | None = None
    for basis, text in sources:
        found = _match(f"_{_WORDS.sub('_', text.lower()).strip('_')}_", basis) if text else None
        if found is None:
            continue
        if found.theme or found.name != "governance":
            return found
        fallback = fallback or found  # the catch-all row: a later, more telling source may know better
    return fallback or UNKNOWN


def _match(text: str, basis: str) -> Weakness | None:
    # People's titles are sentences about what is wrong; rule ids are names. Each has its table.
    tables = ("weakness_titles.tsv", "weakness.tsv") if basis == "title" else ("weakness.tsv",)
    for row in (row for table in tables for row in _rows(table)):
        if basis == "title" and row.name == "governance" and not row.theme:
            continue  # the row for the rest of a scanner's rules; a title's word is no ground for it
        if row.pattern.search(text):
            return Weakness(row.name, row.strength, row.theme, row.words, basis)
    return None

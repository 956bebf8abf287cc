"""The table that says which requirement a check speaks to (`mappings/<framework>.tsv`).

Facts from the scanner's own mapping, with its ids put right and each row's confidence reviewed. Nothing is
ever mapped by likeness of words.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeVar

from pydantic import ValidationError

from tools.compliance import catalog
from tools.compliance.errors import BrokenCatalog
from tools.compliance.model import Confidence, MappingRow

_Key = TypeVar("_Key")

_PROVIDERS = {
    "amazon": "aws",
    "amazonwebservices": "aws",
    "microsoftazure": "azure",
    "googlecloud": "gcp",
    "googlecloudplatform": "gcp",
    "k8s": "kubernetes",
}


def provider_key(name: str) -> str:
    """The provider as the table spells it."""
    folded = "".join(letter for letter in name.casefold() if letter.isalnum())
    return _PROVIDERS.get(folded, folded)


def check_key(rule_id: str) -> str:
    """A rule id as the table spells it (ASFF generator ids put the scanner's name in front)."""
    return rule_id.strip().casefold().removeprefix("prowler-")


@dataclass(frozen=True)
class Mapping:
    """The rows of one framework, looked up from either side. Rejected rows are in `rejected` only."""

    framework: str
    rows: tuple[MappingRow, ...]
    rejected: tuple[MappingRow, ...]
    by_check: dict[tuple[str, str], tuple[MappingRow, ...]]
    by_requirement: dict[str, tuple[MappingRow, ...]]

    @property
    def sources(self) -> tuple[str, ...]:
        """Who made the rows, with their version."""
        return tuple(sorted({f"{row.source} {row.version}" for row in self.rows}))

    def providers(self, requirement_id: str) -> dict[str, int]:
        """How many checks speak to a requirement, by provider."""
        found: dict[str, int] = {}
        for row in self.by_requirement.get(requirement_id, ()):
            found[row.provider] = found.get(row.provider, 0) + 1
        return found


def load(framework: str) -> Mapping:
    """The mapping of a framework (read once); empty if it has none."""
    return _load(catalog.resolve(framework))


def requirements_for(provider: str, rule_id: str, framework: str) -> tuple[MappingRow, ...]:
    """The rows that connect a check with requirements; empty if the table has none."""
    return load(framework).by_check.get((provider_key(provider), check_key(rule_id)), ())


@cache
def _load(framework: str) -> Mapping:
    source = files("tools.compliance").joinpath("mappings", f"{framework}.tsv")
    if not source.is_file():
        return Mapping(framework, (), (), {}, {})
    known = catalog.load(framework).by_id
    rows: list[MappingRow] = []
    with source.open(encoding="utf-8") as lines:
        for number, record in enumerate(
            csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=2
        ):
            try:
                row = MappingRow.model_validate(record)
            except ValidationError as error:
                raise BrokenCatalog(
                    framework, f"mapping line {number}: {error.errors()[0]['msg']}"
                ) from error
            if row.requirement_id not in known:
                raise BrokenCatalog(framework, f"mapping line {number} names no requirement of the catalog")
            rows.append(row)
    used = tuple(row for row in rows if row.confidence is not Confidence.REJECTED)
    return Mapping(
        framework=framework,
        rows=used,
        rejected=tuple(row for row in rows if row.confidence is Confidence.REJECTED),
        by_check=_grouped(((row.provider, row.check_id), row) for row in used),
        by_requirement=_grouped((row.requirement_id, row) for row in used),
    )


def _grouped(pairs: Iterable[tuple[_Key, MappingRow]]) -> dict[_Key, tuple[MappingRow, ...]]:
    found: dict[_Key, list[MappingRow]] = {}
    for key, row in pairs:
        found.setdefault(key, []).append(row)
    return {key: tuple(items) for key, items in found.items()}

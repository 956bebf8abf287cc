"""What rows of a dataset showed: short values of its columns and facts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agent.planner.questions.entities import FACTS

_MOST_VALUES: Final = 200


LONGEST: Final = 80


@dataclass(frozen=True)
class Sample:
    """What rows of a dataset showed: columns with short values (lower case to as written), and keys of its facts."""

    rows: int = 0
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    mixed: frozenset[str] = frozenset()
    """Columns and facts of which one value stands in several spellings: AWS, aws."""
    whole: frozenset[str] = frozenset()
    """Facts of which every value is known."""


def read_rows(dataset: str, rows: Iterable[Mapping[str, Any]]) -> Sample:
    """What rows show. Of `xdm.asset.raw_fields` the outermost keys are kept as its values."""
    columns: dict[str, dict[str, str]] = defaultdict(dict)
    facts: dict[str, dict[str, str]] = defaultdict(dict)
    mixed: set[str] = set()
    fact_columns = frozenset(FACTS.values())
    count = 0
    for row in rows:
        count += 1
        for name, cell in row.items():
            seen = columns[name]
            if cell is None:
                continue
            if name in fact_columns or name == "xdm.asset.raw_fields":
                whole = _json(cell)
                for key, value in whole.items():
                    if name == "xdm.asset.raw_fields":
                        seen.setdefault(key.lower(), key)
                    elif _note(facts[key], value):
                        mixed.add(key)
                continue
            for item in cell if isinstance(cell, list) else [cell]:
                if _note(seen, item):
                    mixed.add(name)
                for key, value in _objects(item):
                    _note(columns[f"{name}/{key}"], value)
    return Sample(count, dict(columns), dict(facts), frozenset(mixed))


def _objects(cell: Any) -> list[tuple[str, Any]]:
    """The values of objects in an array that stands as text."""
    if not (isinstance(cell, str) and cell.startswith(("[{", "{"))):
        return []
    try:
        found = json.loads(cell)
    except ValueError:
        return []
    items = found if isinstance(found, list) else [found]
    return [pair for item in items[:200] if isinstance(item, dict) for pair in item.items()]


def _note(seen: dict[str, str], value: Any) -> bool:
    """Keep a short value; whether it is there in another spelling already."""
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, str) and len(value) <= LONGEST and len(seen) < _MOST_VALUES:
        return seen.setdefault(value.lower(), value) != value
    return False


def _json(cell: Any) -> Mapping[str, Any]:
    if isinstance(cell, Mapping):
        return cell
    try:
        found = json.loads(cell)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}

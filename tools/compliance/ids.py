"""Recognises a control id in any usual spelling: `164.312(a)(2)(iv)`, `164_312_a_2_iv`, `§ 164.312
(a)(2)(iv)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.compliance.model import Catalog, CatalogEntry

_PIECES = re.compile(r"\d+|[a-z]+")
_NOISE = re.compile(
    r"45\s*c\.?\s*f\.?\s*r\.?|hipaa|nist|csf|pci(?:[\s-]*dss)?|800-53|part|sections?|§+"
    r"|requirements?|controls?|specifications?|standards?|what\s+is|what\s+does|show(?:\s+me)?|explain|about",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class IdMatch:
    """What the ids in a text refer to. `unknown` are spellings that look like an id and are none."""

    entries: tuple[CatalogEntry, ...]
    unknown: tuple[str, ...] = ()
    rest: str = ""


class IdIndex:
    """The ids of one catalog, ready to be looked up."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._pattern = re.compile(catalog.id_pattern, re.IGNORECASE) if catalog.id_pattern else None
        self._exact = {self._joined(entry.id): entry for entry in catalog.entries}
        self._pieces = [(self._split(entry.id), entry) for entry in catalog.entries]

    def exact(self, spelling: str) -> CatalogEntry | None:
        """The entry that a spelling means, exactly, or None."""
        return self._exact.get(self._joined(spelling))

    def find(self, text: str) -> IdMatch:
        """The entries that a text names by id, in its order; an id with parts stands for the parts too."""
        entries: dict[str, CatalogEntry] = {}
        unknown: list[str] = []
        whole = self.exact(_NOISE.sub(" ", text))
        if whole is not None:
            return IdMatch(entries=(whole, *self._catalog.children.get(whole.id, ())))
        if self._pattern is None:
            return IdMatch(entries=(), rest=text)
        for spelling in (match.group(0).strip() for match in self._pattern.finditer(text)):
            named = self._named(spelling)
            if named:
                entries.update((entry.id, entry) for entry in named)
            else:
                unknown.append(spelling)
        return IdMatch(
            tuple(entries.values()), tuple(unknown), _NOISE.sub(" ", self._pattern.sub(" ", text)).strip()
        )

    def near(self, spelling: str, limit: int = 5) -> tuple[str, ...]:
        """Ids that begin as the spelling does, the closest first."""
        pieces = self._split(spelling)
        shared = [
            (
                next((i for i, (a, b) in enumerate(zip(pieces, own, strict=False)) if a != b), len(pieces)),
                entry.id,
            )
            for own, entry in self._pieces
            if entry.kind in self._catalog.assessed
        ]
        best = max((length for length, _ in shared), default=0)
        return tuple(name for length, name in shared if length == best and length > 1)[:limit]

    def _named(self, spelling: str) -> tuple[CatalogEntry, ...]:
        entry = self.exact(spelling)
        if entry is not None:
            return (entry, *self._catalog.children.get(entry.id, ()))
        pieces = self._split(spelling)
        below = [found for own, found in self._pieces if own[: len(pieces)] == pieces]
        return tuple(found for found in below if found.kind in self._catalog.assessed)

    def _split(self, spelling: str) -> list[str]:
        pieces = [piece.lstrip("0") or "0" for piece in _PIECES.findall(spelling.casefold())]
        prefix = self._catalog.id_prefix
        return pieces if not prefix or pieces[:1] == [prefix] else [prefix, *pieces]

    def _joined(self, spelling: str) -> str:
        return "".join(self._split(spelling))

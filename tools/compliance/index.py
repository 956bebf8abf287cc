"""Finds controls for a text: by id first, then by words and meaning together; says so when nothing fits.

Search suggests; it never maps. What a check speaks to is only in the mapping table.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from tools.compliance import catalog as catalogs
from tools.compliance import mapping as mappings
from tools.compliance.embedder import Embedder, MiniLmEmbedder
from tools.compliance.errors import EmbedderUnavailable, IndexUnavailable
from tools.compliance.ids import IdIndex
from tools.compliance.model import Catalog, CatalogEntry, ControlHit, SearchResult
from tools.compliance.vectors import VectorIndex
from tools.compliance.words import WordIndex, WordScore

MAX_QUERY = 2000
"""Characters of a query that are read."""
MAX_HITS = 50

# Set on the development questions (tests/tools/compliance/hipaa_questions_dev.jsonl): the best hit of every
# question with an answer scores above, that of every other one below. hipaa_questions_test.jsonl measured it.
_FITS = 0.385
_FITS_BY_WORDS = 0.42
_TAIL = 0.6
_MEANING = 0.6
_HALF_HYBRID = 20.0
_HALF_WORDS = 8.0
_HEADING = 0.03
# Words that wrap a question and would otherwise be looked for.
_WRAPPING = re.compile(
    r"(?i)\b(?:hipaa(?:\s+security\s+rule)?|nist|csf|(?:which|what)\s+(?:controls?|requirements?|safeguards?)"
    r"|(?:does|do|it|that)\s+says?\s+about|says?\s+about|covers?|appl(?:y|ies)\s+to)\b"
)


@dataclass(frozen=True)
class _Framework:
    """A catalog with what searching it needs; made once."""

    catalog: Catalog

    @cached_property
    def ids(self) -> IdIndex:
        return IdIndex(self.catalog)

    @cached_property
    def words(self) -> WordIndex:
        return WordIndex(self.catalog.entries)


@dataclass(frozen=True)
class _Candidate:
    framework: _Framework
    entry: CatalogEntry
    score: float
    why: str


class ControlIndex:
    """Control search over the shipped catalogs. Nothing is loaded before the first search; safe across
    threads.

    `data_dir` is the user's data directory; the vector index lives in its folder `controls`. If the embedding
    model or the index cannot be used, search goes on by words alone and the result says so.
    """

    def __init__(self, data_dir: Path, embedder: Embedder | None = None) -> None:
        self._embedder: Embedder = embedder or MiniLmEmbedder()
        self._vectors = VectorIndex(data_dir / "controls", self._embedder)
        self._lock = threading.Lock()
        self._frameworks: dict[str, _Framework] = {}

    def search(self, text: str, framework: str | None = None, k: int = 5) -> SearchResult:
        """The controls that fit a text, best first, at most `k` (1 to 50). Raises `UnknownFramework`."""
        query = " ".join(text[:MAX_QUERY].split())
        chosen = self._chosen(framework)
        count = max(1, min(k, MAX_HITS))
        name = chosen[0].catalog.framework if framework else None
        if not any(letter.isalnum() for letter in query):
            return self._result(query, name, chosen, (), "id", ("There is nothing to search for.",))
        named, notes, rest = _by_id(chosen, query)
        if named:
            more = (
                (f"{len(named)} controls are named; the first {count} are shown.",)
                if len(named) > count
                else ()
            )
            return self._result(query, name, chosen, named[:count], "id", (*notes, *more))
        if notes and not any(letter.isalpha() for letter in rest):
            return self._result(query, name, chosen, (), "id", notes)
        ranked, method, limits = self._rank(chosen, _core(rest if notes else query))
        fits = _FITS if method == "hybrid" else _FITS_BY_WORDS
        found = tuple(item for item in ranked[:count] if item.score >= fits * _TAIL)
        if not ranked or ranked[0].score < fits:
            found = ()
        return self._result(query, name, chosen, found, method, (*notes, *limits))

    def prepare(self) -> tuple[str, ...]:
        """Load the model and make the index ready, as a start-up does in the background. What is not
        available.
        """
        limits: dict[str, None] = {}
        for framework in self._chosen(None):
            try:
                self._vectors.build(framework.catalog)
                self._embedder.embed(["ready"])
            except (EmbedderUnavailable, IndexUnavailable) as error:
                limits[_words_only(error)] = None
        return tuple(limits)

    def close(self) -> None:
        """Let go of the index's files."""
        self._vectors.close()

    def _chosen(self, framework: str | None) -> list[_Framework]:
        names = catalogs.names() if framework is None else (catalogs.resolve(framework),)
        with self._lock:
            for name in names:
                if name not in self._frameworks:
                    self._frameworks[name] = _Framework(catalogs.load(name))
            return [self._frameworks[name] for name in names]

    def _rank(
        self, chosen: list[_Framework], query: str
    ) -> tuple[list[_Candidate], Literal["hybrid", "words"], tuple[str, ...]]:
        near: dict[str, Mapping[str, float]] = {}
        limits: tuple[str, ...] = ()
        try:
            vector = self._embedder.embed([query])[0]
            near = {f.catalog.framework: self._vectors.nearest(f.catalog, vector) for f in chosen}
        except (EmbedderUnavailable, IndexUnavailable) as error:
            near = {}
            limits = (_words_only(error),)
        found: list[_Candidate] = []
        for framework in chosen:
            meaning = near.get(framework.catalog.framework)
            words = framework.words.rank(query)
            floor = min(meaning.values(), default=0.0) if meaning else 0.0
            kinds = framework.catalog.assessed
            for entry in framework.catalog.entries:
                score, why = _score(entry, entry.kind in kinds, query, words.get(entry.id), meaning, floor)
                if score > 0:
                    found.append(_Candidate(framework, entry, score, why))
        found.sort(key=lambda item: -item.score)
        return found, "words" if limits else "hybrid", limits

    def _result(
        self,
        query: str,
        name: str | None,
        chosen: list[_Framework],
        found: tuple[_Candidate, ...],
        method: Literal["id", "hybrid", "words"],
        notes: tuple[str, ...],
    ) -> SearchResult:
        return SearchResult(
            query=query,
            framework=name,
            hits=tuple(_hit(item) for item in found),
            abstained=not found,
            considered=sum(len(framework.catalog.entries) for framework in chosen),
            method=method,
            notes=notes,
        )


def _by_id(chosen: list[_Framework], query: str) -> tuple[tuple[_Candidate, ...], tuple[str, ...], str]:
    found: list[_Candidate] = []
    notes: list[str] = []
    rest = query
    for framework in chosen:
        match = framework.ids.find(query)
        found.extend(_Candidate(framework, entry, 1.0, "named by its id") for entry in match.entries)
        for spelling in match.unknown:
            near = framework.ids.near(spelling)
            hint = f" The nearest are {', '.join(near)}." if near else ""
            notes.append(f"{framework.catalog.title} has no {spelling[:40]}.{hint}")
            rest = match.rest
    return tuple(found), tuple(notes), rest


def _score(
    entry: CatalogEntry,
    assessed: bool,
    query: str,
    words: WordScore | None,
    meaning: Mapping[str, float] | None,
    floor: float,
) -> tuple[float, str]:
    if entry.title.casefold() == query.casefold():
        return 0.99, "its title"
    # Headings and paragraphs only after what can be assessed.
    penalty = 0.0 if assessed else _HEADING
    shared = f"shared words: {', '.join(words.shared[:8])}" if words else "no shared word"
    points = words.score if words else 0.0
    if meaning is None:
        return max(0.0, points / (points + _HALF_WORDS) - penalty), shared
    cosine = meaning.get(entry.id, floor)
    score = _MEANING * cosine + (1 - _MEANING) * points / (points + _HALF_HYBRID) - penalty
    return min(max(0.0, score), 0.98), f"meaning {cosine:.2f}; {shared}"


def _hit(item: _Candidate) -> ControlHit:
    catalog = item.framework.catalog
    return ControlHit(
        framework=catalog.framework,
        id=item.entry.id,
        title=item.entry.title,
        score=round(item.score, 4),
        why=item.why,
        kind=item.entry.kind,
        designation=item.entry.designation,
        group=catalog.groups.get(item.entry.group, item.entry.group),
        summary=item.entry.summary,
        evidence=item.entry.evidence,
        checks=mappings.load(catalog.framework).providers(item.entry.id),
    )


def _core(query: str) -> str:
    """The query without the words that only wrap it; the query itself when nothing else is left."""
    core = " ".join(_WRAPPING.sub(" ", query).split())
    return core if any(letter.isalnum() for letter in core) else query


def _words_only(error: Exception) -> str:
    return f"Searched by words alone. {error}"

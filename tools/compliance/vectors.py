"""The vector index on disk: Chroma, with our own vectors, in the user's data directory.

One collection per framework. What made it is stored with it (model, dimension, digest of the texts): another
model or dimension is refused with the remedy, other texts rebuild it. Nothing here reaches for the network:
there is no embedding function, and telemetry is off.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.compliance import baked
from tools.compliance.embedder import Embedder, Vector
from tools.compliance.errors import EmbedderUnavailable, IndexMismatch, IndexUnavailable
from tools.compliance.model import Catalog, CatalogEntry

_FORMAT = 1
_SAME_IN_MANY = "no cloud setting shows this"


def phrases(entry: CatalogEntry) -> list[str]:
    """The texts of an entry that get a vector each: a short phrase matches a short question better than a
    page does.
    """
    texts = [entry.title, entry.summary, *entry.synonyms, *entry.cloud, *entry.evidence]
    return [text for text in dict.fromkeys(texts) if not text.startswith(_SAME_IN_MANY)]


class VectorIndex:
    """Nearest entries by meaning. Opened and, where needed, built at the first query; safe across threads."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._folder = folder
        self._embedder = embedder
        self._lock = threading.Lock()
        self._client: Any = None
        self._collections: dict[str, Any] = {}

    def nearest(self, catalog: Catalog, vector: Vector, limit: int = 200) -> Mapping[str, float]:
        """The best cosine (-1 to 1) of any phrase of each entry near the vector of a text, by entry id.

        Only the `limit` nearest phrases are looked at; an entry without one of them is not in the answer. Raises
        `EmbedderUnavailable` or `IndexUnavailable`.
        """
        with self._lock:
            try:
                answer = self._query(catalog, vector, limit)
            except IndexMismatch:
                raise
            except IndexUnavailable:
                # Another process may have rebuilt it under us: open it anew, once.
                self._collections.pop(catalog.framework, None)
                answer = self._query(catalog, vector, limit)
        best: dict[str, float] = {}
        for metadata, distance in zip(answer["metadatas"][0], answer["distances"][0], strict=True):
            name = str(metadata["entry"])
            best[name] = max(best.get(name, -1.0), 1.0 - float(distance))
        return best

    def _query(self, catalog: Catalog, vector: Vector, limit: int) -> Any:
        collection = self._open(catalog)
        with self._guarded():
            return collection.query(
                query_embeddings=[vector],
                n_results=min(limit, collection.count()),
                include=["metadatas", "distances"],
            )

    def build(self, catalog: Catalog) -> int:
        """Make the index ready; the number of vectors in it. Raises as `nearest` does."""
        with self._lock:
            collection = self._open(catalog)
            with self._guarded():
                return int(collection.count())

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._collections.clear()
            client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()

    def _open(self, catalog: Catalog) -> Any:
        if catalog.framework in self._collections:
            return self._collections[catalog.framework]
        client = self._connect()
        wanted = {
            "format": _FORMAT,
            "model": self._embedder.model,
            "dimension": self._embedder.dimension,
            "texts": digest(catalog),
        }
        name = f"controls-{catalog.framework}"
        with self._guarded():
            collection = self._stored(client, name, wanted) or self._make(client, name, wanted, catalog)
        self._collections[catalog.framework] = collection
        return collection

    def _connect(self) -> Any:
        if self._client is None:
            # Chroma reads these when it is imported; a user's own setting must not turn telemetry on.
            os.environ["ANONYMIZED_TELEMETRY"] = "False"
            with self._guarded():
                import chromadb
                from chromadb.config import Settings

                self._folder.mkdir(parents=True, exist_ok=True)
                self._client = chromadb.PersistentClient(
                    path=str(self._folder), settings=Settings(anonymized_telemetry=False)
                )
        return self._client

    @contextlib.contextmanager
    def _guarded(self) -> Iterator[None]:
        """Whatever Chroma raises becomes `IndexUnavailable` with the remedy."""
        try:
            yield
        except (IndexUnavailable, EmbedderUnavailable, KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except ImportError as error:
            raise IndexUnavailable("chromadb is not installed; reinstall the package.") from error
        except BaseException as error:
            # A panic in Chroma's native part is no Exception, and must not end a turn.
            raise IndexUnavailable(
                f"The control index cannot be used ({type(error).__name__}). Delete the folder {self._folder}"
                " to have it rebuilt."
            ) from error

    def _stored(self, client: Any, name: str, wanted: Mapping[str, Any]) -> Any:
        """The collection on disk if it is right; None if it has to be made."""
        if name not in {str(getattr(item, "name", item)) for item in client.list_collections()}:
            return None
        collection = client.get_collection(name, embedding_function=None)
        found = dict(collection.metadata or {})
        if found.get("format") == _FORMAT and found.get("complete"):
            if any(found.get(key) != wanted[key] for key in ("model", "dimension")):
                raise IndexMismatch(
                    str(self._folder),
                    f"{found.get('model')} ({found.get('dimension')} numbers)",
                    f"{wanted['model']} ({wanted['dimension']} numbers)",
                )
            if found.get("texts") == wanted["texts"]:
                return collection
        client.delete_collection(name)
        return None

    def _make(self, client: Any, name: str, wanted: Mapping[str, Any], catalog: Catalog) -> Any:
        pairs = [(entry.id, text) for entry in catalog.entries for text in phrases(entry)]
        vectors = baked.load(catalog.framework, self._embedder.model, str(wanted["texts"]))
        if vectors is None or len(vectors) != len(pairs):
            vectors = self._embedder.embed([text for _, text in pairs])
        collection = client.create_collection(
            name,
            embedding_function=None,
            metadata=dict(wanted),
            configuration={"hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 250}},
        )
        step = 1000
        for start in range(0, len(pairs), step):
            part = range(start, min(start + step, len(pairs)))
            collection.add(
                ids=[str(i) for i in part],
                embeddings=[vectors[i] for i in part],
                metadatas=[{"entry": pairs[i][0]} for i in part],
            )
        # Only now: a build that was cut off half-way is done again.
        collection.modify(metadata={**wanted, "complete": True})
        return collection


def digest(catalog: Catalog) -> str:
    """What the vectors of a catalog depend on, as one value."""
    texts = [catalog.revision, *((entry.id, phrases(entry)) for entry in catalog.entries)]
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()

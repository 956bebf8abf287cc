from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tools import bulk
from tools.bulk import swept, uncollected


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


class Knot:
    """Something that only the collector of cycles can free."""

    def __init__(self) -> None:
        self.own = self


def collections() -> list[int]:
    """How often each generation was collected."""
    return [stats["collections"] for stats in gc.get_stats()]


def test_nothing_is_collected_inside_and_nested_uses_are_counted() -> None:
    with uncollected():
        with uncollected():
            assert not gc.isenabled()
        assert not gc.isenabled()
        before = collections()
        held = [[] for _ in range(5_000)]
        assert collections() == before
    assert gc.isenabled()
    assert len(held) == 5_000


def test_the_collector_stays_off_for_who_switched_it_off() -> None:
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_very_many_objects_are_set_apart_and_few_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 20_000)
    gc.collect()
    frozen = gc.get_freeze_count()
    with uncollected():
        few: list[list[int]] = [[] for _ in range(1_000)]
    assert gc.get_freeze_count() == frozen
    with uncollected():
        many: list[list[int]] = [[] for _ in range(30_000)]
    assert gc.get_freeze_count() >= frozen + 30_000
    assert len(few) + len(many) == 31_000


def test_what_was_set_apart_goes_with_its_last_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1_000)
    with uncollected():
        held: list[set[int]] = [set() for _ in range(2_000)]
    gone = weakref.ref(held[0])
    held.clear()
    assert gone() is None


def test_cycles_among_what_was_set_apart_are_swept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "MANY", 1_000)
    with uncollected():
        held: list[Knot] = [Knot() for _ in range(2_000)]
    gone = weakref.ref(held[0])
    held.clear()
    gc.collect()
    assert gone() is not None
    swept()
    assert gone() is None

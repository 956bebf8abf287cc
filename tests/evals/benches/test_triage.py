"""The bench of whole estates: what it measures, and what it says of the measurements."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from evals.benches import triage
from evals.benches.served import Served, served
from evals.benches.triage_steps import measured


def _result(findings: int, seconds: float, **more: Any) -> dict[str, Any]:
    return {
        "findings": findings,
        "assets": findings // 3,
        "seconds": seconds,
        "cpu_s": seconds / 2,
        "peak_mb": 100.0,
        "added_s": 0.5,
        "complete": True,
        "steps": {"read": seconds},
        "shares": {"read": 1.0},
        "networkx": {"ratio": 3.0},
        **more,
    }


@pytest.mark.parametrize("slope", [0.5, 1.0, 2.0])
def test_the_exponent_is_the_slope_of_the_logarithms(slope: float) -> None:
    assert triage.exponent([(n, 0.01 * n**slope) for n in (2_000, 50_000, 1_000_000)]) == slope


def test_one_size_has_no_exponent() -> None:
    assert triage.exponent([(2_000, 1.0)]) is None


def test_the_middle_run_counts_and_the_limits_are_held_against_the_largest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runs = {
        "small": iter([_result(2_000, s) for s in (9.0, 1.0, 2.0)]),
        "medium": iter([_result(50_000, s, peak_mb=7_000.0) for s in (50.0, 300.0, 40.0)]),
    }
    monkeypatch.setattr(triage, "drawn", lambda folder, size, seed: Path(size))
    monkeypatch.setattr(triage, "_child", lambda home: next(runs[home.name]))
    found = triage.bench_triage(3, ["small", "medium"], tmp_path)
    assert (found["small_seconds"], found["medium_seconds"]) == (2.0, 50.0)
    assert found["exponent"] == 1.0
    assert found["medium_read"] == "50.0 s, 100%"
    assert found["kept"] == {"seconds": True, "peak_mb": False, "added_s": True}


def test_a_tenant_that_does_not_start_is_an_error_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "no-folder").write_text("", "utf-8")
    with pytest.raises(RuntimeError, match=r"tenant of no-folder did not start: (?s:.*)no-folder"):
        triage._child(tmp_path / "no-folder")


def test_a_child_that_fails_is_an_error_with_its_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(triage, "served", lambda home: nullcontext(Served(0)))
    (tmp_path / "no-folder").write_text("", "utf-8")
    with pytest.raises(RuntimeError, match=r"no-folder ended with 1: (?s:.*)FileExistsError"):
        triage._child(tmp_path / "no-folder")


def test_the_memory_of_the_tenant_counts_too(tmp_path: Path) -> None:
    found = triage._child(triage.drawn(tmp_path, "small", 3))
    assert found["own_peak_mb"] > 50
    assert found["tenant_peak_mb"] > 50
    assert found["peak_mb"] == pytest.approx(found["own_peak_mb"] + found["tenant_peak_mb"], abs=0.1)


async def test_a_small_estate_is_measured_step_by_step(tmp_path: Path) -> None:
    home = triage.drawn(tmp_path, "small", 3)
    before = (home / "estate.ready").stat().st_mtime_ns
    assert triage.drawn(tmp_path, "small", 3) == home
    assert (home / "estate.ready").stat().st_mtime_ns == before, "it is drawn once"
    with triage.copied(home) as place, served(place):
        found = await measured(place, compare=True)
    assert (home / "estate.ready").stat().st_mtime_ns == before, "the measured one is a copy"
    assert list(found["steps"]) == ["read", "enrich", "index", "graph", "search", "score"]
    assert sum(found["shares"].values()) == pytest.approx(1.0, abs=0.01)
    assert found["complete"]
    assert found["findings"] > 1_000
    assert found["added"] == 1_000
    assert not found["added_read_whole"]
    assert found["networkx"]["agrees"]

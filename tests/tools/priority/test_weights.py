from __future__ import annotations

import copy
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tools.findings.model import Severity
from tools.priority import WeightsError, load_weights, parse_weights
from tools.priority.weights import score_of


@pytest.fixture
def raw() -> dict[str, Any]:
    text = files("tools.priority").joinpath("data/weights.toml").read_text("utf-8")
    return copy.deepcopy(tomllib.loads(text))


def test_the_shipped_weights_carry_a_version_and_cannot_saturate() -> None:
    weights = load_weights()
    assert weights.version
    low, high = weights.extremes()
    assert round(score_of(low), 1) > 0.0
    assert round(score_of(high), 1) < 100.0
    assert set(weights.severity) == set(Severity)


@pytest.mark.parametrize(
    ("path", "value", "word"),
    [
        (("severity", "CRITICAL"), -3.0, "severity"),
        (("blast", "admin"), 0.1, "privilege"),
        (("factors", "exposure", "up"), 30.0, "saturate"),
        (("factors", "exposure", "up"), -1.0, "exposure"),
        (("gates", "accepted"), 100.0, "accepted"),
        (("version",), "", "version"),
        (("ports", "22"), 1.5, "22"),
    ],
)
def test_weights_that_break_a_promise_are_refused_by_name(
    raw: dict[str, Any], path: tuple[str, ...], value: Any, word: str
) -> None:
    inner = raw
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(WeightsError, match=word):
        parse_weights(raw)


def test_missing_and_surplus_parts_are_refused(raw: dict[str, Any]) -> None:
    del raw["factors"]["age"]
    with pytest.raises(WeightsError, match="factors"):
        parse_weights(raw)
    raw["factors"]["age"] = {"up": 0.1, "down": 0.0}
    raw["luck"] = 1
    with pytest.raises(WeightsError, match="luck"):
        parse_weights(raw)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("version = ", encoding="utf-8")
    with pytest.raises(WeightsError, match="not TOML"):
        load_weights(broken)

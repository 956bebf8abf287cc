"""The weights file: read, checked, frozen. It ships with the package; another one may be given by path or
as data.

Promises that the checks hold: no reachable score rounds to 0.0 or 100.0, a worse severity or privilege never
counts less, and an uncertain link never counts more than a certain one.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.findings.model import Severity
from tools.priority.errors import WeightsError

FACTORS = (
    "exposure",
    "path",
    "data",
    "environment",
    "blast",
    "exploit",
    "threat",
    "activity",
    "combination",
    "compensating",
    "age",
    "order",
)
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(gt=0, lt=100)]
_LIMIT = 7.3  # up to here a score rounds to 0.1 or 99.9; beyond, to the very end


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FactorWeight(_Strict):
    """Points per grade above and below zero."""

    up: float = Field(ge=0)
    down: float = Field(ge=0)


class WeaknessWeight(_Strict):
    """How a class of weakness counts, and how much of each factor it takes."""

    says: str
    points: float
    spread: float = Field(ge=0)
    takes: Mapping[str, Share]
    ceiling: Percent | None = None
    needs_reach: bool = False

    def base(self, strength: float) -> float:
        """Points of the weakness itself at a strength of 0 to 1."""
        return self.points - (1.0 - strength) * self.spread


class Gates(_Strict):
    """Scores above which a gate holds down, and how much of the rest still counts."""

    slope: float = Field(gt=0, lt=1)
    accepted: Percent
    not_failing: Percent
    not_reachable: Percent
    account_wide: Percent


class Weights(_Strict):
    """A version of the weights."""

    version: str = Field(min_length=1, max_length=60)
    start: float
    severity: Mapping[Severity, float]
    factors: Mapping[str, FactorWeight]
    weakness: Mapping[str, WeaknessWeight]
    gates: Gates
    exposure: Mapping[str, Share]
    ports: Mapping[str, Share]
    path: Mapping[str, Share]
    blast: Mapping[str, Share]

    @model_validator(mode="after")
    def _promises(self) -> Weights:
        if missing := [s.value for s in Severity if s not in self.severity]:
            raise ValueError(f"severity lacks {', '.join(missing)}")
        ranked = [self.severity[s] for s in sorted(Severity, key=lambda s: s.rank)]
        if ranked != sorted(ranked):
            raise ValueError("a worse severity must not count less")
        if set(self.factors) != set(FACTORS):
            raise ValueError(f"factors must be exactly: {', '.join(FACTORS)}")
        if "unclassified" not in self.weakness:
            raise ValueError("weakness needs the class `unclassified`")
        order = [self.blast[name] for name in ("none", "limited", "broad", "escalation", "admin")]
        if order != sorted(order):
            raise ValueError("a stronger privilege must not count less")
        low, high = self.extremes()
        if low < -_LIMIT or high > _LIMIT:
            raise ValueError(
                f"log-odds could reach {low:.1f} to {high:.1f}; keep within ±{_LIMIT}, or scores saturate"
            )
        return self

    def extremes(self) -> tuple[float, float]:
        """The lowest and highest log-odds that any finding can get."""
        lows, highs = [], []
        for weak in self.weakness.values():
            down = sum(w.down * weak.takes.get(n, 1.0) for n, w in self.factors.items())
            up = sum(w.up * weak.takes.get(n, 1.0) for n, w in self.factors.items())
            lows.append(weak.base(0.0) - down)
            highs.append(weak.base(1.0) + up)
        return (
            self.start + min(self.severity.values()) + min(lows),
            self.start + max(self.severity.values()) + max(highs),
        )


def parse_weights(data: Mapping[str, Any]) -> Weights:
    """Weights from parsed TOML, YAML or JSON; raises `WeightsError` with every fault."""
    try:
        return Weights.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()[:8]
        )
        raise WeightsError(
            f"These weights cannot be used: {faults}. Correct them and give them a new version."
        ) from None


def load_weights(path: Path | None = None) -> Weights:
    """The weights at `path`, or those that ship with the package."""
    if path is None:
        return _shipped()
    try:
        return parse_weights(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"The weights file {path.name} cannot be read ({type(error).__name__}). Check its path."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise WeightsError(f"The weights file {path.name} is not TOML: {error}. Correct it.") from None


@cache
def _shipped() -> Weights:
    return parse_weights(tomllib.loads(files(__package__).joinpath("data/weights.toml").read_text("utf-8")))


def logit(score: float) -> float:
    """Log-odds of a score (0..100, both ends excluded)."""
    return math.log(score / (100.0 - score))


def score_of(log_odds: float) -> float:
    """Score (0..100) of log-odds."""
    return 100.0 / (1.0 + math.exp(-log_odds))

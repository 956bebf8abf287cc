"""The words that the score reads meaning into: tags, names, policy grammar, services. Data, not code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True)
class Vocabulary:
    """`data/vocabulary.toml`, keyed for look-up; all in plain spelling (no case, no separators)."""

    holds_data: tuple[str, ...]
    data_stores: tuple[str, ...]
    data_keys: frozenset[str]
    data_words: Mapping[str, tuple[float, str]]
    data_hints: frozenset[str]
    environment_keys: frozenset[str]
    environment_words: Mapping[str, float]
    production_hints: frozenset[str]
    test_hints: frozenset[str]
    tier_keys: frozenset[str]
    tier_words: Mapping[str, float]
    pins: frozenset[str]
    neutral: frozenset[str]
    escalations: tuple[str, ...]
    pass_role_sinks: tuple[str, ...]
    ports: Mapping[str, int]


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with the package, read on first use."""
    read = tomllib.loads(files(__package__).joinpath("data/vocabulary.toml").read_text("utf-8"))
    data, environment, tier, policy = read["data"], read["environment"], read["tier"], read["policy"]
    return Vocabulary(
        holds_data=tuple(data["holders"]),
        data_stores=tuple(data["stores"]),
        data_keys=frozenset(data["keys"]),
        data_words={w: (float(c["grade"]), str(c["label"])) for c in data["classes"] for w in c["words"]},
        data_hints=frozenset(data["name_hints"]),
        environment_keys=frozenset(environment["keys"]),
        environment_words={word: float(c["grade"]) for c in environment["classes"] for word in c["words"]},
        production_hints=frozenset(environment["production_hints"]),
        test_hints=frozenset(environment["test_hints"]),
        tier_keys=frozenset(tier["keys"]),
        tier_words={word: float(c["grade"]) for c in tier["classes"] for word in c["words"]},
        pins=frozenset(policy["pins"]),
        neutral=frozenset(policy["neutral"]),
        escalations=tuple(policy["escalations"]),
        pass_role_sinks=tuple(policy["pass_role_sinks"]),
        ports={str(name): int(port) for name, port in read["ports"].items()},
    )

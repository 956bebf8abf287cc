"""The vocabulary of the attack graph: entries, jewels, chances of steps. Data, not code; another file may be given."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tools.priority.errors import WeightsError

Chance = Annotated[float, Field(ge=0.0, le=1.0)]

_JEWELS = (
    "admin",
    "organization",
    "key_vault",
    "secret",
    "tier_critical",
    "data_floor",
    "handles",
    "messages",
    "unseen",
)
_ENTRIES = tuple(
    "public_data public_copy open_trust federated_trust foreign_trust public_function exploited_flaw likely_flaw "
    "known_flaw forged_only no_login admin_login database_login web other_port console_no_mfa old_key leaked_key guest "
    "cluster_endpoint anonymous_cluster".split()
)
_STEPS = tuple(
    "runs_as runs_as_token assumes escalates reads writes controls holds opens opens_guess exploit_inside "
    "no_login_inside login_inside hosts unknown".split()
)


class Flaws(BaseModel):
    """From when on a flaw counts as likely used, and as remote where nobody says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    likely_epss: Chance
    remote_cvss: float = Field(ge=0, le=10)


class GraphWords(BaseModel):
    """`data/graph.toml`, checked: every name that the code uses is there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str = Field(min_length=1, max_length=60)
    jewel: Mapping[str, Chance]
    entry: Mapping[str, Chance]
    step: Mapping[str, Chance]
    flaw: Flaws
    services: Mapping[str, frozenset[int]]
    listens: Mapping[str, frozenset[int]] = Field(default_factory=dict)

    @cached_property
    def _listening(self) -> dict[str, frozenset[int] | None]:
        return {}

    def ports_of(self, package: str) -> frozenset[int] | None:
        """The ports that software of this name answers on; None where the table does not know it. Remembered: there
        are few packages and very many flaws in them.
        """
        known = self._listening
        if package not in known:
            name = package.lower()
            known[package] = next((ports for part, ports in self.listens.items() if part in name), None)
        return known[package]

    @model_validator(mode="after")
    def _whole(self) -> GraphWords:
        for name, wanted, given in (
            ("jewel", _JEWELS, self.jewel),
            ("entry", _ENTRIES, self.entry),
            ("step", _STEPS, self.step),
            ("services", ("no_login", "admin", "database", "web"), self.services),
        ):
            if set(given) != set(wanted):
                odd = sorted(set(wanted) ^ set(given))
                raise ValueError(f"[{name}] lacks or does not know: {', '.join(odd)}")
        return self


def graph_words(path: Path | None = None) -> GraphWords:
    """The vocabulary at `path`, or the one that ships with the package. Raises `WeightsError`."""
    return _shipped() if path is None else _parsed(path.read_text("utf-8"), path.name)


@cache
def _shipped() -> GraphWords:
    return _parsed(files("tools.priority").joinpath("data/graph.toml").read_text("utf-8"), "graph.toml")


def _parsed(text: str, name: str) -> GraphWords:
    try:
        return GraphWords.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise WeightsError(f"{name} is not TOML: {error}. Correct it.") from None
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in error.errors()[:8]
        )
        raise WeightsError(
            f"{name} cannot be used: {faults}. Correct it and give it a new version."
        ) from None

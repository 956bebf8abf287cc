"""Deviations that the customer approves in advance: admin ports from known networks, public things, test estates.

They are a file, `benign.toml` in the data directory, because they are the customer's words and not ours; the shipped
one approves nothing. What matches is held down by a gate that says so, and stays in every list.

    [[approved_port]]                       # an admin port that may be open to networks of yours
    ports = [22, 3389]
    networks = ["198.51.100.0/24"]
    accounts = ["1111*"]                    # patterns; left out: any
    resources = ["*"]
    reason = "VPN of the head office"
    until = 2027-06-30                      # left out: no end

    [[approved_public]]                     # what is public because it is meant to be
    resources = ["arn:aws:s3:::www-*"]
    reason = "The web site"

    [[test_estate]]                         # accounts or tags of which nothing matters
    accounts = ["999988887777"]
    tags = { Environment = ["sandbox"] }
    reason = "Sandbox, rebuilt every night"
"""

from __future__ import annotations

import ipaddress
import tomllib
from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from tools.findings.model import Finding
from tools.priority.acceptance import matches
from tools.priority.errors import BenignError

FILE = "benign.toml"
_MOST_BYTES = 1_000_000
_ANY = ("*",)
Patterns = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=600)], ...], Field(max_length=5_000)]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class _Rule(BaseModel):
    """Where a rule holds (patterns of accounts and resources), why, and until when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=3, max_length=500)
    accounts: Patterns = _ANY
    resources: Patterns = _ANY
    until: date | None = None

    def about(self, finding: Finding, at: datetime) -> bool:
        """Whether it is about this finding's resource, and still holds."""
        if self.until is not None and at >= datetime.combine(self.until, time.max, UTC):
            return False
        names = (finding.resource.uid, finding.resource.name, finding.resource.asset_id)
        return any(
            matches(a, p) for p in self.accounts for a in (finding.account, finding.account_name)
        ) and any(matches(name, p) for p in self.resources for name in names)

    @property
    def wide(self) -> bool:
        """Whether it is about everything."""
        return "*" in self.accounts and "*" in self.resources


class ApprovedPort(_Rule):
    """Admin ports that may be open to some networks, and to nothing else."""

    ports: Annotated[
        tuple[Annotated[int, Field(ge=1, le=65_535)], ...], Field(min_length=1, max_length=1_000)
    ]
    networks: Annotated[tuple[str, ...], Field(min_length=1, max_length=5_000)]

    @field_validator("networks")
    @classmethod
    def _are_networks(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for text in given:
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError:
                raise ValueError(f"{text[:60]!r} is no network; write one as 198.51.100.0/24") from None
        return given

    @model_validator(mode="after")
    def _not_the_world(self) -> ApprovedPort:
        if self.wide and any(_network(text).prefixlen == 0 for text in self.networks):
            raise ValueError(
                "ports open to the whole internet need `resources` or `accounts` that they are for"
            )
        return self

    def admits(self, source: str) -> bool:
        """Whether an address range lies in the approved networks."""
        try:
            wanted = ipaddress.ip_network(source, strict=False)
        except ValueError:
            return False
        return any(_inside(wanted, _network(text)) for text in self.networks)


class ApprovedPublic(_Rule):
    """Things that are public because they are meant to be. `rules` are patterns of rule ids."""

    rules: Patterns = _ANY

    @model_validator(mode="after")
    def _named(self) -> ApprovedPublic:
        if "*" in self.resources:
            raise ValueError("say which `resources` may be public; a star alone would approve everything")
        return self


class TestEstate(_Rule):
    """Accounts or tags whose findings do not matter."""

    __test__ = False  # not a test class, whatever its name

    tags: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _bounded(self) -> TestEstate:
        if "*" in self.accounts and not self.tags:
            raise ValueError("say which `accounts` or `tags` make the test estate")
        return self

    def about(self, finding: Finding, at: datetime) -> bool:
        """Also by tags: any of the named values of every named key; case does not matter."""
        held = {key.casefold(): value.casefold() for key, value in finding.tags.items()}
        return all(
            held.get(key.casefold()) in {value.casefold() for value in values}
            for key, values in self.tags.items()
        ) and super().about(finding, at)


class Benign(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    approved_port: tuple[ApprovedPort, ...] = ()
    approved_public: tuple[ApprovedPublic, ...] = ()
    test_estate: tuple[TestEstate, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether it approves nothing."""
        return not (self.approved_port or self.approved_public or self.test_estate)


NOTHING = Benign()


def load_benign(path: Path | None = None) -> Benign:
    """The file at `path`, or the shipped one when there is none. Raises `BenignError` with what to correct."""
    if path is None or not path.exists():
        return _shipped()
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BenignError(
                f"{FILE} is larger than {_MOST_BYTES // 1_000_000} MB; use patterns instead of lists."
            )
        return parse_benign(tomllib.loads(path.read_text("utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise BenignError(f"{FILE} cannot be read ({type(error).__name__}). Save it as UTF-8 text.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BenignError(f"{FILE} is not TOML: {str(error)[:200]}. Correct it.") from None


def parse_benign(data: dict[str, Any]) -> Benign:
    """The rules of a parsed file; raises `BenignError` with every fault."""
    try:
        return Benign.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg'].removeprefix('Value error, ')}"
            for e in error.errors(include_input=False)[:5]
        )
        raise BenignError(f"{FILE} cannot be used: {faults}. Correct it.") from None


@cache
def _shipped() -> Benign:
    return parse_benign(tomllib.loads(files(__package__).joinpath(f"data/{FILE}").read_text("utf-8")))


@lru_cache(maxsize=65_536)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text, strict=False)


def _inside(one: Network, other: Network) -> bool:
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.subnet_of(other)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network):
        return one.subnet_of(other)
    return False

"""Public vulnerabilities: what they are in, how bad they are (CVSS 3.1 vector as published by NVD or the CNA), and
whether CISA lists them as exploited.

The base score and both sub-scores follow from the vector by the formula of the CVSS 3.1 specification.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


@dataclass(frozen=True)
class Vulnerability:
    """One CVE in one package, with a version that has it and the first that has not."""

    id: str
    package: str
    installed: str
    fixed: str
    vector: str
    exploited: bool
    family: str
    port: int = 0
    summary: str = ""

    @cached_property
    def metrics(self) -> dict[str, str]:
        """The vector's metrics by name."""
        return dict(part.split(":") for part in self.vector.split("/"))

    @cached_property
    def impact(self) -> float:
        """The impact sub-score, one decimal."""
        return round(_impact(self.metrics) + 1e-9, 1)

    @cached_property
    def exploitability(self) -> float:
        """The exploitability sub-score, one decimal."""
        return round(_exploitability(self.metrics) + 1e-9, 1)

    @cached_property
    def score(self) -> float:
        """The base score."""
        impact, ease = _impact(self.metrics), _exploitability(self.metrics)
        if impact <= 0:
            return 0.0
        whole = (impact + ease) * (1.08 if self.metrics["S"] == "C" else 1.0)
        return _round_up(min(whole, 10.0))

    @property
    def severity(self) -> str:
        """The severity that the base score means."""
        score = self.score
        return "CRITICAL" if score >= 9 else "HIGH" if score >= 7 else "MEDIUM" if score >= 4 else "LOW"

    @cached_property
    def distant(self) -> bool:
        """Whether it works by network without anybody's help, and gives more than a stop."""
        m = self.metrics
        return m["AV"] == "N" and m["UI"] == "N" and "H" in (m["C"], m["I"])

    @property
    def remote(self) -> bool:
        """Whether it is such a one and needs no account either."""
        return self.distant and self.metrics["PR"] == "N"


def _impact(m: Mapping[str, str]) -> float:
    base = 1 - math.prod(1 - _WEIGHTS[name][m[name]] for name in "CIA")
    if m["S"] == "U":
        return float(6.42 * base)
    return float(7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15)


def _exploitability(m: Mapping[str, str]) -> float:
    rights = _PRIVILEGES[m["S"]][m["PR"]]
    return 8.22 * _WEIGHTS["AV"][m["AV"]] * _WEIGHTS["AC"][m["AC"]] * rights * _WEIGHTS["UI"][m["UI"]]


def _round_up(value: float) -> float:
    # The specification's own way round floating point: whole hundred-thousandths.
    scaled = round(value * 100_000)
    return scaled / 100_000 if scaled % 10_000 == 0 else (scaled // 10_000 + 1) / 10


@cache
def vulnerabilities() -> tuple[Vulnerability, ...]:
    """All of them, in the order of the table."""
    found = []
    text = files(__package__).joinpath("cves.tsv").read_text("utf-8")
    for line in text.splitlines()[1:]:
        cve, package, installed, fixed, vector, exploited, family, port, summary = line.split("\t")
        found.append(
            Vulnerability(
                *(cve, package, installed, fixed, vector, exploited == "yes", family, int(port or 0), summary)
            )
        )
    return tuple(found)


@cache
def of_family(*families: str) -> tuple[Vulnerability, ...]:
    """Those of the families: service, forgery, store, desktop, linux, windows, java, node, python, go, browser."""
    return tuple(one for one in vulnerabilities() if one.family in families)


@cache
def calm(*families: str) -> tuple[Vulnerability, ...]:
    """Those of the families that nobody can use from afar, not even with an account, unless a person helps."""
    return tuple(one for one in of_family(*families) if not one.distant)


@cache
def by_id() -> Mapping[str, Vulnerability]:
    """By CVE id."""
    return {one.id: one for one in vulnerabilities()}

from __future__ import annotations

import re

import pytest

from tools.tenant.estate.cves import by_id, calm, of_family, vulnerabilities


def test_ids_are_unique_and_well_formed() -> None:
    found = vulnerabilities()
    assert len(by_id()) == len(found) >= 85
    assert all(re.fullmatch(r"CVE-(19|20)\d\d-\d{4,}", one.id) for one in found)
    assert all(one.installed != one.fixed for one in found)
    assert sum(one.exploited for one in found) >= 30


@pytest.mark.parametrize(
    ("cve", "score", "severity", "exploited"),
    [
        # As NVD publishes them.
        ("CVE-2021-44228", 10.0, "CRITICAL", True),
        ("CVE-2022-22965", 9.8, "CRITICAL", True),
        ("CVE-2021-40438", 9.0, "CRITICAL", True),
        ("CVE-2021-41773", 7.5, "HIGH", True),
        ("CVE-2021-4034", 7.8, "HIGH", True),
        ("CVE-2021-34527", 8.8, "HIGH", True),
        ("CVE-2024-6387", 8.1, "HIGH", False),
        ("CVE-2023-48795", 5.9, "MEDIUM", False),
        ("CVE-2016-2781", 6.5, "MEDIUM", False),
        ("CVE-2022-3219", 3.3, "LOW", False),
        ("CVE-2021-23337", 7.2, "HIGH", False),
        ("CVE-2023-32681", 6.1, "MEDIUM", False),
    ],
)
def test_scores_follow_from_the_vectors(cve: str, score: float, severity: str, exploited: bool) -> None:
    one = by_id()[cve]
    assert (one.score, one.severity, one.exploited) == (score, severity, exploited)


def test_sub_scores_are_those_of_the_calculator() -> None:
    worst = by_id()["CVE-2022-22965"]
    assert (worst.impact, worst.exploitability) == (5.9, 3.9)
    changed = by_id()["CVE-2021-44228"]
    assert (changed.impact, changed.exploitability) == (6.0, 3.9)


def test_calm_ones_cannot_be_used_from_afar() -> None:
    assert 0 < len(calm("linux")) < len(of_family("linux"))
    assert not any(one.remote for one in calm("linux", "java", "node", "python", "go", "windows"))
    assert all(one.remote for one in of_family("service"))

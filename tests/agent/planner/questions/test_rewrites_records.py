"""Categories, domains, reasons, doers and names of the press in plainer words."""

from __future__ import annotations

import pytest

from agent.planner.questions.rewrites_records import of_records


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("open issues in the identity category", "open issues with issue category = identity"),
        ("issues about keys (category secrets)", "issues about keys with issue category = secrets"),
        ("buckets with a data finding", "buckets with a finding with finding category = data"),
        ("assets with issues of the security domain", "assets with issues with domain = security"),
        ("issues closed with the reason false positive", "issues closed with resolution false positive"),
        ("issues rated medium", "issues medium"),
        ("guest users in azure active directory", "guest azure ad users"),
        ("assets hit by log4shell", "assets hit by cve-2021-44228"),
        ("assets hit by foo-bar (cve-2024-1234)", "assets hit by cve-2024-1234"),
        ("vms with a vulnerable glibc package", "vms with vulnerabilities in package glibc"),
        ("flow logs that accepted traffic on port 22", "flow logs that accepted on port 22"),
        ("which users changed roles?", "who changed roles"),
        ("which users (not the pipeline) changed roles", "who changed roles with identity type = user"),
        ("people who deleted buckets today", "who deleted buckets today with identity type = user"),
    ],
)
def test_plainer(said: str, plain: str) -> None:
    assert of_records(said) == plain


@pytest.mark.parametrize(
    "said",
    [
        "assets in the data category",
        "security groups in the dev domain",
        "firewalls that accepted traffic",
        "users without mfa",
        "users changed last week by region",
    ],
)
def test_left_as_it_is(said: str) -> None:
    assert of_records(said) == said

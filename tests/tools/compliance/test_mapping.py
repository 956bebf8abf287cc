"""The mapping table: ids exact, sources named, what does not fit set aside with a reason."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tools.compliance import catalog, mapping
from tools.compliance.model import Confidence


def test_every_row_says_who_made_it_and_names_a_requirement() -> None:
    table = mapping.load("hipaa")
    known = catalog.load("hipaa").by_id
    assert len(table.rows) + len(table.rejected) == 742
    for row in (*table.rows, *table.rejected):
        assert row.requirement_id in known
        assert row.source == "prowler"
        assert row.version == "5.46.0"
    keys = [(row.provider, row.check_id, row.requirement_id) for row in table.rows]
    assert len(set(keys)) == len(keys)


def test_rejected_rows_have_a_reason_and_are_not_used() -> None:
    table = mapping.load("hipaa")
    assert table.rejected
    for row in table.rejected:
        assert row.note
        used = mapping.requirements_for(row.provider, row.check_id, "hipaa")
        assert row.requirement_id not in {item.requirement_id for item in used}


@pytest.mark.parametrize(
    ("provider", "rule", "requirement"),
    [
        ("aws", "cloudtrail_multi_region_enabled", "164.312(b)"),
        ("AWS", "CloudTrail_Multi_Region_Enabled", "164.312(b)"),
        ("aws", "prowler-cloudtrail_multi_region_enabled", "164.312(b)"),
        ("Azure", "storage_secure_transfer_required_is_enabled", "164.312(e)(1)"),
        ("Google Cloud", "cloudsql_instance_ssl_connections", "164.312(e)(2)(ii)"),
    ],
)
def test_lookup_is_forgiving_about_spelling_only(provider: str, rule: str, requirement: str) -> None:
    found = mapping.requirements_for(provider, rule, "hipaa")
    assert requirement in {row.requirement_id for row in found}


@pytest.mark.parametrize(
    ("provider", "rule"),
    [("aws", "cloudtrail"), ("azure", "cloudtrail_multi_region_enabled"), ("", ""), ("aws", "")],
)
def test_nothing_is_mapped_by_likeness(provider: str, rule: str) -> None:
    assert mapping.requirements_for(provider, rule, "hipaa") == ()


def test_encryption_is_not_shown_by_audit_logging() -> None:
    found = mapping.requirements_for("aws", "redshift_cluster_audit_logging", "hipaa")
    ids = {row.requirement_id for row in found}
    assert "164.312(b)" in ids
    assert "164.312(a)(2)(iv)" not in ids


@pytest.mark.shared
def test_rows_are_the_facts_of_the_source(shared_data: Path) -> None:
    """Every row of the source is here and no other, but for the nine whose label repeats the entry before."""
    with (shared_data / "compliance" / "check-mapping.tsv").open() as lines:
        given = [row for row in csv.DictReader(lines, delimiter="\t") if row["framework"] == "hipaa"]
    theirs = {
        (row["provider"], row["check_id"], row["standard_id"])
        for row in given
        if (row["provider"], row["requirement_id"]) != ("aws", "164_308_a_4_ii_c")
    }
    relabelled = {
        ("aws", row["check_id"], "164.308(a)(4)(ii)(C)")
        for row in given
        if (row["provider"], row["requirement_id"]) == ("aws", "164_308_a_4_ii_c")
    }
    table = mapping.load("hipaa")
    ours = {(row.provider, row.check_id, row.requirement_id) for row in (*table.rows, *table.rejected)}
    assert ours == theirs | relabelled
    assert len(relabelled) == 9


@pytest.mark.shared
def test_every_check_exists(shared_data: Path) -> None:
    with (shared_data / "compliance" / "checks.tsv").open() as lines:
        checks = {(row["provider"], row["check_id"]) for row in csv.DictReader(lines, delimiter="\t")}
    assert not [row for row in mapping.load("hipaa").rows if (row.provider, row.check_id) not in checks]


def test_confidence_is_spread_and_reviewed() -> None:
    counted = dict.fromkeys(Confidence, 0)
    for row in mapping.load("hipaa").rows:
        counted[row.confidence] += 1
    assert counted[Confidence.HIGH] > 200
    assert counted[Confidence.LOW] > 100
    assert counted[Confidence.REJECTED] == 0


def test_csf_rows_come_through_the_crosswalk_and_never_show_what_only_people_can() -> None:
    table = mapping.load("nist_csf_2.0")
    known = catalog.load("nist_csf_2.0").by_id
    assert len(table.rows) + len(table.rejected) == 1078
    for row in (*table.rows, *table.rejected):
        assert "via csf-1.1-crosswalk" in row.note
        assert (row.confidence is Confidence.REJECTED) == (known[row.requirement_id].checks == "none")


@pytest.mark.shared
def test_csf_rows_are_the_derived_ones(shared_data: Path) -> None:
    with (shared_data / "compliance" / "check-csf20-derived.tsv").open() as lines:
        given = {
            (r["provider"], r["check_id"], r["csf_2.0_id"]) for r in csv.DictReader(lines, delimiter="\t")
        }
    table = mapping.load("nist_csf_2.0")
    assert {(r.provider, r.check_id, r.requirement_id) for r in (*table.rows, *table.rejected)} == given

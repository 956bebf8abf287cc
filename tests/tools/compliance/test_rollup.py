"""Assessment: never a false pass, the denominator always whole."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tools.compliance.building import evidence, finding
from tools.compliance import catalog, mapping
from tools.compliance.assessment import Assessment, RequirementResult, Scope, Status
from tools.compliance.errors import UnknownAccount, UnknownFramework, UnknownProvider
from tools.compliance.report import headline
from tools.compliance.rollup import assess, holds_health_data
from tools.findings.model import AssetRecord, Finding, FindingStatus

AUTHENTICATION = "164.312(d)"


def checks_of(requirement: str, provider: str = "aws") -> list[str]:
    rows = mapping.load("hipaa").by_requirement[requirement]
    return [row.check_id for row in rows if row.provider == provider]


def result(findings: list[Finding], requirement: str = AUTHENTICATION, **given: Any) -> RequirementResult:
    return assess("hipaa", evidence(findings, **given)).by_id[requirement]


def all_pass(requirement: str = AUTHENTICATION) -> list[Finding]:
    return [finding(check) for check in checks_of(requirement)]


def test_pass_needs_every_mapped_check_to_have_run() -> None:
    whole = all_pass()
    assert len(whole) == 4
    assert result(whole).status is Status.PASS
    for missing in whole:
        part = result([item for item in whole if item is not missing])
        assert part.status is Status.MANUAL
        assert (part.checks_ran, part.checks_total) == (3, 4)
        assert "3 ran everywhere" in part.reason


def test_one_failed_resource_fails_the_requirement() -> None:
    whole = all_pass()
    failed = finding(whole[0].rule_id, "FAIL", resource="arn:aws:iam::1:user/eve")
    found = result([*whole, failed])
    assert found.status is Status.FAIL
    assert found.resources_failed == 1
    assert [row.finding_id for row in found.failed_rows] == [failed.id]
    assert found.evidence[0].finding_id == failed.id


def test_a_check_that_asks_for_a_person_is_no_pass() -> None:
    whole = all_pass()
    found = result([*whole[1:], finding(whole[0].rule_id, "MANUAL")])
    assert found.status is Status.MANUAL


def test_a_closed_issue_is_no_pass() -> None:
    whole = all_pass()
    closed = finding(whole[0].rule_id, "FAIL", progress="Resolved")
    assert result([*whole[1:], closed]).status is Status.MANUAL


def test_nothing_ran_is_not_assessed() -> None:
    found = result([finding("cloudtrail_multi_region_enabled")])
    assert found.status is Status.NOT_ASSESSED
    assert found.checks_ran == 0


def test_an_account_where_a_check_did_not_run_spoils_the_pass() -> None:
    whole = all_pass()
    elsewhere = finding("cloudtrail_multi_region_enabled", account="444455556666")
    found = result([*whole, elsewhere])
    assert found.status is Status.MANUAL
    assert found.checks_partly == 4
    assert found.outcomes[0].missing_accounts == ("444455556666",)
    both = [*whole, *(finding(item.rule_id, account="444455556666") for item in whole)]
    assert result(both).status is Status.PASS


def test_another_provider_brings_its_own_checks_in() -> None:
    whole = all_pass()
    found = result([*whole, finding("entra_security_defaults_enabled", provider="azure", account="sub-1")])
    assert found.status is Status.MANUAL
    assert found.checks_total == 4 + 8


def test_evidence_that_was_cut_gives_no_pass() -> None:
    found = result(all_pass(), complete=False, total=9000)
    assert found.status is Status.MANUAL
    assert "9,000" in found.reason


@pytest.mark.parametrize("requirement", ["164.308(a)(3)(ii)(C)", "164.308(a)(8)", "164.308(a)(1)(ii)(A)"])
def test_passing_checks_do_not_show_a_procedure(requirement: str) -> None:
    found = result(all_pass(requirement), requirement)
    assert found.status is Status.MANUAL
    assert found.checks_ran == found.checks_total > 0


@pytest.mark.parametrize(
    "requirement",
    [
        "164.308(a)(1)(ii)(C)",
        "164.308(a)(2)",
        "164.310(a)(1)",
        "164.310(d)(2)(i)",
        "164.314(a)(2)",
        "164.316(a)",
    ],
)
def test_what_only_people_can_show_is_manual(requirement: str) -> None:
    assert result(all_pass(), requirement).status is Status.MANUAL


def test_a_technical_safeguard_without_checks_is_not_assessed() -> None:
    found = result(all_pass(), "164.312(a)(2)(iii)")
    assert found.status is Status.NOT_ASSESSED
    assert "No check is mapped" in found.reason


def test_a_standard_takes_its_specifications_in() -> None:
    own = all_pass("164.312(c)(1)")
    assert result(own, "164.312(c)(1)").status is not Status.PASS
    part = [finding(check) for check in checks_of("164.312(c)(2)")]
    assert result([*own, *part], "164.312(c)(1)").status is Status.PASS
    broken = finding("vpc_flow_logs_enabled", "FAIL", resource="vpc-1")
    found = assess("hipaa", evidence([*own, *part, broken]))
    assert found.by_id["164.312(c)(2)"].status is Status.FAIL
    assert found.by_id["164.312(c)(1)"].status is Status.FAIL
    assert found.by_id["164.312(c)(1)"].parts == ("164.312(c)(2)",)


def test_no_evidence_passes_nothing_and_fails_nothing() -> None:
    found = assess("hipaa", evidence([]))
    assert {r.status for r in found.results} == {Status.MANUAL, Status.NOT_ASSESSED}
    assert sum(found.counts["specification"].values()) == 41
    assert sum(found.counts["standard"].values()) == 22


def test_scope_by_account_id_name_and_provider() -> None:
    ours = finding("iam_root_mfa_enabled", "FAIL", account="111122223333", account_name="payments-prod")
    theirs = finding("iam_root_mfa_enabled", account="444455556666", account_name="research")
    both = evidence([ours, theirs])
    for name in ("111122223333", "payments-prod", "PAYMENTS-PROD", "payments"):
        found = assess("hipaa", both, Scope(account=name))
        assert found.by_id[AUTHENTICATION].status is Status.FAIL
        assert found.coverage.out_of_scope == 1
        assert [seen.account for seen in found.coverage.accounts] == ["111122223333"]
    other = assess("hipaa", both, Scope(account="research")).by_id[AUTHENTICATION]
    assert other.status is Status.MANUAL
    assert assess("hipaa", both, Scope(provider="AWS")).coverage.out_of_scope == 0


def test_unknown_scope_names_what_there_is() -> None:
    both = evidence([finding("iam_root_mfa_enabled", account="1", account_name="payments")])
    with pytest.raises(UnknownAccount, match=r"payments \(1\)"):
        assess("hipaa", both, Scope(account="billing"))
    with pytest.raises(UnknownProvider, match="aws"):
        assess("hipaa", both, Scope(provider="gcp"))
    with pytest.raises(UnknownFramework, match="hipaa"):
        assess("iso", both)


def test_accounts_of_one_name_are_all_in_scope_and_named() -> None:
    both = evidence(
        [
            finding("iam_root_mfa_enabled", account="1", account_name="payments"),
            finding(
                "entra_security_defaults_enabled", provider="azure", account="s-2", account_name="Payments"
            ),
            finding("iam_root_mfa_enabled", account="3", account_name="other"),
        ]
    )
    found = assess("hipaa", both, Scope(account="payments"))
    assert {seen.account for seen in found.coverage.accounts} == {"1", "s-2"}
    assert "accounts payments (1), Payments (s-2)," in headline(found)
    assert "(azure)" in headline(assess("hipaa", both, Scope(provider="azure")))


def test_an_ambiguous_account_name_is_not_guessed() -> None:
    both = evidence(
        [
            finding("iam_root_mfa_enabled", account="1", account_name="payments-prod"),
            finding("iam_root_mfa_enabled", account="2", account_name="payments-dev"),
        ]
    )
    with pytest.raises(UnknownAccount):
        assess("hipaa", both, Scope(account="payments"))


def test_what_the_table_lacks_is_suggested_and_not_counted() -> None:
    odd = finding(
        "brand_new_check", "FAIL", compliance={"HIPAA": ("164_312_b", "164_999_z"), "SOC2": ("cc_1",)}
    )
    found = assess("hipaa", evidence([odd]))
    assert [(s.check_id, s.requirement_ids, s.failed) for s in found.suggestions] == [
        ("brand_new_check", ("164.312(b)",), 1)
    ]
    assert found.by_id["164.312(b)"].status is Status.NOT_ASSESSED
    assert found.coverage.unmapped_checks == ("brand_new_check",)


def test_a_check_of_the_same_kind_is_suggested_and_not_counted() -> None:
    hub = finding("S3.8", "FAIL", kind="aws.s3.public_access")
    found = assess("hipaa", evidence([hub, finding("X.1", "FAIL")]))
    assert [s.check_id for s in found.suggestions] == ["S3.8"]
    assert "164.312(a)(1)" in found.suggestions[0].requirement_ids
    assert found.suggestions[0].kind == "aws.s3.public_access"
    assert Status.FAIL not in {r.status for r in found.results}


def test_what_to_fix_first_says_what_it_closes() -> None:
    rows = [finding("iam_root_mfa_enabled", "FAIL"), finding("iam_user_mfa_enabled_console_access", "FAIL")]
    alone = assess("hipaa", evidence(rows[:1])).fix_first
    assert AUTHENTICATION in alone[0].closes
    together = {fix.check_id: fix for fix in assess("hipaa", evidence(rows)).fix_first}
    assert AUTHENTICATION not in together["iam_root_mfa_enabled"].closes
    assert AUTHENTICATION in together["iam_root_mfa_enabled"].requirements


@pytest.mark.parametrize(
    ("tags", "holds"),
    [
        ({"DataClass": "PHI"}, True),
        ({"data-classification": "confidential/ePHI"}, True),
        ({"phi": "true"}, True),
        ({"phi": "no"}, False),
        ({"DataClass": "PCI"}, False),
        ({"Name": "phi"}, False),
        ({"DataClass": "graphite"}, False),
        ({}, False),
    ],
)
def test_health_data_is_what_the_owner_tagged(tags: dict[str, str], holds: bool) -> None:
    assert holds_health_data(tags) is holds


def test_health_data_is_read_from_the_asset_too() -> None:
    item = finding("rds_instance_storage_encrypted", "FAIL", resource="db-1")
    assets = {"asset-db-1": AssetRecord(asset_id="asset-db-1", tags={"DataClass": "PHI"})}
    assert result([item], "164.312(a)(2)(iv)", assets=assets).health_data_failed == 1


MAPPED = sorted({(row.provider, row.check_id) for row in mapping.load("hipaa").rows})
ROW = st.tuples(st.sampled_from(MAPPED), st.sampled_from(["FAIL", "PASS", "MANUAL"]), st.sampled_from("abc"))


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=60))
def test_whatever_the_evidence_statuses_keep_their_promise(
    rows: list[tuple[tuple[str, str], str, str]],
) -> None:
    items = [
        finding(check, status, provider=provider, account=account, id=str(number))
        for number, ((provider, check), status, account) in enumerate(rows)
    ]
    _keeps_promise(assess("hipaa", evidence(items)))


def _keeps_promise(found: Assessment) -> None:
    assert [r.id for r in found.results] == [
        e.id for e in catalog.load("hipaa").entries if e.kind in ("standard", "specification")
    ]
    for one in found.results:
        own_fail = any(row.status is FindingStatus.FAIL for row in one.evidence)
        parts = [found.by_id[part].status for part in one.parts]
        assert (one.status is Status.FAIL) == (own_fail or Status.FAIL in parts)
        if one.status is Status.PASS:
            assert one.entry.checks == "decide"
            assert all(part is Status.PASS for part in parts)
            assert all(o.complete and not o.failed and not o.manual for o in one.outcomes)
            assert one.outcomes or parts
        assert one.reason.endswith(".")
        assert one.checks_ran + one.checks_partly <= one.checks_total

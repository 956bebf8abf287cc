"""Assessments of Defender for Cloud: every export's shape is the same finding; what says nothing is refused."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.findings.defender import is_defender, read_defender
from tools.findings.errors import UnreadableRecordError
from tools.findings.model import FindingStatus, Severity
from tools.findings.resources import asset_id

SUBSCRIPTION = "0f1e2d3c-1111-4222-8333-444455556666"
KEY = "bc303248-3d14-44c2-96a0-55f5c326b5fe"
MACHINE = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop-prod/providers/Microsoft.Compute/virtualMachines/web-7"
TITLE = "Management ports should be closed on your virtual machines"
META = {
    "displayName": TITLE,
    "severity": "Medium",
    "description": "Open management ports invite guessing of passwords.",
    "remediationDescription": "Close the ports in the security group.",
    "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/22730e10-96f6-4aac-ad84-9383d35b5917",
}


def api(code: str = "Unhealthy", **changes: Any) -> dict[str, Any]:
    """As the REST API, and continuous export to Event Hubs, give it."""
    properties = {
        "displayName": TITLE,
        "resourceDetails": {"source": "Azure", "id": MACHINE},
        "status": {
            "code": code,
            "cause": "",
            "description": "",
            "firstEvaluationDate": "2026-10-02T08:00:00Z",
            "statusChangeDate": "2026-11-20T09:30:00Z",
        },
        "metadata": META,
    }
    properties |= changes.pop("properties", {})
    return {
        "id": f"{MACHINE}/providers/Microsoft.Security/assessments/{KEY}",
        "name": KEY,
        "type": "Microsoft.Security/assessments",
        "properties": properties,
        **changes,
    }


def flat() -> dict[str, Any]:
    """As `az security assessment list` prints it."""
    row = api()
    return {
        **{k: v for k, v in row.items() if k != "properties"},
        **row["properties"],
        "resourceGroup": "shop-prod",
    }


def graph() -> dict[str, Any]:
    """As Resource Graph gives it: ids in lower case, other spellings."""
    row = api(subscriptionId=SUBSCRIPTION, location="", tenantId="t", tags=None)
    row["id"] = row["id"].lower()
    row["type"] = "microsoft.security/assessments"
    row["properties"]["resourceDetails"] = {"Source": "Azure", "Id": MACHINE.lower(), "ResourceName": "web-7"}
    return row


def log_row() -> dict[str, Any]:
    """A row of the table SecurityRecommendation."""
    return {
        "TimeGenerated": "2026-11-20T09:30:00Z",
        "RecommendationId": KEY,
        "RecommendationName": TITLE,
        "RecommendationDisplayName": TITLE,
        "RecommendationState": "Unhealthy",
        "RecommendationSeverity": "Medium",
        "AssessedResourceId": MACHINE,
        "Description": META["description"],
        "RemediationDescription": META["remediationDescription"],
        "PolicyDefinitionId": META["policyDefinitionId"],
        "FirstEvaluationDate": "2026-10-02T08:00:00Z",
        "StatusChangeDate": "2026-11-20T09:30:00Z",
        "Environment": "Azure",
        "Type": "SecurityRecommendation",
    }


@pytest.mark.parametrize("record", [api(), flat(), graph(), log_row()], ids=["api", "az", "graph", "log"])
def test_every_shape_is_the_same_finding(record: dict[str, Any]) -> None:
    assert is_defender(record)
    read = read_defender(record)
    found, (asset,) = read.finding, read.assets
    assert found.id == f"{MACHINE}/providers/microsoft.security/assessments/{KEY}".lower()
    assert (found.title, found.rule_id, found.kind) == (TITLE, TITLE, "azure.network.open_admin_ports")
    assert (found.severity, found.status, found.open) == (Severity.MEDIUM, FindingStatus.FAIL, True)
    assert (found.provider, found.account, found.service) == ("AZURE", SUBSCRIPTION, "compute")
    assert (asset.name, asset.type_id) == ("web-7", "AZURE_VIRTUAL_MACHINE")
    assert found.resource.asset_id == asset.asset_id == asset_id(MACHINE, SUBSCRIPTION)
    assert found.first_seen is not None
    assert found.first_seen.isoformat() == "2026-10-02T08:00:00+00:00"
    assert found.observed_at is not None
    assert found.observed_at.isoformat() == "2026-11-20T09:30:00+00:00"
    assert found.remediation == META["remediationDescription"]
    assert read.notes == ()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("Healthy", FindingStatus.PASS),
        ("Unhealthy", FindingStatus.FAIL),
        ("NotApplicable", FindingStatus.MANUAL),
        ("unhealthy", FindingStatus.FAIL),
    ],
)
def test_outcomes(code: str, status: FindingStatus) -> None:
    assert read_defender(api(code)).finding.status is status


def test_an_exemption_is_told() -> None:
    read = read_defender(api(properties={"status": {"code": "NotApplicable", "cause": "Exempt"}}))
    assert read.finding.status is FindingStatus.MANUAL
    assert "it is exempt by policy; kept as not assessed" in read.notes


def test_a_title_in_another_language_has_the_kind_of_its_key() -> None:
    title = "Verwaltungsports sollten geschlossen werden"
    found = read_defender(
        api(properties={"displayName": title, "metadata": {**META, "displayName": title}})
    ).finding
    assert (found.title, found.rule_id, found.kind) == (title, KEY, "azure.network.open_admin_ports")


def test_a_policy_tells_the_kind_where_the_key_does_not() -> None:
    record = api(name="11111111-2222-3333-4444-555555555555", properties={"displayName": "Eigene Regel"})
    assert read_defender(record).finding.kind == "azure.network.open_admin_ports"


def test_what_the_table_does_not_know_is_unclassified() -> None:
    other = {"displayName": "Custom rule of ours", "metadata": {"severity": "High"}}
    record = api(name="11111111-2222-3333-4444-555555555555", properties=other)
    assert (read_defender(record).finding.kind, read_defender(record).finding.rule_id) == (
        "unclassified",
        "Custom rule of ours",
    )


def test_without_metadata_the_severity_is_a_guess_that_is_told() -> None:
    read = read_defender(api(properties={"metadata": None}))
    assert read.finding.severity is Severity.MEDIUM
    assert "it has no severity (export it with its metadata); taken as MEDIUM" in read.notes


def test_a_subscription_is_the_resource_of_what_names_no_other() -> None:
    scope = f"/subscriptions/{SUBSCRIPTION}"
    record = api(
        id=f"{scope}/providers/Microsoft.Security/assessments/{KEY}",
        properties={"resourceDetails": {"source": "Azure", "id": scope}},
    )
    read = read_defender(record)
    assert (read.assets[0].type_id, read.assets[0].name) == ("AZURE_SUBSCRIPTION", SUBSCRIPTION)


def test_a_connected_cloud_keeps_its_native_id() -> None:
    arn = "arn:aws:s3:::shop-exports"
    details = {
        "Source": "Aws",
        "Id": f"/subscriptions/{SUBSCRIPTION}/x",
        "NativeResourceId": arn,
        "ResourceName": "shop-exports",
    }
    read = read_defender(api(properties={"resourceDetails": details}))
    assert (read.assets[0].uid, read.assets[0].provider, read.assets[0].type_id) == (arn, "AWS", "S3_BUCKET")


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (api("Broken"), "its status 'Broken' is not Healthy"),
        (api(properties={"status": None}), "its status 'none'"),
        (api(id=f"{api()['id']}/subAssessments/x"), "sub-assessment"),
        (
            {"type": "Microsoft.Security/assessments", "properties": {"status": {"code": "Healthy"}}},
            "no assessment id",
        ),
    ],
)
def test_what_cannot_be_read_says_why(record: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableRecordError, match=reason):
        read_defender(record)


@given(
    st.dictionaries(
        st.sampled_from(
            ["id", "name", "properties", "status", "resourceDetails", "metadata", "displayName", "tags"]
        ),
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.lists(st.text(max_size=3), max_size=2)
        | st.dictionaries(
            st.sampled_from(["code", "id", "severity", "source"]),
            st.none() | st.text(max_size=5) | st.integers(),
        ),
    )
)
def test_any_shape_is_read_or_refused(record: dict[str, Any]) -> None:
    with suppress(UnreadableRecordError):
        assert read_defender({"type": "microsoft.security/assessments", **record}).finding.title

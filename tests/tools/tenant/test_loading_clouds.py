"""Findings of other clouds' scanners, loaded as a user loads them: Defender, Security Command Center, Prowler."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.tools.findings.test_defender import KEY, MACHINE, SUBSCRIPTION, api, flat, graph, log_row
from tests.tools.findings.test_scc import NAME, bare, listed, notified
from tools.tenant.database import TenantDatabase
from tools.tenant.errors import LoadError
from tools.tenant.loading import load_stream
from tools.tenant.loading_report import LoadReport


@pytest.fixture
def database() -> Iterator[TenantDatabase]:
    with TenantDatabase.open(":memory:") as opened:
        yield opened


def load(database: TenantDatabase, value: Any, name: str = "export.json") -> LoadReport:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return load_stream(database, io.BytesIO(data), name)


def issues(database: TenantDatabase) -> list[dict[str, Any]]:
    return database.rows('SELECT * FROM issues ORDER BY "xdm.issue.id"')


def other(number: int) -> dict[str, Any]:
    row = api()
    row["id"] = row["id"].replace("web-7", f"web-{number}")
    row["properties"] = {
        **row["properties"],
        "resourceDetails": {"source": "Azure", "id": MACHINE.replace("web-7", f"web-{number}")},
    }
    return row


@pytest.mark.parametrize(
    "envelope",
    [
        lambda rows: rows,
        lambda rows: {"value": rows, "nextLink": "https://management.azure.com/next"},
        lambda rows: {"count": len(rows), "data": rows, "skip_token": None, "total_records": len(rows)},
        lambda rows: b"".join(json.dumps(row).encode() + b"\n" for row in rows),
        lambda rows: {"records": rows},
    ],
    ids=["array", "value", "graph query", "lines", "records"],
)
def test_assessments_in_every_envelope(database: TenantDatabase, envelope: Any) -> None:
    report = load(database, envelope([other(1), other(2), api("Healthy")]))
    assert (report.format, report.read, report.added, report.skipped_total) == ("defender", 3, 3, 0)
    assert report.by_status == {"FAIL": 2, "PASS": 1, "MANUAL": 0}
    assert report.resources == 3
    assert len(issues(database)) == 2


def test_the_same_assessment_from_another_export_is_no_second_one(database: TenantDatabase) -> None:
    assert load(database, [flat()]).added == 1
    again = load(database, [flat()])
    assert (again.added, again.updated, again.unchanged) == (0, 0, 1)
    for row in (api(), graph(), log_row()):
        later = load(database, [row])
        assert (later.added, later.skipped_total) == (0, 0)
    (issue,) = issues(database)
    assert issue["xdm.issue.type"] == "azure.network.open_admin_ports"
    assert issue["xdm.issue.external_id"].endswith(f"/providers/microsoft.security/assessments/{KEY}")


def test_an_assessment_that_turns_healthy_closes_its_issue_and_one_that_falls_back_opens_it(
    database: TenantDatabase,
) -> None:
    load(database, [api()])
    assert load(database, [api("Healthy")]).resolved == 1
    assert issues(database)[0]["xdm.issue.status.progress"] == "Resolved"
    assert load(database, [api()]).reopened == 1
    load(database, [api("NotApplicable")])
    (issue,) = issues(database)
    assert issue["xdm.issue.status.resolution_comment"] == "A later scan does not assess it."


def test_rows_that_cannot_be_read_are_told_by_record_and_reason(database: TenantDatabase) -> None:
    report = load(
        database, {"value": [api(), api("Odd"), {"type": "Microsoft.Compute/disks", "id": "/x"}, 7]}
    )
    assert (report.read, report.added, report.skipped_total) == (4, 1, 3)
    assert [row.record for row in report.skipped] == [2, 3, 4]
    assert "status 'Odd'" in report.skipped[0].reason
    assert "Defender for Cloud" in report.skipped[1].reason
    assert "not an object" in report.skipped[2].reason


def test_half_a_file_gives_what_is_whole(database: TenantDatabase) -> None:
    whole = json.dumps({"value": [other(1), other(2), other(3)]})
    report = load(database, whole[: whole.rindex("web-3") + 20].encode())
    assert report.added == 2
    assert any("cut off" in row.reason for row in report.skipped)


def test_findings_of_security_command_center_in_every_envelope(database: TenantDatabase) -> None:
    for value in (
        [listed()],
        {"listFindingsResults": [listed()], "readTime": "x", "totalSize": 1},
        notified(),
        bare(),
    ):
        report = load(database, value)
        assert (report.format, report.read, report.skipped_total) == ("scc", 1, 0)
    lines = b"".join(json.dumps(notified()).encode() + b"\n" for _ in range(2))
    report = load(database, lines, "notifications.ndjson")
    assert "it has the id and the content of record 1" in report.skipped[0].reason
    (issue,) = issues(database)
    assert (issue["xdm.issue.external_id"], issue["xdm.issue.type"]) == (NAME, "gcp.storage.public_access")


def test_inactive_closes_active_opens_and_a_person_has_the_last_word(database: TenantDatabase) -> None:
    load(database, [bare()])
    closed = load(database, [bare(state="INACTIVE")])
    assert closed.resolved == 1
    (issue,) = issues(database)
    assert issue["xdm.issue.status.progress"] == "Resolved"
    assert issue["xdm.issue.status.resolution_comment"] == "Its source says that it is settled."
    assert load(database, [bare(state="ACTIVE", severity="LOW")]).reopened == 1
    settled = {"status.progress": "Resolved", "status.resolution_reason": "RESOLVED_OTHER"}
    database.update_issue(issue["xdm.issue.id"], settled, "anna")
    assert load(database, [bare(severity="MEDIUM")]).reopened == 0
    assert issues(database)[0]["xdm.issue.status.progress"] == "Resolved"


def test_one_that_came_muted_opens_when_the_mute_ends(database: TenantDatabase) -> None:
    load(database, [bare(mute="MUTED")])
    assert issues(database)[0]["xdm.issue.status.progress"] == "Resolved"
    assert load(database, [bare(mute="UNMUTED")]).reopened == 1


def test_a_threat_becomes_an_alert(database: TenantDatabase) -> None:
    load(database, [bare(findingClass="THREAT", category="Brute force: SSH")])
    assert issues(database)[0]["xdm.issue.domain"] == "SECURITY"


@pytest.mark.parametrize("text", [b"", b"<html>", b"not json", base64.b64encode(b"{}")])
def test_a_file_that_is_no_export_is_refused(database: TenantDatabase, text: bytes) -> None:
    with pytest.raises(LoadError):
        load(database, text)


def prowler(
    provider: str, check: str, resource: dict[str, Any], cloud: dict[str, Any] | None, **more: Any
) -> dict[str, Any]:
    """A record as Prowler writes it; of Kubernetes it has no `cloud`."""
    product = {"name": "Prowler", "vendor_name": "Prowler"}
    named = {"labels": ["env:prod"], "group": {"name": "svc"}, "data": {"details": "", "metadata": {"a": 1}}}
    info = {
        "uid": more.pop("uid"),
        "title": "About it",
        "desc": "What is looked at.",
        "created_time": 1_795_569_576,
    }
    row = {
        "class_uid": 2004,
        "time": 1_795_569_576,
        "metadata": {"version": "1.5.0", "event_code": check, "product": product},
        "severity": "High",
        "status": "New",
        "status_id": 1,
        "status_code": "FAIL",
        "status_detail": "It fails.",
        "finding_info": info,
        "resources": [{**named, **resource}],
        "unmapped": more.pop("unmapped", {}),
        **more,
    }
    return row if cloud is None else {**row, "cloud": {"provider": provider, **cloud}}


def test_prowler_on_azure_names_the_same_machine_as_defender(database: TenantDatabase) -> None:
    uid = f"prowler-azure-network_ssh_internet_access_restricted-{SUBSCRIPTION}-westeurope-web-7"
    resource = {"uid": MACHINE, "name": "web-7", "type": "AzureVirtualMachine", "region": "westeurope"}
    account = {"uid": SUBSCRIPTION, "name": "shop", "type": "Azure AD Account", "type_id": 6}
    row = prowler(
        "azure",
        "network_ssh_internet_access_restricted",
        resource,
        {"account": account, "region": "westeurope"},
        uid=uid,
    )
    load(database, [row])
    load(database, [graph()])
    first, second = issues(database)
    assert first["xdm.issue.type"] == "azure.network.open_ssh_port"
    assert first["xdm.issue.asset_ids"] == second["xdm.issue.asset_ids"]
    (asset,) = database.rows("SELECT * FROM asset_inventory")
    assert (asset["xdm.asset.realm"], asset["xdm.asset.cloud.region"]) == (SUBSCRIPTION, "westeurope")
    assert (asset["xdm.asset.type.id"], asset["xdm.asset.provider"]) == ("AZURE_VIRTUAL_MACHINE", "AZURE")


def test_prowler_on_google(database: TenantDatabase) -> None:
    uid = "prowler-gcp-cloudstorage_bucket_public_access-shop-prod-EU-shop-exports"
    resource = {
        "uid": "shop-exports",
        "name": "shop-exports",
        "type": "storage.googleapis.com/Bucket",
        "region": "EU",
    }
    account = {"uid": "shop-prod", "name": "Shop", "type": "GCP Account", "type_id": 5}
    report = load(
        database,
        [
            prowler(
                "gcp",
                "cloudstorage_bucket_public_access",
                resource,
                {"account": account, "region": "EU"},
                uid=uid,
            )
        ],
    )
    assert (report.added, report.notes) == (1, [])
    (issue,) = issues(database)
    assert issue["xdm.issue.type"] == "gcp.storage.public_access"
    facts = json.loads(issue["xdm.issue.normalized_fields"])
    assert (facts["xdm.cloud.project_id"], facts["xdm.cloud.provider"]) == ("shop-prod", "GCP")
    assert facts["xdm.asset.type.id"] == "GOOGLE_CLOUD_STORAGE_BUCKET"


@pytest.mark.parametrize(
    "unmapped", [{}, {"provider": "kubernetes", "provider_uid": "main-cluster"}], ids=["old", "new"]
)
def test_prowler_on_kubernetes(database: TenantDatabase, unmapped: dict[str, Any]) -> None:
    check = "core_minimize_privileged_containers"
    rows = [
        prowler(
            "kubernetes", check, {"uid": "", "name": "agent", "type": "KubernetesPod", "namespace": space}, None,
            uid=f"prowler-kubernetes-{check}-main-cluster-namespace: {space}-agent", unmapped=unmapped,
        )
        for space in ("default", "monitoring")
    ]  # fmt: skip
    report = load(database, rows)
    assert (report.added, report.resources, report.notes) == (2, 2, [])
    for issue, space in zip(issues(database), ("default", "monitoring"), strict=True):
        assert issue["xdm.issue.type"] == "kubernetes.workload.privileged_container"
        facts = json.loads(issue["xdm.issue.normalized_fields"])
        assert (facts["xdm.cloud.provider"], facts["xdm.cloud.project_id"]) == ("KUBERNETES", "main-cluster")
        assert (facts["xdm.asset.strong_id"], facts["xdm.asset.type.id"]) == (
            f"{space}/agent",
            "KUBERNETES_POD",
        )

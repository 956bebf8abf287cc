"""Questions about logs, agents and cases: the rows are those that plain Python finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.planner.questions.ask import plan_question
from agent.planner.questions.doings import did, done, forms, may, operation
from agent.planner.questions.entities import ENTITIES
from agent.planner.questions.estate_samples import Sample
from agent.planner.questions.form import Atom
from agent.planner.questions.record_values import newest_version, table_of
from agent.planner.questions.record_words import RECORDS
from tests.agent.planner.questions.tenant import ENDPOINTS, EVENTS, ISSUES, NOW, VULNERABILITIES, Row, Tenant

RECENT = [e for e in EVENTS if e["_time"] > NOW - timedelta(days=30)]
# where no time is named
LOGGED = [e for e in EVENTS if e["_time"] > NOW - timedelta(days=90)]
CRITICAL = {i["asset"]["id"] for i in ISSUES if i["open"] and i["severity"] == "CRITICAL"}


def ask(tenant: Tenant, question: str) -> tuple[list[Row], str]:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.plan is not None, asked.message
    return tenant.rows(asked.plan), asked.reading


def test_who_did_it_comes_once_each(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "who deleted buckets in the last 30 days")
    wanted = Counter(e["identity_name"] for e in RECENT if e["operation_name"] == "DeleteBucket")
    assert wanted
    assert {r["identity_name"]: r["audit_events"] for r in rows} == wanted
    assert "delete" in reading
    assert "buckets" in reading


@pytest.mark.parametrize(
    ("question", "key", "of"),
    [
        ("failed audit events by operation", "operation_name", lambda e: e["operation_status"] == "FAILED"),
        (
            "audit events that were not done by pipeline, by identity",
            "identity_name",
            lambda e: e["identity_name"] != "pipeline",
        ),
        ("console logins by user", "identity_name", lambda e: e["operation_name"] == "ConsoleLogin"),
        ("changes to security groups by user", "identity_name", lambda e: e["operation_name"].startswith("Authorize")),
    ],
)  # fmt: skip
def test_events_counted_by_their_own_words(
    tenant: Tenant, question: str, key: str, of: Callable[[Row], bool]
) -> None:
    rows, _ = ask(tenant, question)
    wanted = Counter(e[key] for e in LOGGED if of(e))
    assert wanted
    assert {r[key]: r["audit_events"] for r in rows} == wanted


def test_different_people_in_the_log(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "how many different identities appear in the audit logs")
    assert [v for row in rows for v in row.values()] == [len({e["identity_name"] for e in RECENT})]


def test_outdated_agents_are_those_without_the_newest_version(tenant: Tenant) -> None:
    newest = newest_version(tenant.estate)
    assert newest == max(e["agent_version"] for e in ENDPOINTS)
    rows, reading = ask(tenant, "outdated agents")
    assert {r["endpoint_id"] for r in rows} == {
        e["endpoint_id"] for e in ENDPOINTS if e["agent_version"] != newest
    }
    assert newest in reading


@pytest.mark.parametrize(
    "question", ["endpoints not seen for 5 days", "which agents have not checked in for more than 5 days?"]
)
def test_not_seen_for_so_long_is_seen_before(tenant: Tenant, question: str) -> None:
    rows, _ = ask(tenant, question)
    wanted = {e["endpoint_id"] for e in ENDPOINTS if e["last_seen"] < NOW - timedelta(days=5)}
    assert wanted
    assert {r["endpoint_id"] for r in rows} == wanted


def test_conditions_over_two_links(tenant: Tenant) -> None:
    rows, reading = ask(tenant, "disconnected endpoints with critical vulnerabilities")
    weak = {f"arn:{v['asset']['id']}" for v in VULNERABILITIES if v["severity"] == "CRITICAL"}
    wanted = {
        e["endpoint_id"]
        for e in ENDPOINTS
        if e["endpoint_status"] == "DISCONNECTED" and e["cloud_id"] in weak
    }
    assert wanted
    assert {r["endpoint_id"] for r in rows} == wanted
    assert "critical vulnerabilities" in reading


def test_findings_counted_on_what_an_agent_says(tenant: Tenant) -> None:
    rows, _ = ask(tenant, "number of vulnerabilities by severity on machines whose agent is disconnected")
    off = {e["cloud_id"] for e in ENDPOINTS if e["endpoint_status"] == "DISCONNECTED"}
    wanted = Counter(v["severity"] for v in VULNERABILITIES if f"arn:{v['asset']['id']}" in off)
    assert {r["severity"]: r["vulnerabilities"] for r in rows} == wanted


@pytest.mark.parametrize(
    "question",
    [
        "connector errors by account",
        "shadow backups",
        "unused permissions per identity",
        "entries of va_cves",
    ],
)
def test_an_empty_dataset_is_not_a_safe_answer(tenant: Tenant, question: str) -> None:
    estate = tenant.estate
    names = (
        "cloud_health_auditing",
        "dspm_asset_file_inventory",
        "ciem_permissions_with_last_access",
        "va_cves",
    )
    empty = replace(estate, samples={**estate.samples, **{name: Sample() for name in names}})
    asked = plan_question(question, empty, None, NOW)
    assert asked.plan is None
    assert asked.outcome in ("no_such", "refuse")


def test_a_dataset_that_is_not_there_is_said(tenant: Tenant) -> None:
    asked = plan_question("cmdb entries by owner", tenant.estate, None, NOW)
    assert asked.plan is None
    assert "servicenow_cmdb_raw" in asked.message


def test_verbs_of_who_questions() -> None:
    found = done("who deleted the bucket")
    assert found is not None
    assert (found[0], found[2]) == ("delete", len("who deleted"))
    assert found[1] in str(operation("delete").values[0])
    assert done("who owns the bucket") is None
    assert may("who can delete buckets") == ("delete", 14)
    assert did("what did kim do last week")
    assert not did("what did we do")
    assert "open" not in forms()


@given(st.sampled_from(sorted(RECORDS)), st.data())
def test_words_of_records_mean_what_the_records_have(
    tenant: Tenant, entity: str, data: st.DataObject
) -> None:
    table = table_of(entity, tenant.estate)
    _, (kind, meaning) = data.draw(st.sampled_from(sorted(table.items(), key=str)))
    name = meaning.ref.name if isinstance(meaning, Atom) else meaning
    assert kind in ("attr", "tenant")
    if isinstance(meaning, Atom):
        assert name in ENTITIES[entity].places
        assert meaning.of == entity
        assert meaning.label

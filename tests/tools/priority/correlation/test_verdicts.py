"""What the tool says, over a real local tenant: used, probed, quiet, unknown; and never a quiet that nobody watched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.tools.priority.building import asset, bucket, finding, role
from tests.tools.priority.correlation.building import (
    ENI,
    INSIDE,
    agent,
    ago,
    alert,
    asked,
    call,
    flow,
    on_group,
    session,
    web,
)
from tools.priority.errors import UnknownAssetError, UnknownFindingError
from tools.results import ToolResult

ALIVE = flow(ago(hours=1), source="10.0.0.9", port=443)
"""A record of the machine that is no attempt from outside: the log covers it."""
OLD_ALERT = alert(1, ago(days=30), web()[0], "T1059")
"""Makes the data set of alerts exist."""


def state(result: ToolResult) -> str:
    return str(result.data["verdict"]["state"])


def reason(result: ToolResult) -> str:
    return str(result.data["verdict"]["reason"])


async def test_a_conversation_on_the_findings_port_is_use(tmp_path: Path) -> None:
    assets = web()
    rows = {
        "amazon_aws_raw": [ALIVE, flow(ago(hours=5)), flow(ago(hours=6), packets=2)],
        "issues": [OLD_ALERT],
    }
    result = await asked(tmp_path, rows, assets, on_group(assets))
    assert state(result) == "used now"
    assert "1 conversation from outside on port 22" in reason(result)
    assert result.data["ports"][0] | {"noise": 0} == {
        "port": 22, "attempts": 2, "got_through": 1, "addresses": 1, "noise": 0, "exact": True, "about_it": True,
    }  # fmt: skip
    assert result.kind == "timeline"
    assert result.citations[0] == on_group(assets).id
    assert {q.dataset for q in result.queries} >= {
        "amazon_aws_raw",
        "issues",
        "cloud_audit_logs",
        "endpoints",
    }


async def test_a_conversation_before_the_weakness_or_on_another_port_is_not_use(tmp_path: Path) -> None:
    assets = web()
    flows = [ALIVE, flow(ago(days=5)), flow(ago(hours=3), port=8443)]
    result = await asked(
        tmp_path, {"amazon_aws_raw": flows, "issues": [OLD_ALERT]}, assets, on_group(assets, ago(days=2))
    )
    assert state(result) == "quiet"


async def test_answers_to_its_own_calls_are_no_attempts(tmp_path: Path) -> None:
    assets = web()
    flows = [ALIVE, *(flow(ago(hours=2), port=50_000 + n, client=443) for n in range(60))]
    result = await asked(
        tmp_path, {"amazon_aws_raw": flows, "issues": [OLD_ALERT]}, assets, resource="i-0web", days=7
    )
    assert result.data["ports"] == []
    assert state(result) == "quiet"


async def test_attempts_above_the_noise_of_the_port_are_probing_and_below_it_quiet(tmp_path: Path) -> None:
    assets = web()
    others = [
        flow(ago(hours=2), to=f"10.9.0.{n}", eni=f"eni-{n}", action="REJECT", packets=1)
        for n in range(5)
        for _ in range(12)
    ]
    tries = [flow(ago(hours=4), source=f"198.51.100.{n}", action="REJECT", packets=1) for n in range(40)]
    loud = await asked(
        tmp_path / "a",
        {"amazon_aws_raw": [ALIVE, *others, *tries], "issues": [OLD_ALERT]},
        assets,
        on_group(assets),
    )
    assert state(loud) == "probed"
    assert "40 attempts on port 22 that got no answer, from 40 addresses" in reason(loud)
    assert loud.data["ports"][0]["noise"] == 36.0
    few = await asked(
        tmp_path / "b",
        {"amazon_aws_raw": [ALIVE, *others, *tries[:30]], "issues": [OLD_ALERT]},
        assets,
        on_group(assets),
    )
    assert state(few) == "quiet"
    assert "30 attempts on port 22" in reason(few)


async def test_the_firewall_in_front_of_a_machine_counts_too(tmp_path: Path) -> None:
    assets = web(3389)
    found = on_group(assets, rule="ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389")
    rows = {"panw_ngfw_traffic_raw": [session(ago(hours=2), to=INSIDE, port=3389)], "issues": [OLD_ALERT]}
    result = await asked(tmp_path, rows, assets, found)
    assert state(result) == "used now"
    denied = {
        "panw_ngfw_traffic_raw": [session(ago(hours=2), to=INSIDE, port=3389, action="deny", received=0)],
        "issues": [OLD_ALERT],
    }
    assert state(await asked(tmp_path / "b", denied, assets, found)) == "quiet"


async def test_an_alert_whose_technique_fits_is_use_on_the_machine_behind_the_group(tmp_path: Path) -> None:
    assets = web()
    rows = {"amazon_aws_raw": [ALIVE], "issues": [OLD_ALERT, alert(7, ago(hours=2), assets[0], "T1059.004")]}
    result = await asked(tmp_path, rows, assets, on_group(assets))
    assert state(result) == "used now"
    assert "Odd process on i-0web (T1059.004)" in reason(result)
    assert "7" in result.citations
    (event,) = [e for e in result.data["events"] if e["kind"] == "alert"]
    assert event["sense"] == "use"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"technique": "T1046", "severity": "MEDIUM"}, "probed"),
        ({"technique": "T1595"}, "probed"),
        (
            {"technique": "T1486", "severity": "HIGH"},
            "unknown",
        ),  # grave, but it does not point to an open port
        ({"technique": "T1486", "severity": "LOW"}, "quiet"),
        ({"technique": "T1059", "severity": "LOW"}, "quiet"),
        ({"technique": "T1059", "progress": "Resolved"}, "used now"),
    ],
)
async def test_other_alerts(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    assets = web()
    rows = {"amazon_aws_raw": [ALIVE], "issues": [OLD_ALERT, alert(7, ago(hours=2), assets[0], **changes)]}
    assert state(await asked(tmp_path, rows, assets, on_group(assets))) == expected


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ({"issues": [OLD_ALERT]}, "No log of traffic"),
        ({"issues": [OLD_ALERT], "amazon_aws_raw": [flow(ago(hours=1), to="10.9.9.9", eni="eni-2")]}, "no record of"),
        ({"issues": [OLD_ALERT], "amazon_aws_raw": [flow(ago(days=3), source="10.0.0.9")]}, "its records end on"),
        ({"amazon_aws_raw": [ALIVE]}, ""),
    ],
)  # fmt: skip
async def test_silence_that_nobody_watched_is_unknown(tmp_path: Path, rows: dict[str, Any], why: str) -> None:
    assets = web()
    result = await asked(tmp_path, rows, assets, on_group(assets))
    if why:
        assert state(result) == "unknown"
        assert why in reason(result)
    else:
        # The data set of issues is there in every tenant: no rows is an answer.
        assert state(result) == "quiet"


async def test_a_group_is_quiet_only_if_every_machine_behind_it_is_watched(tmp_path: Path) -> None:
    from tests.tools.priority.building import instance

    first, group = web()
    second = instance("i-0two", PublicIpAddress="203.0.113.8", PrivateIpAddress="10.1.2.4")
    rows = {"amazon_aws_raw": [ALIVE], "issues": [OLD_ALERT]}
    result = await asked(tmp_path, rows, [first, group, second], on_group([first, group]))
    assert state(result) == "unknown"
    assert "1 of 2 machines" in reason(result)
    assert set(result.data["resource"]["machines"]) == {"i-0web", "i-0two"}


async def test_visitors_of_a_web_port_are_neither_use_nor_quiet(tmp_path: Path) -> None:
    assets = web(443)
    rows = {"amazon_aws_raw": [ALIVE, flow(ago(hours=2), port=443)], "issues": [OLD_ALERT]}
    result = await asked(tmp_path, rows, assets, resource="i-0web")
    assert state(result) == "unknown"
    assert "do not tell visitors from attackers" in reason(result)


async def test_a_flaw_needs_the_agent_of_its_machine(tmp_path: Path) -> None:
    assets = web()
    found = finding("CVE-2021-44228", assets[0], first_seen=ago(days=3))
    rows: dict[str, Any] = {"amazon_aws_raw": [ALIVE], "issues": [OLD_ALERT]}
    assert "no agent is installed" in reason(
        await asked(tmp_path / "a", {**rows, "endpoints": [agent(web(80)[1])]}, assets, found)
    )
    watched = await asked(tmp_path / "b", {**rows, "endpoints": [agent(assets[0])]}, assets, found)
    assert state(watched) == "quiet"
    gone = await asked(
        tmp_path / "c", {**rows, "endpoints": [agent(assets[0], seen=ago(days=9))]}, assets, found
    )
    assert state(gone) == "unknown"
    visited = {**rows, "amazon_aws_raw": [ALIVE, flow(ago(hours=2))], "endpoints": [agent(assets[0])]}
    assert state(await asked(tmp_path / "d", visited, assets, found)) == "unknown"


async def test_a_public_bucket_is_judged_by_calls_to_it_alone(tmp_path: Path) -> None:
    store = bucket("exports", public=True)
    found = finding("s3_bucket_public_access", store, first_seen=ago(days=3))
    changes = [call(ago(hours=9), "PutBucketTagging", store)]
    nothing = await asked(tmp_path / "a", {"cloud_audit_logs": changes}, [store], found)
    assert state(nothing) == "unknown"
    assert "data events may not be logged" in reason(nothing)
    own = [*changes, call(ago(hours=2), "GetObject", store, who="app-role")]
    assert state(await asked(tmp_path / "b", {"cloud_audit_logs": own}, [store], found)) == "quiet"
    stranger = [*own, call(ago(hours=1), "GetObject", store, who="ANONYMOUS_PRINCIPAL", kind="AWSAccount")]
    read = await asked(tmp_path / "c", {"cloud_audit_logs": stranger}, [store], found)
    assert state(read) == "used now"
    assert "Callers without a login got 1 answer," in reason(read)
    refused = [*own, call(ago(hours=1), "GetObject", store, who="", status="FAILED")]
    assert state(await asked(tmp_path / "d", {"cloud_audit_logs": refused}, [store], found)) == "probed"


async def test_an_identity_in_use_is_not_called_quiet(tmp_path: Path) -> None:
    app = role("app", trust="*")
    found = finding("iam_role_cross_account_trust", app, first_seen=ago(days=3))
    other = asset("arn:aws:iam::111122223333:role/other", {})
    idle = [call(ago(hours=1), "CreateUser", other)]
    assert state(await asked(tmp_path / "a", {"cloud_audit_logs": idle}, [app, other], found)) == "quiet"
    used = [*idle, call(ago(hours=2), "AssumeRole", app, who="somebody")]
    result = await asked(tmp_path / "b", {"cloud_audit_logs": used}, [app, other], found)
    assert state(result) == "unknown"
    assert "It is in use (1 call" in reason(result)


async def test_a_weakness_that_no_log_would_show_is_unknown(tmp_path: Path) -> None:
    store = bucket("exports")
    result = await asked(
        tmp_path,
        {"issues": [OLD_ALERT]},
        [store],
        finding("s3_bucket_object_versioning", store, first_seen=ago(days=1)),
    )
    assert state(result) == "unknown"
    assert "None of the logs would show use" in reason(result)


async def test_what_is_not_there_has_near_names(tmp_path: Path) -> None:
    with pytest.raises(UnknownAssetError, match="i-0web"):
        await asked(tmp_path / "a", {}, web(), resource="i-0we")
    with pytest.raises(UnknownFindingError):
        await asked(tmp_path / "b", {}, web(), finding_id="nothing")


def test_the_interface_of_the_machine_is_the_one_in_the_rows() -> None:
    assert web()[0].config["NetworkInterfaces"] == [{"NetworkInterfaceId": ENI}]

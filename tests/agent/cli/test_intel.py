"""`posture intel`: files and feeds in, and what they change in a score, from the shell."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.agent.cli.conftest import Shell
from tests.tools.priority.intel.serving import Answer, serving
from tests.tools.priority.intel.test_servicenow import Instance

CMDB = "Name,Business criticality,Owner\nbrochures,1 - most critical,Ada\nnowhere,2,Bo\n"
CAMPAIGN = {"campaigns": [{"name": "Open Bucket", "techniques": ["T1530"], "last_seen": "2026-11-20"}]}


def worst(shell: Shell, resource: str = "brochures") -> dict[str, Any]:
    listed = shell.json("findings", "list", "--where", f"resource={resource}", "--top", "1")
    assert listed.code == 0, listed
    found: dict[str, Any] = listed.body["findings"][0]
    return found


def test_a_cmdb_moves_a_score_and_what_matches_nothing_is_told(loaded: Shell, tmp_path: Path) -> None:
    before = worst(loaded)
    file = tmp_path / "cmdb.csv"
    file.write_text(CMDB, "utf-8")
    (feed,) = loaded.json("intel", "import", file).body["feeds"]
    assert (feed["feed"], feed["name"], feed["rows"], feed["skipped"]) == ("cmdb", "cmdb.csv", 2, 0)
    after = worst(loaded)
    assert after["score"] > before["score"]
    shown = loaded.json("findings", "show", after["id"]).body["score"]
    environment = next(c for c in shown["contributions"] if c["factor"] == "environment")
    assert environment["fact"]["source"] == "cmdb.csv"
    ended = loaded("triage", "--once")
    assert "1 of 2 rows of" in ended.err
    assert "about no asset of the inventory" in ended.err
    body = loaded.json("triage", "--once").body
    assert {s["name"]: s["unmatched"] for s in body["sources"]}["cmdb"] == 1
    assert loaded.json("intel", "remove", "cmdb.csv").body["removed"][0]["rows"] == 2
    assert worst(loaded)["score"] == pytest.approx(before["score"], abs=0.05)
    assert "intel show" in loaded.json("intel", "remove", "cmdb.csv").error


def test_a_campaign_settles_the_active_threat(loaded: Shell, tmp_path: Path) -> None:
    def threat() -> dict[str, Any]:
        score = loaded.json("findings", "show", worst(loaded)["id"]).body["score"]
        found: dict[str, Any] = next(c for c in score["contributions"] if c["factor"] == "active threat")[
            "fact"
        ]
        return found

    assert threat()["state"] == "unknown"
    file = tmp_path / "feed.json.gz"
    file.write_bytes(gzip.compress(json.dumps(CAMPAIGN).encode()))
    (feed,) = loaded.json("intel", "import", file).body["feeds"]
    assert (feed["feed"], feed["rows"]) == ("campaigns", 1)
    assert threat()["state"] == "known"
    assert "Open Bucket uses T1530" in threat()["value"]
    names = [feed["name"] for feed in loaded.json("intel", "show").body["feeds"]]
    assert names == ["kev", "feed.json.gz"]


def test_several_files_of_several_sorts_at_once(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "cmdb.csv").write_text(CMDB, "utf-8")
    (tmp_path / "scan.csv").write_text(
        "host,cve,status\nbrochures,CVE-2024-1111,open\nx,CVE-2024-2,fixed\n", "utf-8"
    )
    ended = shell("intel", "import", tmp_path / "cmdb.csv", tmp_path / "scan.csv")
    assert ended.code == 0
    assert "vulnerabilities" in ended.out
    assert "1 rows could not be used; row 3: no CVE id" in ended.err


def test_servicenow_is_read_with_the_settings_and_its_secrets_stay_secret(shell: Shell) -> None:
    shell.set(POSTURE_SERVICENOW_USER="reader", POSTURE_SERVICENOW_PASSWORD="hunter2-s3cret")
    with serving(Instance(3)) as server:
        shell.set(
            POSTURE_SERVICENOW_URL=server.url,
            POSTURE_SERVICENOW_CLASSES="cmdb_ci_server, cmdb_ci_db_instance",
        )
        ended = shell.json("intel", "update", "servicenow")
    (feed,) = ended.body["feeds"]
    assert (feed["feed"], feed["name"], feed["rows"], feed["source"]) == ("cmdb", "servicenow", 3, server.url)
    assert [a.path.rsplit("/", 1)[1] for a in server.asked] == ["cmdb_ci_server", "cmdb_ci_db_instance"]
    with serving(lambda _: Answer(b"{}", 401)) as server:
        refused = shell.set(POSTURE_SERVICENOW_URL=server.url).json("intel", "update", "servicenow")
    assert "login is missing, wrong" in refused.error
    assert "hunter2" not in refused.out + refused.err + ended.out + ended.err


@pytest.mark.parametrize(
    ("settings", "source", "says"),
    [
        ({}, "servicenow", "POSTURE_SERVICENOW_URL is not set"),
        ({"POSTURE_SERVICENOW_URL": "https://x.example"}, "servicenow", "needs POSTURE_SERVICENOW_USER"),
        ({}, "taxii", "POSTURE_TAXII_URL is not set"),
        ({}, "feed.json", "is no address"),
        ({}, "http://feeds.example/kev.json?key=s3cret", "is not https"),
        ({}, "https://", "is not https"),
    ],
)
def test_what_cannot_be_fetched_says_what_to_do(
    shell: Shell, settings: dict[str, str], source: str, says: str
) -> None:
    error = shell.set(**settings).json("intel", "update", source).error
    assert says in error
    assert "s3cret" not in error


def test_a_feed_is_fetched_and_kept_without_what_its_address_carries(shell: Shell) -> None:
    with serving(lambda _: Answer(json.dumps(CAMPAIGN).encode())) as server:
        ended = shell.json("intel", "update", f"{server.url}/feed.json?key=s3cret")
    assert ended.body["feeds"][0]["source"] == f"{server.url}/feed.json"
    assert "s3cret" not in ended.out + ended.err + shell("intel", "show").out


def test_a_taxii_collection_is_known_by_its_address(shell: Shell) -> None:
    indicator = {"type": "indicator", "id": "indicator--1", "pattern": "[network-traffic:dst_port = 22]"}
    with serving(lambda _: Answer(json.dumps({"objects": [indicator]}).encode())) as server:
        ended = shell.json("intel", "update", f"{server.url}/api/collections/1/")
    assert ended.body["feeds"][0]["rows"] == 1
    assert server.asked[0].headers["accept"] == "application/taxii+json;version=2.1"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "its columns are a, b"),
        (b"\x00\xff" * 900, "is not text"),
        (b"{", "not whole"),
    ],
)
def test_files_that_are_none_of_these(shell: Shell, tmp_path: Path, data: bytes, says: str) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(data)
    assert says in shell.json("intel", "import", file).error
    assert "cannot be read" in shell.json("intel", "import", tmp_path / "gone.csv").error

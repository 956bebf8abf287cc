"""The truth about the estate, held against the rows alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from tools.tenant.database import TenantDatabase
from tools.tenant.estate import SIZES, manifest, planted, plants, seed
from tools.tenant.estate.backgrounds import begin, grow
from tools.tenant.estate.cell import Cell
from tools.tenant.estate.company import accounts
from tools.tenant.estate.plants import KINDS, NAMES
from tools.tenant.estate.rows import Writer

NOW = datetime(2026, 11, 25, 3, 30, tzinfo=UTC)
ANYWHERE = {"0.0.0.0/0", "::/0"}


class Rows:
    """The rows of one small estate and its manifest."""

    def __init__(self, number: int) -> None:
        with TenantDatabase.open(":memory:") as database:
            seed(database, "small", number, now=NOW)
            self.issues = database.rows("SELECT * FROM issues")
            assets = database.rows("SELECT * FROM asset_inventory")
            self.truth = planted(database)
        self.assets = {row["xdm.asset.id"]: row for row in assets}
        self.by_issue = {str(row["xdm.issue.id"]): row for row in self.issues}

    def config(self, asset: str) -> Any:
        return json.loads(self.assets[asset]["xdm.asset.raw_fields"])["Platform Discovery"]

    def of_type(self, type_id: str) -> Iterator[tuple[str, Any]]:
        for asset, row in self.assets.items():
            if row["xdm.asset.type.id"] == type_id:
                yield asset, self.config(asset)

    def remote_flaws(self) -> dict[str, set[str]]:
        """Assets with a vulnerability that anybody may use from afar and that is exploited."""
        found: dict[str, set[str]] = {}
        for row in self.issues:
            if (
                row["xdm.issue.category"] == "VULNERABILITY"
                and row["xdm.issue.status.progress"] != "Resolved"
            ):
                facts = json.loads(row["xdm.issue.normalized_fields"])
                if (
                    "AV:N/AC" in facts["xdm.vulnerability.cvss_vector"]
                    and facts["xdm.vulnerability.cisa_kev"]
                ):
                    for asset in row["xdm.issue.asset_ids"]:
                        found.setdefault(asset, set()).add(facts["xdm.vulnerability.cve_id"])
        return found


@pytest.fixture(scope="module", params=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
def rows(request: pytest.FixtureRequest) -> Rows:
    return Rows(request.param)


def test_every_kind_of_path_is_there_with_decoys(rows: Rows) -> None:
    assert len(NAMES) >= 25
    assert Counter(p["kind"] for p in rows.truth["planted"]) == Counter(NAMES)
    decoys = Counter(d["kind"] for d in rows.truth["decoys"])
    assert all(decoys[name] >= 2 for name in NAMES)
    stopped = {(d["kind"], d["stopped_by"]) for d in rows.truth["decoys"]}
    for kind in KINDS:
        assert {by for name, by in stopped if name == kind.name} <= set(kind.breaks)


def test_paths_and_grades_name_what_is_there_and_open(rows: Rows) -> None:
    for path in rows.truth["planted"]:
        assert path["path"]
        assert set(path["path"]) <= set(rows.assets)
        assert path["hops"] == [rows.assets[a]["xdm.asset.strong_id"] for a in path["path"]]
        assert path["entry"] == path["path"][0]
        assert path["jewel"] == path["path"][-1]
        assert path["findings"]
        assert 3 in path["findings"].values()
        for issue, grade in path["findings"].items():
            row = rows.by_issue[issue]
            assert row["xdm.issue.status.progress"] != "Resolved"
            assert not row["xdm.issue.is_excepted"]
            assert not row["xdm.issue.is_excluded"]
            assert set(row["xdm.issue.asset_ids"]) <= set(path["path"])
            assert rows.truth["labels"][issue] >= grade
    for decoy in rows.truth["decoys"]:
        assert set(decoy["assets"]) <= set(rows.assets)
        assert not [i for i in decoy["findings"] if rows.truth["labels"].get(i, 0) > 1]
    assert sum(bool(d["findings"]) for d in rows.truth["decoys"]) >= 0.85 * len(rows.truth["decoys"])


def test_what_is_graded_fits_into_the_top_twentieth(rows: Rows) -> None:
    open_ = [row for row in rows.issues if row["xdm.issue.status.progress"] != "Resolved"]
    labels = rows.truth["labels"].values()
    assert sum(grade >= 2 for grade in labels) <= 0.045 * len(open_)
    assert set(labels) == {1, 2, 3}


def test_severity_alone_does_not_show_the_paths(rows: Rows) -> None:
    graded = [rows.by_issue[i] for i, grade in rows.truth["labels"].items() if grade == 3]
    severities = Counter(row["xdm.issue.severity"] for row in graded)
    assert severities["MEDIUM"] >= 5
    rest = Counter(
        row["xdm.issue.severity"]
        for row in rows.issues
        if str(row["xdm.issue.id"]) not in rows.truth["labels"]
    )
    assert rest["CRITICAL"] > 4 * severities["CRITICAL"]


def test_decoys_have_findings_of_the_kinds_that_paths_have(rows: Rows) -> None:
    rules: dict[str, set[str]] = {}
    for path in rows.truth["planted"]:
        for issue in path["findings"]:
            rules.setdefault(path["kind"], set()).add(_weakness(rows.by_issue[issue]))
    seen: dict[str, set[str]] = {}
    for decoy in rows.truth["decoys"]:
        for issue in decoy["findings"]:
            seen.setdefault(decoy["kind"], set()).add(_weakness(rows.by_issue[issue]))
    shared = [kind for kind in rules if rules[kind] & seen.get(kind, set())]
    assert len(shared) >= 0.85 * len(NAMES)


def _weakness(row: dict[str, Any]) -> str:
    rule = str(row["xdm.issue.detection.rule_id"])
    return "CVE" if rule.startswith("CVE-") else rule


def test_machines_that_can_be_taken_are_those_of_paths_and_of_decoys(rows: Rows) -> None:
    groups = {config["GroupId"]: config for _, config in rows.of_type("EC2_SECURITY_GROUP")}
    flaws = rows.remote_flaws()
    marked = {a for p in rows.truth["planted"] for a in p["path"]}
    marked |= {a for d in rows.truth["decoys"] for a in d["assets"]}
    taken = set()
    for asset, config in rows.of_type("EC2_INSTANCE"):
        opened = [
            permission
            for group in config["SecurityGroups"]
            # A group that was not collected opens nothing that the rows show.
            for permission in groups.get(group["GroupId"], {"IpPermissions": []})["IpPermissions"]
            if ANYWHERE & {entry["CidrIp"] for entry in permission["IpRanges"]}
        ]
        if "PublicIpAddress" in config and opened and flaws.get(asset):
            taken.add(asset)
    assert taken
    assert taken <= marked


def test_public_apps_functions_and_services_of_no_path_have_no_remote_flaw(rows: Rows) -> None:
    flaws = rows.remote_flaws()
    marked = {a for p in rows.truth["planted"] for a in p["path"]}
    marked |= {a for d in rows.truth["decoys"] for a in d["assets"]}
    for asset, config in rows.of_type("AZURE_APP_SERVICE"):
        if asset not in marked:
            assert asset not in flaws, config["name"]
    for asset, config in rows.of_type("GOOGLE_CLOUD_FUNCTION"):
        if asset not in marked and any("allUsers" in b["members"] for b in config["iamPolicy"]["bindings"]):
            assert asset not in flaws


def test_open_stores_of_regulated_data_are_those_of_paths(rows: Rows) -> None:
    jewels = {p["jewel"] for p in rows.truth["planted"] if p["kind"] == "public_bucket"}
    classified = {
        asset
        for row in rows.issues
        if row["xdm.issue.category"] == "DATA"
        for asset in row["xdm.issue.asset_ids"]
    }
    for asset, config in rows.of_type("S3_BUCKET"):
        statements = json.loads(config["Policy"])["Statement"] if config["Policy"] else []
        public = any(
            s["Effect"] == "Allow" and s["Principal"] == "*" and "Condition" not in s for s in statements
        )
        blocked = all(config["PublicAccessBlockConfiguration"].values())
        tags = json.loads(rows.assets[asset]["xdm.asset.tags"])
        regulated = asset in classified or {str(v).upper() for v in tags.values()} & {"PII", "PCI", "PHI"}
        if public and not blocked and regulated:
            assert asset in jewels


def test_every_policy_document_parses_and_names_effects(rows: Rows) -> None:
    seen = 0
    for row in rows.assets.values():
        for document in _documents(json.loads(row["xdm.asset.raw_fields"])["Platform Discovery"]):
            for statement in document["Statement"]:
                assert statement["Effect"] in {"Allow", "Deny"}
                assert "Action" in statement or "NotAction" in statement
                assert "Principal" in statement or "Resource" in statement
                seen += 1
    assert seen > 150


def _documents(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, str) and value.startswith('{"Version":"2012-10-17"'):
        yield json.loads(value)
    elif isinstance(value, dict):
        if "Statement" in value:
            yield value
        else:
            for inner in value.values():
                yield from _documents(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _documents(inner)


def test_names_and_tags_tell_nothing(rows: Rows) -> None:
    marked = {a for p in rows.truth["planted"] for a in p["path"]}
    kinds = {word for name in NAMES for word in name.split("_")} - {
        "host",
        "database",
        "build",
        "account",
        "store",
    }
    for asset in marked:
        row = rows.assets[asset]
        words = f"{row['xdm.asset.name']} {row['xdm.asset.tags']}".lower()
        assert not {"plant", "vuln", "attack", "exposed", "public", "decoy"} & set(
            words.replace("-", " ").split()
        )
        assert (
            not {"exploited", "forged", "anonymous", "guest"} & kinds & set(words.replace("-", " ").split())
        )


def test_what_was_not_collected_is_said_and_leaves_a_path_open(rows: Rows) -> None:
    assert rows.truth["possible"]
    known = {row["xdm.asset.strong_id"] for row in rows.assets.values()}
    for path in rows.truth["possible"]:
        assert set(path["path"]) <= set(rows.assets)
        assert path["missing"]
        assert not set(path["missing"]) & known
        assert all(rows.truth["labels"][issue] >= 1 for issue in path["findings"])


@pytest.mark.parametrize("number", range(1, 11))
def test_every_kind_is_in_every_medium_estate(number: int) -> None:
    accounts_ = accounts(SIZES["medium"][1])
    often = SIZES["medium"][2]
    plan = plants.plan(Random(f"{number}/plan"), accounts_, often)
    truth = manifest.empty({})
    writer = Writer(NOW, 500_001)
    for account in accounts_:
        cell = Cell(Random(f"{number}/{account.id}"), NOW, account)
        begin(cell)
        for draw in plan.get(account.id, ()):
            draw(cell)
        grow(cell, 0)
        manifest.add(truth, cell, writer.write(cell))
    assert Counter(p["kind"] for p in truth["planted"]) == Counter(dict.fromkeys(NAMES, often))
    assert all(len(p["accounts"]) == (2 if p["kind"] == "account_chain" else 1) for p in truth["planted"])
    stops = {(d["kind"], d["stopped_by"]) for d in truth["decoys"]}
    assert stops >= {(kind.name, by) for kind in KINDS for by in kind.breaks[:6] if len(kind.breaks) <= 6}

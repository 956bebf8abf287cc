"""XQL that a person wrote gives the right rows of cases of every kind; a near miss of it does not.

Without this, a mistake in the SQL beside a question or in the comparison would look like a mistake of the planner.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from evals.suites.xql_asking import Asker
from evals.suites.xql_cases import DATA, Case, load
from evals.suites.xql_gold import GoldTables, Rows, seed_store
from evals.suites.xql_judge import Judged, judge
from tools.results import utcnow

OPEN = 'lowercase(xdm.issue.status.progress) != "resolved"'
ON_ASSETS = (
    f"dataset = issues | filter {OPEN} | arrayexpand xdm.issue.asset_ids | join (dataset = asset_inventory | fields "
    "xdm.asset.id, xdm.asset.name, xdm.asset.provider) as a a.xdm.asset.id = xdm.issue.asset_ids | comp "
    "count_distinct(xdm.issue.id) as n by xdm.asset.id, xdm.asset.name, xdm.asset.provider "
)
WRITTEN = {
    "iss-rule-top5": (
        f"dataset = issues | filter {OPEN} | comp count() as n by xdm.issue.detection.rule_id | sort desc n | limit 5",
        ("limit 5", "limit 6"),
    ),
    "iss-sev-open": (
        f"dataset = issues | filter {OPEN} | comp count() as n by xdm.issue.severity",
        (f"filter {OPEN}", f'filter {OPEN} and xdm.issue.name != "GuardDuty is off"'),
    ),
    "new-per-month": (
        "dataset = issues | alter d = _insert_time | bin d span = 1MO | comp count() as n by d",
        ("span = 1MO", "span = 1d"),
    ),
    "tr-month-sev": (
        'dataset = issues | alter d = format_timestamp("%Y-%m", _insert_time) | comp count() as n by d, '
        "xdm.issue.severity",
        (", xdm.issue.severity", ""),
    ),
    "tpg-issues-account": (
        f'dataset = issues | filter {OPEN} | alter acc = xdm.issue.normalized_fields -> ["xdm.cloud.project"] | '
        "windowcomp row_number() by acc sort asc _insert_time as r | filter r <= 2 | fields acc, xdm.issue.id",
        ("sort asc", "sort desc"),
    ),
    "ia-worst3-per-cloud": (
        f"{ON_ASSETS} | windowcomp rank() by xdm.asset.provider sort desc n as r | filter r <= 3",
        ("by xdm.asset.provider sort", "by xdm.asset.name sort"),
    ),
    "ia-more-than-3": (f"{ON_ASSETS} | filter n > 3 | fields xdm.asset.name", ("n > 3", "n > 2")),
    "anti-db-no-issue": (
        'dataset = asset_inventory | filter xdm.asset.type.category = "Database" and xdm.asset.id not in (dataset = '
        f"issues | filter {OPEN} | arrayexpand xdm.issue.asset_ids | fields xdm.issue.asset_ids) | fields xdm.asset.id",
        (" not in ", " in "),
    ),
    "tag-team-count": (
        "dataset = asset_inventory | alter team = xdm.asset.tags -> Team | comp count() as n by team | sort desc n",
        ("sort desc n", "sort asc n"),
    ),
    "find-pass-count": (
        'dataset = findings | alter s = xdm.finding.normalized_fields -> ["xdm.finding.status"] | '
        "comp count() as n by s",
        ("findings |", 'findings | filter xdm.finding.name != "GuardDuty is off" |'),
    ),
    "iss-crit-share": (
        f'dataset = issues | filter {OPEN} | alter acc = xdm.issue.normalized_fields -> ["xdm.cloud.project"], s = if('
        'xdm.issue.severity in ("HIGH","CRITICAL"), 1, 0) | comp count() as t, sum(s) as k by acc | alter share = '
        "multiply(divide(k, t), 100) | fields acc, share",
        ('"HIGH",', ""),
    ),
    "inv-share-aws": (
        'dataset = asset_inventory | alter s = if(xdm.asset.provider = "AWS", 1, 0) | comp count() as t, sum(s) as k | '
        "alter share = divide(k, t) | fields share",
        ('"AWS"', '"GCP"'),
    ),
    "age-median": (
        f'dataset = issues | filter {OPEN} and xdm.issue.severity = "HIGH" | alter d = timestamp_diff(current_time(), '
        '_insert_time, "HOUR") | comp median(d) as m | alter days = divide(m, 24) | fields days',
        ('"HOUR"', '"MINUTE"'),
    ),
}
SEED = 29

Given = tuple[Asker, dict[str, tuple[Case, list[Rows]]]]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, tuple[Case, list[Rows]]]]:
    folder = tmp_path_factory.mktemp("estate")
    cases = {case.id: case for name in ("develop", "test") for case in load(DATA / f"{name}.jsonl")}
    with GoldTables(seed_store(folder, "small", SEED)) as tables:
        said = {name: tables.said(cases[name].at(utcnow())) for name in WRITTEN}
        return folder, {name: (case, tables.gold(case.expect)) for name, case in said.items()}


@pytest.fixture
async def given(prepared: tuple[Path, dict[str, tuple[Case, list[Rows]]]]) -> AsyncIterator[Given]:
    async with Asker.open(prepared[0], None) as asker:
        yield asker, prepared[1]


async def _judged(given: Given, name: str, xql: str) -> Judged:
    asker, cases = given
    case, gold = cases[name]
    reply = await asker.hold((xql,))
    return judge(case, gold, reply, asker.valid(reply.xql))


@pytest.mark.parametrize("name", WRITTEN)
async def test_written_by_hand_it_is_right(given: Given, name: str) -> None:
    found = await _judged(given, name, WRITTEN[name][0])
    assert (found.outcome, found.rows, found.valid) == (True, True, True), found.faults


@pytest.mark.parametrize("name", WRITTEN)
async def test_a_near_miss_is_not(given: Given, name: str) -> None:
    xql, (right, wrong) = WRITTEN[name]
    assert right in xql
    found = await _judged(given, name, xql.replace(right, wrong))
    assert (found.outcome, found.rows, found.valid) == (True, False, True), found.xql

"""Answers from rows: the number first, its whole, what that rests on."""

from __future__ import annotations

from typing import Any

import pytest

from agent.grounding import Evidence, check
from agent.planner.cells import asked_of, asset_of, issue_of, name_of, with_assets
from agent.planner.focus import Made
from agent.planner.phrase import phrase
from agent.planner.phrase_text import Phrased
from agent.planner.questions.form import Asked, Atom, Form, Kinds, Measure, Ref, Weakness
from agent.planner.reading import Intent, Reading
from agent.planner.turn import Turn
from tools.xql.plan import PostureQuery

BUCKETS = Kinds(categories=("Storage Bucket",), label="buckets")
PUBLIC = Weakness(name="public", rules=("r",), label="that are open to the public")


def said(asked: Asked, rows: list[dict[str, Any]], total: int | None = None, **data: Any) -> Phrased:
    result = {
        "rows": rows,
        "columns": list(rows[0]) if rows else [],
        "total": len(rows) if total is None else total,
        "returned": len(rows),
        "as_of": "2026-11-25T10:00:00Z",
        "data": data,
        "queries": [{"window": "all rows as they stand"}],
        "summary": "",
    }
    turn = Turn(Reading(intent=Intent.LIST, text=asked.question), asked)
    answer = phrase(turn, [Made("query_posture", {}, result)])
    seen = Evidence.from_text(repr(result) + asked.question, frozenset({float(len(rows))}))
    assert check(answer.text, seen).problems == (), answer.text
    return answer


def asked(reading: str, question: str = "q", **form: Any) -> Asked:
    return Asked(outcome="answer", question=question, form=Form(**form), reading=reading)


def bucket(name: str, region: str = "eu-west-1", **more: Any) -> dict[str, Any]:
    return {"xdm.asset.id": f"id-{name}", "xdm.asset.name": name, "xdm.asset.cloud.region": region, **more}


def test_a_list_says_how_many_of_how_many_and_which() -> None:
    question = asked("Buckets that are open to the public", items=(BUCKETS, PUBLIC))
    answer = said(question, [bucket("a", data_class="PII"), bucket("b", "us-east-1")], population=7)
    assert answer.text.startswith("**2 of 7 buckets are open to the public.**")
    assert "- `a` (eu-west-1; data class `PII`)" in answer.text
    assert "what no check looked at is not in it" in answer.text
    assert "Why does the first one matter?" in answer.suggestions
    assert "Only the ones in eu-west-1" in answer.suggestions


def test_a_population_of_another_scope_is_not_said() -> None:
    region = Atom(ref=Ref(name="region"), op="in", values=("eu-west-1",), label="in eu-west-1")
    question = asked("Buckets in eu-west-1", items=(BUCKETS, region))
    assert said(question, [bucket("a")], population=7).text.startswith("**1 bucket in eu-west-1.**")


def test_nothing_found_says_what_that_rests_on() -> None:
    question = asked("Buckets that are open to the public", items=(BUCKETS, PUBLIC))
    relaxed = [
        {"without": "they have an issue where rule is r and status does not start with resolved", "total": 7},
        {"without": "rule is r (of their issues)", "total": 3},
        {"without": "region is eu-west-1", "total": 2},
    ]
    notes = [
        "no asset has region mars-1; there are eu-west-1 and us-east-1",
        "no asset has account a-1; there are a-1 and a-2",
    ]
    text = said(question, [], population=7, relaxed=relaxed, notes=notes).text
    assert text.startswith("**None found, and here is what that rests on.**")
    assert "7 buckets were looked at." in text
    assert "Without the weakness there are 7." in text
    assert "Without “region is eu-west-1” there are 2." in text
    assert "(of their issues)" not in text
    assert "No asset has region mars-1" in text
    assert "account a-1" not in text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([bucket("a")], "**Yes: `a` is open to the public.**"),
        ([], "**No: nothing here shows that `a` is open to the public.**"),
    ],
)
def test_whether_one_thing_is_so(rows: list[dict[str, Any]], text: str) -> None:
    name = Atom(ref=Ref(name="name"), op="in", values=("a",), label="named a")
    question = asked("Assets named a and that are open to the public", "is a public?", items=(name, PUBLIC))
    assert said(question, rows).text.startswith(text)


def test_one_number() -> None:
    question = asked("Number of buckets", items=(BUCKETS,), measure=Measure(function="count"))
    answer = said(question, [{"assets": 110}], 1, population=110)
    assert answer.text.startswith("**110 buckets.**")
    assert "List them" in answer.suggestions


def test_a_share_and_an_average() -> None:
    part = Measure(function="percent", part=(PUBLIC,))
    share = asked("Percentage of buckets that are open to the public", items=(BUCKETS,), measure=part)
    assert said(share, [{"percent": 24.5}]).text.startswith("**24.5 % of buckets are open to the public.**")
    mean = asked("Average CVSS of vulnerabilities", entity="vulnerability", measure=Measure(function="avg"))
    assert said(mean, [{"avg_cvss": 6.84}]).text.startswith("**Average CVSS of vulnerabilities: 6.8.**")


def test_groups_begin_with_the_first_and_add_up() -> None:
    question = asked(
        "Number of open issues, by account",
        entity="issue",
        measure=Measure(function="count"),
        group=(Ref(name="account"),),
    )
    rows = [{"account": a, "issues": n} for a, n in (("one", 30), ("two", 12), ("three", 5))]
    text = said(question, rows).text
    assert text.startswith("**`one` has the most: 30.** Then `two` 12, `three` 5.")
    assert "30 + 12 + 5 = 47; 3 accounts" in text
    none_first = [{"account": None, "issues": 9}, *rows[1:]]
    assert said(question, none_first).text.startswith("**No account given: 9.**")


def test_a_course_over_time_tells_the_last_the_one_before_and_the_most() -> None:
    question = asked(
        "Number of issues, per week", entity="issue", measure=Measure(function="count"), span="1w"
    )
    weeks = [("2026-11-09", 10), ("2026-11-16", 40), ("2026-11-23", 7)]
    text = said(question, [{"week": week, "issues": n} for week, n in weeks]).text
    assert text.startswith("**7 in the last week (`2026-11-23`).** The week before: 40.")
    assert "The most were 40 (`2026-11-16`)." in text


def test_cells_by_what_their_columns_are_about() -> None:
    issue = {
        "xdm.issue.id": 7,
        "xdm.issue.name": "Open",
        "xdm.asset.name": "web-1",
        "xdm.issue.asset_ids": ["a1"],
        "team": "shop",
    }
    assert (issue_of(issue), asset_of(issue), name_of(issue)) == ("7", "a1", "web-1")
    assert ("team", "shop") in asked_of(issue)
    # a number of issues is none of them
    assert issue_of({"xdm.asset.id": "a1", "issues": 5}) == ""
    assert issue_of({"id": "f-1", "severity": "HIGH"}) == "f-1"


def test_issues_come_with_what_they_are_about() -> None:
    plan = PostureQuery(dataset="issues", fields=("xdm.issue.id", "xdm.issue.name", "xdm.issue.severity"))
    made = with_assets(plan, uid=True)
    names = [f if isinstance(f, str) else f.field for f in made.fields]
    assert names[:4] == ["xdm.issue.id", "xdm.issue.name", "xdm.asset.name", "xdm.asset.type.name"]
    assert names[-1] == "finding_id"
    assert made.distinct == ("xdm.issue.id",)
    grouped = plan.model_copy(update={"group_by": ("xdm.issue.severity",)})
    assert with_assets(grouped) is grouped
    counted = PostureQuery(dataset="asset_inventory", fields=("xdm.asset.id",))
    assert with_assets(counted) is counted

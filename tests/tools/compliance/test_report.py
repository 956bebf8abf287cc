"""The gap report: its figures agree with the assessment, and text from findings stays text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.compliance.building import evidence, finding
from tools.compliance.assessment import Scope, Status
from tools.compliance.markdown import code, plain, visible
from tools.compliance.report import EVIDENCE_ROWS, headline, render_markdown
from tools.compliance.rollup import assess
from tools.compliance.summary import summary
from tools.findings.model import ResourceRef, Severity

HOSTILE = (
    "x](http://evil.test) ![p](https://evil.test/p.png) <img src=x onerror=alert(1)> `|` \n# Head"
    "\n\u202e @bob"
)


def test_headline_has_the_denominator() -> None:
    found = assess(
        "hipaa",
        evidence([finding("iam_root_mfa_enabled", "FAIL", account_name="payments")]),
        Scope(account="payments"),
    )
    line = headline(found)
    counts = found.counts["specification"]
    assert line.startswith(
        "HIPAA Security Rule, account payments (111122223333), as of 2026-03-01 06:10 UTC: of 41 "
    )
    assert f"{counts[Status.MANUAL]} need a person" in line
    assert f"{counts[Status.NOT_ASSESSED]} were not assessed" in line


def test_report_lists_every_requirement_and_why() -> None:
    found = assess("hipaa", evidence([finding("iam_root_mfa_enabled", "FAIL")]))
    text = render_markdown(found)
    table = text.split("## Every requirement")[1].split("\n## ")[0]
    for result in found.results:
        assert f"| {result.id} |" in table
    unassessed = text.split("## What was not assessed")[1]
    for result in found.with_status(Status.NOT_ASSESSED):
        assert f"| {result.id} | {result.entry.title} | {result.reason} |" in unassessed
    people = text.split("## What needs a person")[1].split("\n## ")[0]
    assert "sanction policy" in people
    assert "never" not in headline(found)


def test_evidence_is_cited_and_a_cut_is_said() -> None:
    many = [
        finding("iam_user_mfa_enabled_console_access", "FAIL", resource=f"arn:aws:iam::1:user/u{n:03}")
        for n in range(EVIDENCE_ROWS + 15)
    ]
    text = render_markdown(assess("hipaa", evidence(many)))
    detail = text.split("### 164.312(d)")[1].split("\n### ")[0]
    assert f"Evidence: {EVIDENCE_ROWS} of {len(many)} failed results." in detail
    assert detail.count("arn:aws:iam::1:user/u") == EVIDENCE_ROWS * 2
    assert "Reported nothing (3)" in detail


def test_a_report_without_evidence_says_so() -> None:
    text = render_markdown(assess("hipaa", evidence([])))
    assert "of 41 specifications 0 fail, 0 pass" in text
    assert "No mapped check failed in scope." in text
    assert "There is no evidence in scope." in text


def test_incomplete_evidence_is_said() -> None:
    text = render_markdown(
        assess("hipaa", evidence([finding("iam_root_mfa_enabled")], complete=False, total=77))
    )
    assert "**The evidence is incomplete**: 1 of 77" in text


def test_hostile_text_cannot_act() -> None:
    item = finding(
        "iam_root_mfa_enabled",
        "FAIL",
        id=HOSTILE,
        account=HOSTILE,
        account_name=HOSTILE,
        region=HOSTILE,
        source=HOSTILE,
        resource=HOSTILE,
        title=HOSTILE,
    )
    odd = finding(HOSTILE, "FAIL", compliance={"HIPAA": ("164_312_b",)}, account=HOSTILE)
    text = render_markdown(assess("hipaa", evidence([item, odd]), Scope(account=HOSTILE)))
    assert "\u202e" not in text
    assert "evil" in text
    assert not re.search(r"^\s*#+ Head", text, re.MULTILINE)
    outside = _without_code(text)
    assert "](" not in outside.replace("\\]\\(", "")
    assert "http://" not in outside
    assert "https://" not in outside
    assert "@bob" not in outside
    assert not re.search(r"(?<!\\)<img", outside)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for line in rows:
        assert line.endswith("|")


def _without_code(text: str) -> str:
    """Markdown with its code spans taken out, as CommonMark closes them: by a run of the same length."""
    found: list[str] = []
    place = 0
    while place < len(text):
        if text[place] == "\\" and place + 1 < len(text) and not text[place + 1].isalnum():
            found.append(text[place : place + 2])
            place += 2
            continue
        run = re.match(r"`+", text[place:])
        if run:
            closing = re.search(rf"(?<!`){run.group()}(?!`)", text[place + len(run.group()) :])
            if closing:
                place += len(run.group()) + closing.end()
                continue
            place += len(run.group())
            continue
        found.append(text[place])
        place += 1
    return "".join(found)


@given(st.text(max_size=120))
def test_code_is_one_span_on_one_line(text: str) -> None:
    made = code(text)
    assert "\n" not in made
    assert _without_code(made) == ""
    assert not re.search(r"(?<!\\)\|", made)


@given(st.text(max_size=120))
def test_plain_leaves_nothing_that_acts(text: str) -> None:
    made = plain(text)
    assert "\n" not in made
    assert not re.search(r"(?<!\\)[\[\]<>`|*_#!]", made.replace("\\\\", ""))
    assert "://" not in made.replace("\\", "").replace("[:]//", "")
    assert not re.search(r"(?i)www\.", made.replace("\\", ""))


@pytest.mark.parametrize(
    ("text", "shown"), [("a\u200bb", "aU+200Bb"), ("a\tb\r\nc", "a b c"), ("\u2066x", "U+2066x")]
)
def test_invisible_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_indirect_evidence_is_said_to_be_indirect() -> None:
    found = assess("hipaa", evidence([finding("efs_encryption_at_rest_enabled", "FAIL", resource="fs-1")]))
    assert found.by_id["164.308(a)(4)(ii)(A)"].indirect_only
    assert not found.by_id["164.312(a)(2)(iv)"].indirect_only
    text = render_markdown(found)
    assert "On indirect evidence only, so judge before calling it a gap (1): 164.308(a)(4)(ii)(A)." in text
    assert found.failing_ranked[0].id == "164.312(a)(2)(iv)"


def test_summary_adds_up() -> None:
    found = assess("hipaa", evidence([finding("iam_root_mfa_enabled", "FAIL", severity=Severity.CRITICAL)]))
    data = summary(found)
    assert sum(data["counts"].values()) == data["total"] == 41
    assert sum(data["counts_by_kind"]["standard"].values()) == 22
    assert data["first"][0]["worst"] == "CRITICAL"
    assert data["evidence"]["results"] == 1


def test_resources_without_a_name_are_still_cited() -> None:
    item = finding("iam_root_mfa_enabled", "FAIL").model_copy(update={"resource": ResourceRef()})
    assert "`unknown`" in render_markdown(assess("hipaa", evidence([item])))

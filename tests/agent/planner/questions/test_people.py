"""People by the short forms of their names, as who it is assigned to or who owns it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.people import people
from tests.agent.planner.questions.tenant import ISSUES, NOW, Tenant

HERS = {str(i["id"]) for i in ISSUES if i["assignee"] == "kim@acme.example"}
OPEN = {str(i["id"]) for i in ISSUES if i["open"]}


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("issues assigned to kim", HERS),
        ("what is in progress for kim@acme.example?", HERS),
        ("everything in progress for kim", HERS),
        ("which issues is kim working on", HERS),
        ("open issues not assigned to kim", OPEN - HERS),
        ("issues on kim's plate", HERS),
    ],
)
def test_assigned(tenant: Tenant, question: str, wanted: set[str]) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    assert {str(row["xdm.issue.id"]) for row in tenant.rows(asked.plan)} == wanted


def test_forms_of_names(tenant: Tenant) -> None:
    tags = {"h.sato@acme.example": ("Owner",), "@h.sato": ("Owner",), "r.low@acme.example": ("Owner",)}
    words = replace(tenant.estate.words, tag_values={**tenant.estate.words.tag_values, **tags})
    known = people(replace(tenant.estate, words=words))
    assert known["h.sato"] is known["sato"]
    assert known["h.sato"].tagged == ("@h.sato", "h.sato@acme.example")
    # a part that is a word of ours stands for nobody
    assert "low" not in known
    assert known["kim"].assigned == ("kim@acme.example",)

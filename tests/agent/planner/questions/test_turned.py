"""What is asked of one list and known of another."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.form import Atom, Form, Has, Measure, Ref
from agent.planner.questions.turned import turned
from tests.agent.planner.questions.tenant import NOW, Tenant

_FIXABLE = Atom(ref=Ref(name="fixable"), op="true")
_CLOSED = Atom(ref=Ref(name="result"), op="in", values=("PASS",))


def test_times_of_vulnerabilities_are_those_of_their_issues() -> None:
    form = Form(entity="vulnerability", measure=Measure(function="median", ref=Ref(name="fix_days")))
    made = turned(form, "median time to fix vulnerabilities")
    assert made.entity == "issue"
    assert [i.ref.name for i in made.items if isinstance(i, Atom)] == ["issue_category"]


def test_what_only_vulnerabilities_say_stays_with_them() -> None:
    form = Form(entity="vulnerability", items=(_FIXABLE, _CLOSED))
    made = turned(form, "fixable vulnerabilities that were resolved")
    assert made.entity == "issue"
    assert any(
        isinstance(i, Has) and i.entity == "vulnerability" and i.items == (_FIXABLE,) for i in made.items
    )
    assert any(isinstance(i, Atom) and i.ref.name == "status" and i.values == ("closed",) for i in made.items)


def test_vulnerabilities_without_a_life_stay() -> None:
    form = Form(entity="vulnerability", items=(_FIXABLE,))
    assert turned(form, "fixable vulnerabilities") == form


@pytest.mark.parametrize(
    ("question", "dataset", "column"),
    [
        ("failed findings on s3 buckets counted per check", "findings", "findings"),
        ("top 3 rules by failing resources", "findings", "assets"),
        ("which rules fail on the most assets", "findings", "assets"),
        ("findings on known exploited vulnerabilities per cloud", "findings", "vulnerabilities"),
    ],
)
def test_rows_by_rule(tenant: Tenant, question: str, dataset: str, column: str) -> None:
    asked = plan_question(question, tenant.estate, None, NOW)
    assert asked.outcome == "answer", asked.message
    assert asked.plan is not None
    assert asked.plan.dataset == dataset
    rows = tenant.rows(asked.plan)
    assert rows
    assert column in rows[0]

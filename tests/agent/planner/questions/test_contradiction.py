"""Two kinds that nothing can be both of are put right or asked back, never answered with nothing."""

from __future__ import annotations

import pytest

from agent.planner.questions.ask import plan_question
from agent.planner.questions.contradiction import asked_back, fitted, torn
from agent.planner.questions.form import Atom, Form, Kinds, Ref
from tests.agent.planner.questions.tenant import NOW, Tenant


def kinds(tenant: Tenant, *types: str, negated: bool = False) -> Kinds:
    assert set(types) <= set(tenant.estate.types), sorted(tenant.estate.types)
    return Kinds(types=types, label=" or ".join(types), negated=negated)


def two(tenant: Tenant) -> tuple[str, str]:
    first, second, *_ = sorted(tenant.estate.types)
    return first, second


def test_what_shares_no_type_is_torn_and_what_does_is_not(tenant: Tenant) -> None:
    a, b = two(tenant)
    first, second, both = kinds(tenant, a), kinds(tenant, b), kinds(tenant, a, b)
    assert torn(Form(items=(first, second)), tenant.estate) == (first, second)
    assert torn(Form(items=(first, both)), tenant.estate) is None
    assert torn(Form(items=(both,)), tenant.estate) is None
    assert torn(Form(entity="issue", items=(first, second)), tenant.estate) is None


def test_what_is_left_out_must_take_something_away(tenant: Tenant) -> None:
    a, b = two(tenant)
    first, both, other = kinds(tenant, a), kinds(tenant, a, b), kinds(tenant, b, negated=True)
    assert torn(Form(items=(first, other)), tenant.estate) == (first, other)
    assert torn(Form(items=(both, other)), tenant.estate) is None
    assert torn(Form(items=(other,)), tenant.estate) is None


def test_a_noun_before_its_name_is_no_second_kind(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    a = sorted(tenant.estate.types)[0]
    category = next(c for _, c, *_ in tenant.estate.types.values() if c != tenant.estate.types[a][1])
    place = Kinds(categories=(category,), label="clusters")
    named = Atom(ref=Ref(name="cluster"), op="eq", values=("prod-1",), label="in prod-1")
    form = Form(items=(kinds(tenant, a), place, named))
    assert torn(form, tenant.estate) is not None
    assert fitted(form, tenant.estate) == form
    monkeypatch.setattr("agent.planner.questions.contradiction._PLACES", {"cluster": (category,)})
    assert fitted(form, tenant.estate).items == (form.items[0], named)


def test_it_is_asked_back_with_both_readings(tenant: Tenant) -> None:
    a, b = two(tenant)
    said = asked_back((kinds(tenant, a), kinds(tenant, b)), "q")
    assert said.outcome == "clarify"
    assert said.choices == (a, b)
    assert a in said.message.replace("\\", "")


@pytest.mark.parametrize(
    "text", ["buckets databases", "which buckets are ec2 instances", "lambda functions that are buckets"]
)
def test_no_answer_rests_on_two_kinds_at_once(tenant: Tenant, text: str) -> None:
    asked = plan_question(text, tenant.estate, None, NOW)
    assert asked.outcome != "answer" or (asked.form is not None and torn(asked.form, tenant.estate) is None)

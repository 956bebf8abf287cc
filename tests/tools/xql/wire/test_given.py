"""Plans as models send them: what means one thing is read, all else is refused by place with the right form."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.xql import Catalog
from tools.xql.plan import PostureQuery
from tools.xql.plan.model import Test as One
from tools.xql.wire import InvalidPlanError, as_plan, elsewhere, widened

PLAN: dict[str, Any] = {
    "dataset": "issues",
    "where": {"field": "xdm.issue.severity", "op": "eq", "value": "HIGH"},
}


@pytest.mark.parametrize(
    "sent",
    [
        PLAN,
        json.dumps(PLAN),
        {**PLAN, "joins": [], "having": None, "timeframe": {"last": None, "start": None}, "order": None},
        {**PLAN, "where": {**PLAN["where"], "tag": "", "json_path": {}, "values": []}},
        {**PLAN, "where": {**PLAN["where"], "op": "="}},
        {**PLAN, "where": {**PLAN["where"], "op": "EQ"}},
        {**PLAN, "where": {"field": "xdm.issue.severity", "op": "eq", "values": ["HIGH"]}},
        PostureQuery.model_validate(PLAN),
    ],
)
def test_all_these_are_one_plan(sent: Any) -> None:
    assert as_plan(sent) == PostureQuery.model_validate(PLAN)


def test_values_that_are_empty_texts_and_false_stay() -> None:
    plan = as_plan({"dataset": "issues", "where": {"field": "a", "op": "eq", "value": ""}})
    assert isinstance(plan.where, One)
    assert plan.where.value == ""
    plan = as_plan({"dataset": "issues", "where": {"field": "a", "op": "ne", "value": False}})
    assert isinstance(plan.where, One)
    assert plan.where.value is False
    plan = as_plan({"dataset": "issues", "where": {"field": "a", "op": "eq", "values": ["x", "y"]}})
    assert isinstance(plan.where, One)
    assert (plan.where.op, plan.where.values) == ("in", ("x", "y"))
    plan = as_plan({"dataset": "issues", "where": {"field": "a", "op": "is_null", "value": ""}})
    assert isinstance(plan.where, One)
    assert plan.where.op == "is_null"


def test_a_subject_that_is_said_twice_is_one() -> None:
    place = {"field": "xdm.asset.raw_fields", "path": ["Platform Discovery", "a"]}
    twice = {"field": "xdm.asset.raw_fields", "json_path": place, "op": "eq", "value": "x"}
    once = {"json_path": place, "op": "eq", "value": "x"}
    assert as_plan({"dataset": "asset_inventory", "where": twice}) == as_plan(
        {"dataset": "asset_inventory", "where": once}
    )
    tagged = {"field": "xdm.asset.tags", "tag": "Team", "op": "eq", "value": "x"}
    plan = as_plan({"dataset": "asset_inventory", "where": tagged})
    assert isinstance(plan.where, One)
    assert (plan.where.field, plan.where.tag) == (None, "Team")
    with pytest.raises(InvalidPlanError, match="exactly one of field, tag, json_path"):
        as_plan({"dataset": "asset_inventory", "where": {**tagged, "field": "xdm.asset.name"}})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"where": {"field": "a", "op": "equal_to", "value": 1}}, "where.op: is no operator"),
        ({"where": {"all": [{"field": "a", "op": "startwith", "value": "x"}]}}, "try: starts_with"),
        ({"where": {"all": [PLAN["where"], {"feild": "a", "op": "eq", "value": 1}]}}, "where.all[1].feild"),
        ({"where": {"all": [{"feild": "a", "op": "eq", "value": 1}]}}, "try: field"),
        ({"where": {"none": {"field": "a", "op": "gt"}}}, "where.none: gt takes one value"),
        ({"where": {"field": "a", "op": "eq", "value": {"x": 1}}}, "where.value: takes text, a number"),
        ({"where": [PLAN["where"]]}, "where: takes a condition object"),
        ({"where": {"dataset": "findings", "kye": "a"}}, "where.kye"),
        ({"aggregates": [{"function": "counts", "name": "n"}]}, "aggregates[0].function"),
        ({"aggregates": {"function": "count", "name": "n"}}, "aggregates: takes a list"),
        ({"order": "n desc"}, "order: takes a list"),
        ({"fields": ["a b"]}, "fields[0]"),
        ({"fields": [{"field": "a", "nam": "b"}]}, "try: name"),
        ({"compute": [{"name": "x", "json_path": ["a"]}]}, "compute[0].json_path: takes an object"),
        ({"timeframe": {"last": "30 days"}}, "timeframe.last"),
        ({"limit": "many"}, "limit"),
        ({"sort": []}, None),
        ({"filters": {"a": 1}}, "filters: there is no such key; the keys here are dataset"),
        ({"dataset": None}, "dataset: is missing"),
    ],
)
def test_faults_say_the_place_and_the_right_form(changes: dict[str, Any], says: str | None) -> None:
    if says is None:
        assert as_plan({**PLAN, **changes})
        return
    with pytest.raises(InvalidPlanError) as caught:
        as_plan({**PLAN, **changes})
    assert says in str(caught.value)
    assert "function-after" not in str(caught.value)
    assert len(caught.value.faults) <= 6


@pytest.mark.parametrize("sent", ["no plan", "[1]", None, 3, [], '{"dataset":', "x" * 200_000])
def test_what_is_no_object_is_said(sent: Any) -> None:
    with pytest.raises(InvalidPlanError, match="plan: is not"):
        as_plan(sent)


def test_one_fault_is_told_once() -> None:
    with pytest.raises(InvalidPlanError) as caught:
        as_plan({"dataset": "issues", "where": {"all": [{"field": "a", "op": "nope", "value": 1}]}})
    assert len(caught.value.faults) == 1


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["eq", "issues", "HIGH"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*PostureQuery.model_fields, *One.model_fields, "all", "any", "none", "key", "?"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_anything_is_a_plan_or_our_error(sent: Any) -> None:
    try:
        made: PostureQuery | None = as_plan(sent)
        told = ""
    except InvalidPlanError as error:
        made, told = None, str(error)
    assert (made is None) == bool(told)


def test_deep_nesting_is_refused() -> None:
    deep: Any = {"field": "a", "op": "eq", "value": 1}
    for _ in range(200):
        deep = {"all": [deep]}
    with pytest.raises(InvalidPlanError, match="deep"):
        as_plan({"dataset": "issues", "where": deep})


def test_columns_of_a_linked_dataset_come_with_their_join() -> None:
    plan = as_plan(
        {
            "dataset": "issues",
            "fields": ["xdm.issue.id", "xdm.asset.name"],
            "group_by": [],
            "where": PLAN["where"],
        }
    )
    (hint,) = elsewhere(plan, Catalog.seeded())
    assert hint == (
        'xdm.asset.name is in asset_inventory; add to joins: {"dataset": "asset_inventory", "fields": '
        '[{"field": "xdm.asset.name"}]}'
    )
    joined = plan.model_copy(
        update={"joins": as_plan({**PLAN, "joins": [{"dataset": "asset_inventory"}]}).joins}
    )
    assert elsewhere(joined, Catalog.seeded()) == ()
    valued = as_plan(
        {"dataset": "issues", "where": {"field": "xdm.issue.name", "op": "eq", "value": "xdm.asset.name"}}
    )
    assert elsewhere(valued, Catalog.seeded()) == ()


def test_only_a_limit_that_nobody_chose_is_widened() -> None:
    assert widened(as_plan(PLAN)).limit == 10_000
    assert widened(as_plan({**PLAN, "limit": 100})).limit == 100

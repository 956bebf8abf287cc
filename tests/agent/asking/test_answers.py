"""The form of an answer: its schema, what is read from it, what is refused."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.asking.answers import ModelAnswer, UnusableAnswerError, read_answer
from agent.asking.endpoint import answer_schema
from agent.asking.examples import library
from prompts import load
from tests.agent.asking.conftest import RIGHT
from tools.xql.plan import model
from tools.xql.plan.model_values import Op


@pytest.mark.parametrize(
    "form", [{}, {"strict": True}, {"brief": True}, {"strict": True, "brief": True}], ids=str
)
def test_the_schema_is_one(form: dict[str, bool]) -> None:
    schema = answer_schema(**form)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["type"] == "object"
    assert schema["required"] == (list(schema["properties"]) if form.get("strict") else ["outcome"])
    assert len(json.dumps(schema)) < 30_000


def test_the_examples_fit_the_schema_that_models_get() -> None:
    validator = jsonschema.Draft202012Validator(answer_schema())
    for example in library():
        validator.validate(example.answer)


@pytest.mark.parametrize(
    "given",
    [
        RIGHT,
        {**RIGHT, "xql": None, "message": "", "choices": []},
        {**RIGHT, "plan": json.dumps(RIGHT["plan"])},
        {"plan": RIGHT["plan"]},
        RIGHT["plan"],
        {**RIGHT, "outcome": " Answer "},
        {**RIGHT, "xql": "dataset = issues"},
    ],
)
def test_all_these_are_one_answer(given: dict[str, Any]) -> None:
    answer = read_answer(given)
    assert answer.outcome == "answer"
    assert answer.plan == read_answer(RIGHT).plan
    assert answer.xql is None


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({}, "outcome: is missing"),
        ({"outcome": "perhaps"}, "try: answer, clarify, refuse, no_such"),
        ({"outcome": "answer"}, "plan: is missing"),
        ({"outcome": "answer", "plan": {}}, "plan: is missing"),
        ({"outcome": "answer", "plan": "dataset = issues"}, "plan: is not JSON"),
        ({"outcome": "answer", "plan": {"dataset": "issues", "limit": 0}}, "plan.limit"),
        ({"outcome": "answer", "xql": "dataset = issues"}, "xql_reason"),
        ({"outcome": "answer", "xql": {"dataset": "issues"}, "xql_reason": "x"}, "plan: is missing"),
        ({**RIGHT, "answer": 1}, "answer: there is no such key"),
    ],
)
def test_faults_name_their_place(given: dict[str, Any], says: str) -> None:
    with pytest.raises(UnusableAnswerError) as caught:
        read_answer(given)
    assert says in str(caught.value)


def test_the_form_of_plans_in_the_prompt_is_that_of_the_model() -> None:
    body = load("plan_form").body
    models = (model.PostureQuery, model.Computed, model.Join, model.Test, model.All, model.AnyOf, model.Not)
    more = (model.JsonPath, model.JoinedField, model.Aggregate, model.TimeBin, model.TopPerGroup, model.Order)
    rest = (model.TimeFrame, model.Related)
    known = {name for owner in (*models, *more, *rest) for name in owner.model_fields}
    named = set(re.findall(r"""[`"]([a-z_]+)[`"]""", body))
    assert named <= known
    assert set(model.PostureQuery.model_fields) - named <= {"keep"}
    operators = re.findall(r"[a-z_]+", body.partition("Operators:")[2].partition("Functions:")[0])
    assert set(operators) <= set(get_args(Op))
    assert set(re.findall(r"[a-z_]+", body.partition("Functions:")[2])) <= set(get_args(model.AggregateName))


VALUES = st.none() | st.booleans() | st.text(max_size=10) | st.lists(st.text(max_size=5), max_size=3)


@given(
    st.dictionaries(
        st.sampled_from([*ModelAnswer.model_fields, "dataset", "?"]),
        VALUES | st.dictionaries(st.sampled_from(["dataset", "where", "limit"]), VALUES, max_size=3),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None)
def test_anything_is_an_answer_or_our_error(given: dict[str, Any]) -> None:
    try:
        made: ModelAnswer | None = read_answer(given)
        told = ""
    except UnusableAnswerError as error:
        made, told = None, str(error)
    assert (made is None) == bool(told)
    assert made is None or made.outcome != "answer" or made.plan is not None or made.xql

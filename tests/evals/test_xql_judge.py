"""Outcome, choices and reading are judged by what the reply says."""

from __future__ import annotations

from typing import Any

import pytest

from evals.suites.xql_asking import Reply
from evals.suites.xql_cases import Case, Reading
from evals.suites.xql_judge import choices_fault, judge, reading_fault

ANSWER = {"outcome": "answer", "match": "number", "sql": "SELECT 1", "value": "n"}


def _case(expect: dict[str, Any], **more: Any) -> Case:
    return Case.model_validate(
        {
            "id": "x",
            "topic": "t",
            "shape": "number",
            "profile": "auditor",
            "estate": {"seed": 1},
            "turns": ["how many?"],
            "expect": expect,
            **more,
        }
    )


def _reply(outcome: str, rows: list[dict[str, Any]] | None = None, **body: Any) -> Reply:
    return Reply({"outcome": outcome, **body}, rows or [])


def test_an_answer_is_right_by_its_rows() -> None:
    right = judge(_case(ANSWER), [[{"n": 3}]], _reply("answer", [{"c": 3}], xql="dataset = x"), True)
    assert (right.outcome, right.rows, right.valid, right.right, right.faults) == (True, True, True, True, [])
    wrong = judge(_case(ANSWER), [[{"n": 3}]], _reply("answer", [{"c": 4}], xql="dataset = x"), True)
    assert (wrong.outcome, wrong.rows, wrong.right) == (True, False, False)
    assert wrong.faults == ["rows: number 4, not 3"]


def test_another_outcome_is_no_answer() -> None:
    for reply in (
        _reply("refuse", message="no"),
        Reply(error="KeyError: x"),
        _reply("clarify", choices=["a", "b"]),
    ):
        found = judge(_case(ANSWER), [[{"n": 3}]], reply, False)
        assert (found.outcome, found.rows, found.right, found.valid) == (False, False, False, None)
        assert len(found.faults) == 1


def test_an_invalid_query_is_counted_unless_it_was_right_to_refuse_it() -> None:
    invalid = judge(_case(ANSWER), [[{"n": 3}]], _reply("refuse", message="no", xql="dataset ="), False)
    assert invalid.valid is False
    refused = judge(_case({"outcome": "refuse"}), [], _reply("refuse", message="no", xql="| target x"), False)
    assert (refused.valid, refused.right) == (None, True)


def test_no_such_names_what_is_missing() -> None:
    case = _case({"outcome": "no_such", "names": ["halden-zeta"]})
    assert judge(case, [], _reply("no_such", message="There is no account Halden-Zeta."), False).right
    assert not judge(case, [], _reply("no_such", message="There is no such account."), False).right
    assert not judge(case, [], _reply("no_such", [{"n": 1}], message="halden-zeta"), False).right
    assert not judge(case, [], _reply("answer", [{"n": 0}]), False).right


def test_a_refusal_says_something_and_gives_nothing() -> None:
    case = _case({"outcome": "refuse"})
    assert judge(case, [], _reply("refuse", message="I only read."), False).right
    assert not judge(case, [], _reply("refuse", message=" "), False).right
    assert not judge(case, [], _reply("refuse", [{"n": 1}], message="no"), False).right


def test_where_both_will_do_the_one_given_is_judged() -> None:
    both = {**ANSWER, "outcome": ["clarify", "answer"], "choices": [["tag"], ["account"]]}
    asked = judge(
        _case(both), [[{"n": 3}]], _reply("clarify", message="which?", choices=["tag", "account"]), False
    )
    assert (asked.right, asked.rows) == (True, None)
    assert judge(_case(both), [[{"n": 3}]], _reply("answer", [{"n": 3}]), True).right
    assert not judge(_case(both), [[{"n": 3}]], _reply("answer", [{"n": 2}]), True).right
    assert not judge(
        _case(both), [[{"n": 3}]], _reply("clarify", message="which?", choices=["tag", "size"]), False
    ).right


@pytest.mark.parametrize(
    ("choices", "right"),
    [
        (["the account halden-dev", "the tag Environment = dev"], True),
        ([{"text": "tag"}, {"text": "account"}], True),
        (["the account and the tag"], False),
        (["the account", "another account"], False),
        (["the account with a tag", "something else"], False),
        ([], False),
    ],
)
def test_each_reading_needs_a_choice_of_its_own(choices: list[Any], right: bool) -> None:
    assert (choices_fault([["account"], ["tag", "stage"]], choices) is None) is right


def test_reading_must_and_must_not() -> None:
    rule = Reading(must=("eu-west-1|ireland", "high"), must_not=("azure",))
    assert reading_fault(rule, "HIGH issues in Ireland") is None
    assert "does not say high" in str(reading_fault(rule, "issues in eu-west-1"))
    assert "says azure" in str(reading_fault(rule, "high issues in eu-west-1 and Azure"))
    assert reading_fault(rule, "") is not None


def test_reading_counts_only_where_an_answer_came() -> None:
    case = _case(ANSWER, reading={"must": ["high"]})
    assert (
        judge(case, [[{"n": 3}]], _reply("answer", [{"n": 3}], reading="high issues"), True).reading is True
    )
    assert judge(case, [[{"n": 3}]], _reply("answer", [{"n": 3}], reading="issues"), True).reading is False
    assert judge(case, [[{"n": 3}]], _reply("refuse", message="no"), False).reading is None


def test_tokens_are_those_of_the_model() -> None:
    reply = _reply("answer", [{"n": 3}], usage={"prompt_tokens": 40, "completion_tokens": 5})
    found = judge(_case(ANSWER), [[{"n": 3}]], reply, True)
    assert (found.prompt_tokens, found.answer_tokens) == (40, 5)
    assert _reply("answer").tokens == (0, 0)

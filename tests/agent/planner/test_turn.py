"""What a message wants: data, one finding, paths; kept as JSON and read again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from agent.planner.decide import Call, Say, next_step
from agent.planner.focus import Made
from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Asked, Atom, Either, Form, Has, Kinds, Measure, Ref, Weakness
from agent.planner.reading import Intent
from agent.planner.turn import Turn, asked_before, new_turn, turn_of

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def read(small: Estate, *texts: str, before: tuple[Made, ...] = ()) -> Turn:
    messages: list[AnyMessage] = []
    turn: Turn | None = None
    for text in texts:
        turn = new_turn(text, small, messages, before, NOW)
        kept = json.loads(json.dumps(turn.kept()))
        messages += [HumanMessage(text), AIMessage("said", additional_kwargs=kept)]
    assert turn is not None
    return turn


def assets(*ids: str) -> Made:
    rows = [{"xdm.asset.id": i, "xdm.asset.name": f"name-{i}"} for i in ids]
    return Made("query_posture", {}, {"rows": rows, "total": len(rows), "returned": len(rows)})


def findings(*ids: str) -> Made:
    rows = [{"id": i, "severity": "HIGH", "finding": "f", "resource": "r"} for i in ids]
    return Made("search_findings", {}, {"rows": rows, "total": len(rows), "returned": len(rows)})


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("why does the first one matter?", Intent.EXPLAIN),
        ("draft a fix for the first one", Intent.FIX),
        ("show pending approvals", Intent.PENDING),
        ("give me an overview", Intent.SUMMARY),
        ("hipaa gap report", Intent.REPORT),
        ("what changed since the last load", Intent.CHANGES),
        ("show attack paths", Intent.PATHS),
        ("how could an attacker reach customer data", Intent.PATHS),
        ("where should we cut", Intent.PATHS),
        ("paths through payments-db", Intent.PATHS),
        ("show more", Intent.MORE),
        ("what should we fix first", Intent.FIX_FIRST),
        ("delete all public buckets", Intent.CHANGE_CLOUD),
        ("yes, approve it", Intent.APPROVE),
        ("help", Intent.HELP),
    ],
)
def test_what_is_no_question_for_data(small: Estate, text: str, intent: Intent) -> None:
    assert read(small, text).reading.intent is intent


@pytest.mark.parametrize(
    "text",
    [
        "open issues by status",
        "accounts with more than 5 issues",
        "how many issues are there per status",
        "which buckets are public",
        "assets without any open issue",
        "number of open issues with severity of high",
    ],
)
def test_words_of_other_wishes_inside_a_question_for_data(small: Estate, text: str) -> None:
    turn = read(small, text)
    assert turn.asked is not None, turn.reading.intent
    assert turn.asked.outcome == "answer", turn.asked.message


def test_a_follow_up_refines_what_was_kept(small: Estate) -> None:
    turn = read(small, "which buckets are public", "only the ones in eu-west-1", "how many is that")
    assert turn.asked is not None
    assert turn.asked.form is not None
    assert turn.asked.form.measure is not None
    regions = [i for i in turn.asked.form.items if isinstance(i, Atom) and i.ref.name == "region"]
    assert [i.values for i in regions] == [("eu-west-1",)]


def test_a_finding_shown_between_does_not_end_the_list(small: Estate) -> None:
    turn = read(small, "which buckets are public", "why does the first one matter?", "only in eu-west-1")
    assert turn.asked is not None
    assert "eu-west-1" in turn.asked.reading
    assert "public" in turn.asked.reading


def test_what_to_fix_first_is_refined_too(small: Estate) -> None:
    turn = read(small, "what should we fix first", "only the critical ones")
    step = next_step(turn, small, (), ())
    assert isinstance(step, Call)
    assert (step.name, step.args["severities"]) == ("search_findings", ["CRITICAL"])


def test_everything_of_a_form_survives_as_json() -> None:
    form = Form(
        items=(
            Kinds(types=("S3_BUCKET",), label="buckets"),
            Weakness(name="public", rules=("r",), label="that are public"),
            Has(entity="issue", items=(Atom(ref=Ref(name="severity"), op="in", values=("HIGH",)),)),
            Either(items=(Atom(ref=Ref(name="region"), op="in", values=("eu-west-1",), start=NOW),)),
        ),
        measure=Measure(function="percent", part=(Weakness(name="public"),)),
        group=(Ref(name="region"),),
    )
    turn = read_back(Turn(reading_of_data(), Asked(outcome="answer", question="q", form=form, reading="r")))
    assert turn.asked is not None
    assert turn.asked.form == form


def reading_of_data() -> Any:
    from agent.planner.reading import Reading

    return Reading(intent=Intent.LIST, text="q")


def read_back(turn: Turn) -> Turn:
    kept = json.loads(json.dumps(turn.kept()))
    found = turn_of([AIMessage("x", additional_kwargs=kept)])
    assert found is not None
    return found


def test_a_message_of_another_version_is_no_turn() -> None:
    odd = AIMessage("x", additional_kwargs={"reading": {"intent": "list", "colour": "red"}})
    assert turn_of([odd]) is None
    assert asked_before([odd]) is None
    assert asked_before([AIMessage("x", additional_kwargs={"asked": {"outcome": 7}, "reading": {}})]) is None


def test_the_first_asset_stands_for_its_gravest_finding(small: Estate) -> None:
    turn = read(small, "why does the second one matter?")
    before = (assets("a1", "a2"),)
    step = next_step(turn, small, before, ())
    assert step == Call("search_findings", {"resources": ["a2"], "limit": 2})
    step = next_step(turn, small, before, (findings("f-9"),))
    assert step == Call("explain_priority", {"finding_id": "f-9"})


def test_a_finding_at_a_place_is_explained_at_once(small: Estate) -> None:
    turn = read(small, "why is the second one ranked there?")
    assert next_step(turn, small, (findings("f-1", "f-2"),), ()) == Call(
        "explain_priority", {"finding_id": "f-2"}
    )


def test_paths_of_the_rows_shown(small: Estate) -> None:
    before = (assets("a1", "a2"),)
    turn = read(small, "which of these have a path to customer data?", before=before)
    step = next_step(turn, small, before, ())
    assert step == Call("attack_paths", {"reaches": "data", "resources": ["a1", "a2"], "limit": 50})


def test_paths_of_a_name_and_of_a_list_that_is_read_first(small: Estate) -> None:
    one = next_step(read(small, "paths through payments-db"), small, (), ())
    assert one == Call("attack_paths", {"resource": "a4"})
    turn = read(small, "which databases have a path to customer data?")
    first = next_step(turn, small, (), ())
    assert isinstance(first, Call)
    assert first.name == "query_posture"
    then = next_step(turn, small, (), (assets("d1", "d2"),))
    assert then == Call("attack_paths", {"reaches": "data", "resources": ["d1", "d2"], "limit": 50})
    assert next_step(turn, small, (), (assets(),)) is None


def test_a_name_that_is_not_there_is_said_with_questions_that_can_be_sent(small: Estate) -> None:
    turn = read(small, "are there public buckets in account acme-paymets")
    step = next_step(turn, small, (), ())
    assert isinstance(step, Say)
    assert "acme-paymets" in step.text
    assert step.suggestions[0] == "are there public buckets in account acme-payments"


@given(st.text(max_size=200))
@settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_text_raises(small: Estate, text: str) -> None:
    turn = read(small, "which buckets are public", text)
    next_step(turn, small, (), ())

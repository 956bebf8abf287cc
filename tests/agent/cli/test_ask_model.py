"""`posture xql ask` with a model: by option or by setting, with its usage, and with the planner behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.agent.asking.conftest import RIGHT, as_call
from tests.agent.cli.conftest import Shell
from tests.agent.openai_server import ScriptedEndpoint, scripted_endpoint, status

QUESTION = "which buckets are public?"


@pytest.fixture
def endpoint(loaded: Shell) -> Iterator[ScriptedEndpoint]:
    with scripted_endpoint(as_call(RIGHT)) as server:
        loaded.set(OPENAI_BASE_URL=server.url, OPENAI_API_KEY="sk-not-secret", POSTURE_MODEL_TIMEOUT_S="20")
        yield server


def test_the_model_of_the_option_answers(loaded: Shell, endpoint: ScriptedEndpoint) -> None:
    body = loaded("xql", "ask", QUESTION, "--model", "some-model", "--json").body
    assert (body["outcome"], body["answered_by"], body["total"]) == (
        "answer",
        "some-model",
        len(body["rows"]),
    )
    assert body["question"] == QUESTION
    assert body["plan"]["dataset"] == "issues"
    assert body["valid"]
    assert body["usage"] == {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "estimated": False,
        "repairs": 0,
        "form": "forced call",
    }
    assert {"message", "choices", "xql", "errors", "columns", "truncated", "as_of", "reading"} <= body.keys()
    assert endpoint.requests[0]["model"] == "some-model"


def test_the_configured_model_is_the_default_and_built_in_goes_past_it(
    loaded: Shell, endpoint: ScriptedEndpoint
) -> None:
    loaded.set(POSTURE_MODEL="configured")
    assert loaded("xql", "ask", QUESTION, "--json").body["answered_by"] == "configured"
    assert len(endpoint.requests) == 1
    loaded("xql", "ask", QUESTION, "--model", "built-in", "--json")
    assert len(endpoint.requests) == 1


def test_other_outcomes_are_printed_for_people(loaded: Shell, endpoint: ScriptedEndpoint) -> None:
    endpoint.steps[:] = [
        as_call({"outcome": "clarify", "message": "Which kind?", "choices": ["all", "mine"]})
    ]
    ended = loaded("xql", "ask", QUESTION, "--model", "m")
    assert ended.code == 0
    assert "Which kind?" in ended.out
    assert "- mine" in ended.out
    assert "m: 100 tokens read, 10 written, 0 corrections" in ended.err


def test_a_model_that_is_away_leaves_the_planner_and_says_so(
    loaded: Shell, endpoint: ScriptedEndpoint
) -> None:
    endpoint.steps[:] = [status(401, "bad key sk-not-secret")]
    ended = loaded("xql", "ask", QUESTION, "--model", "m", "--json")
    assert ended.body["answered_by"] == "built-in"
    assert "refused the key (401)" in ended.body["notice"]
    assert "refused the key (401)" in ended.err
    assert "sk-not-secret" not in ended.out + ended.err

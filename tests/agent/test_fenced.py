from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage

from agent.fenced import adopt

OFFERED = ["query_posture", "get_finding"]


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"name": "get_finding", "arguments": {"id": "7"}}\n```',
        'I will look.\n```\n{"tool": "get_finding", "parameters": {"id": "7"}}\n```\n',
        '{"name": "get_finding", "arguments": "{\\"id\\": \\"7\\"}"}',
        '<tool_call>\n{"name": "get_finding", "arguments": {"id": "7"}}\n</tool_call>',
        '```json\n{"type": "function", "function": {"name": "get_finding", "arguments": {"id": "7"}}}\n```',
    ],
)
def test_a_call_written_as_text_is_taken(text: str) -> None:
    message = adopt(AIMessage(text), OFFERED)
    assert [(c["name"], c["args"]) for c in message.tool_calls] == [("get_finding", {"id": "7"})]
    assert "{" not in str(message.content)


@pytest.mark.parametrize(
    "text",
    [
        '```json\n{"name": "rm", "arguments": {}}\n```',
        '```json\n{"severity": "HIGH"}\n```',
        '```json\n{"name": "get_finding", "arguments": [1]}\n```',
        "There are 2 buckets.",
        '```json\n{"name": "get_finding", "arg',
    ],
)
def test_anything_else_stays_text(text: str) -> None:
    message = AIMessage(text)
    assert adopt(message, OFFERED) is message


def test_two_calls_in_one_text() -> None:
    calls = ", ".join(f'{{"name": "get_finding", "arguments": {{"id": "{n}"}}}}' for n in (1, 2))
    text = f"```json\n[{calls}]\n```"
    message = adopt(AIMessage(text), OFFERED)
    assert [c["args"]["id"] for c in message.tool_calls] == ["1", "2"]
    assert len({c["id"] for c in message.tool_calls}) == 2


def test_real_calls_are_left_alone() -> None:
    message = AIMessage(
        '```json\n{"name": "get_finding", "arguments": {}}\n```',
        tool_calls=[{"name": "query_posture", "args": {}, "id": "1"}],
    )
    assert adopt(message, OFFERED) is message


@given(st.text(alphabet='{}[]"`:,name get_finding arguments\n', max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    adopt(AIMessage(text), OFFERED)

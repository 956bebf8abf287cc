from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agent.context import fit
from agent.tokens import estimate, message_tokens


def _turn(n: int, size: int) -> list[AnyMessage]:
    return [
        HumanMessage(f"question {n}"),
        AIMessage("", tool_calls=[{"name": "t", "args": {}, "id": f"c{n}"}]),
        ToolMessage(f"found {n} " + "x" * size, tool_call_id=f"c{n}"),
        AIMessage(f"answer {n}"),
    ]


def test_a_short_conversation_is_kept_whole() -> None:
    messages = _turn(1, 10) + _turn(2, 10)
    assert fit("sys", messages, 8_000, estimate) == [SystemMessage("sys"), *messages]


def test_old_turns_leave_one_line_each() -> None:
    messages = [m for n in range(30) for m in _turn(n, 900)]
    made = fit("sys", messages, 4_000, estimate)
    assert "asked: question 0 / found: found 0" in str(made[0].content)
    assert made[1].content == "question " + str(made[1].content).split()[-1]
    assert made[-1].content == "answer 29"


@given(st.lists(st.integers(0, 9_000), min_size=1, max_size=8), st.integers(3_000, 12_000))
def test_it_fits_and_calls_keep_their_results(sizes: list[int], budget: int) -> None:
    messages = [m for n, size in enumerate(sizes) for m in _turn(n, size)]
    made = fit("sys", messages, budget, estimate)
    assert sum(message_tokens(m, estimate) for m in made) <= budget
    asked = {c["id"] for m in made if isinstance(m, AIMessage) for c in m.tool_calls}
    answered = {m.tool_call_id for m in made if isinstance(m, ToolMessage)}
    assert asked == answered
    assert any(m.content == f"question {len(sizes) - 1}" for m in made)

"""The conversation over scripted models and tools: routes, limits, repeats, failures, interrupts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from agent.conversation import Conversation
from agent.events import Event, Profile, StepFinished, TurnEnded
from agent.graph import build_graph
from agent.models import ChatModels
from agent.state import ProposalRef, TurnContext, TurnLimits
from agent.toolbox import Toolbox
from tests.agent.scripted import ScriptedModel, call, result, tool
from tools.results import Actor, Role, ToolResult

ANNA = Actor(user="anna", role=Role.ANALYST)
PROPOSAL = ProposalRef(id="p-0001", hash="ab" * 32)


async def system(turn: TurnContext, question: str) -> str:
    return "system"


class Bench:
    """A conversation on a durable checkpoint, with the decisions of proposals in a plain dict."""

    def __init__(
        self, path: Path, steps: Sequence[Any], *, model: Sequence[Any] | None = None, **limits: Any
    ) -> None:
        self.path = path
        self.planner = ScriptedModel(steps=list(steps))
        self.model = ScriptedModel(steps=list(model)) if model else None
        self.undecided: set[str] = {PROPOSAL["id"]}
        self.settled: list[list[str]] = []
        self.calls: list[dict[str, Any]] = []
        self.limits = TurnLimits(**limits)
        self.answer: Any = result()

    def list_tool(self, **args: Any) -> ToolResult:
        self.calls.append(args)
        if isinstance(self.answer, Exception):
            raise self.answer
        made: ToolResult = self.answer
        return made

    def propose_tool(self, **args: Any) -> ToolResult:
        return result(kind="proposals", summary="Proposed p-0001.", data={"waiting": [dict(PROPOSAL)]})

    async def settle(self, ids: Sequence[str]) -> ToolResult:
        self.settled.append(list(ids))
        return result(
            kind="proposals", summary="Done: p-0001.", data={"outcomes": [{"id": "p-0001", "state": "done"}]}
        )

    async def waiting(self, thread: str) -> list[ProposalRef]:
        return [PROPOSAL] if PROPOSAL["id"] in self.undecided and self.proposed else []

    proposed = False

    async def say(self, text: str, thread: str = "t") -> list[Event]:
        return [e async for e in self._with(lambda c: c.turn(thread, text, ANNA, Profile.ENGINEER))]

    async def settle_thread(self, thread: str = "t") -> list[Event]:
        return [e async for e in self._with(lambda c: c.settle(thread, ANNA))]

    async def _with(self, work: Any) -> AsyncIterator[Event]:
        """A new process each time: everything that matters must come from the disk."""
        toolbox = Toolbox([tool("list_things", self.list_tool), tool("propose", self.propose_tool)])
        models = ChatModels(self.planner, toolbox.tools, model=self.model, name="scripted")
        async with AsyncSqliteSaver.from_conn_string(str(self.path)) as saver:
            graph = build_graph(models, toolbox, system, self.settle, saver)
            async for event in work(Conversation(graph, self.waiting, self.limits)):
                yield event


def ended(events: Sequence[Event]) -> TurnEnded:
    assert isinstance(events[-1], TurnEnded)
    assert sum(isinstance(e, TurnEnded) for e in events) == 1
    return events[-1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "checkpoints.db"


async def test_a_call_then_a_grounded_answer(path: Path) -> None:
    bench = Bench(path, [call("list_things", name="x"), AIMessage("`bucket-one` is one of 2.")])
    events = await bench.say("which?")
    done = ended(events)
    assert done.answer == "`bucket-one` is one of 2."
    assert done.outcome == "answered"
    assert [(c.name, c.ok) for c in done.tool_calls] == [("list_things", True)]
    assert done.grounding.checked == 2


async def test_what_no_result_says_is_dropped_and_counted(path: Path) -> None:
    bench = Bench(path, [call("list_things", name="x"), AIMessage("2 rows. `ghost-bucket-nine` is worst.")])
    done = ended(await bench.say("which?"))
    assert "ghost" not in done.answer
    assert done.grounding.dropped == ("`ghost-bucket-nine` is worst.",)


async def test_a_model_may_rewrite_once(path: Path) -> None:
    model = [
        call("list_things", name="x"),
        AIMessage("`ghost-bucket-nine` is it."),
        AIMessage("`bucket-two` is it."),
    ]
    bench = Bench(path, [AIMessage("unused")], model=model)
    done = ended(await bench.say("which?"))
    assert done.answer == "`bucket-two` is it."
    assert done.grounding.rewritten


async def test_blank_optionals_mean_not_given(path: Path) -> None:
    bench = Bench(path, [call("list_things", name="x", tag="", limit=None), AIMessage("2 rows.")])
    await bench.say("which?")
    assert bench.calls == [{"name": "x", "limit": 10, "tag": None, "offset": 0}] or bench.calls == [
        {"name": "x"}
    ]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (call("list_things", name="x", colour="red"), "no argument 'colour'"),
        (call("list_things", limit=3), "name"),
        (call("drop_table", name="x"), "there is no tool 'drop_table'"),
        (
            AIMessage(
                "", invalid_tool_calls=[{"name": "list_things", "args": "{oops", "id": "c1", "error": "x"}]
            ),
            "not JSON",
        ),
    ],
)
async def test_a_wrong_call_comes_back_as_text_to_act_on(path: Path, bad: AIMessage, says: str) -> None:
    def answer(messages: Sequence[BaseMessage]) -> AIMessage:
        assert isinstance(messages[-1], ToolMessage)
        assert says in str(messages[-1].content)
        return AIMessage("I could not.")

    bench = Bench(path, [bad, answer])
    events = await bench.say("which?")
    assert ended(events).answer == "I could not."
    assert [e.ok for e in events if isinstance(e, StepFinished)] == [False]
    assert bench.calls == []


async def test_a_repeated_call_is_answered_once_then_refused(path: Path) -> None:
    steps = [call("list_things", f"c{i}", name="x") for i in range(4)]
    bench = Bench(path, [*steps, AIMessage("2 rows.")])
    done = ended(await bench.say("which?"))
    assert len(bench.calls) == 1
    assert done.answer == "2 rows."


async def test_a_model_that_never_stops_calling_is_stopped(path: Path) -> None:
    count = iter(range(1_000))
    bench = Bench(
        path, [lambda m: call("list_things", f"c{next(count)}", name=f"n{next(count)}")], max_calls=3
    )
    done = ended(await bench.say("which?"))
    assert len(bench.calls) == 3
    assert "limit of tool calls" in done.answer


async def test_a_tool_that_breaks_is_a_sentence_not_a_traceback(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bench = Bench(path, [call("list_things", name="x"), AIMessage("It failed.")])
    bench.answer = ZeroDivisionError("secret detail")
    events = await bench.say("which?")
    step = next(e for e in events if isinstance(e, StepFinished))
    assert not step.ok
    assert "defect of ours" in str(step.error)
    assert "secret detail" not in str(step.error)


async def test_a_failing_endpoint_leaves_the_turn_to_the_planner(path: Path) -> None:
    bench = Bench(
        path,
        [call("list_things", name="x"), AIMessage("2 rows.")],
        model=[TimeoutError()],
    )
    done = ended(await bench.say("which?"))
    assert done.answer == "2 rows."
    assert done.notices[0].startswith("The model did not answer within 60 s.")
    assert len(done.notices) == 1


async def test_an_empty_answer_is_tried_again_then_left_to_the_planner(path: Path) -> None:
    bench = Bench(path, [AIMessage("From the planner.")], model=[AIMessage("")])
    assert bench.model is not None
    done = ended(await bench.say("which?"))
    assert done.answer == "From the planner."
    assert "nothing usable" in done.notices[0]


async def test_a_proposal_waits_for_a_person_across_processes(path: Path) -> None:
    bench = Bench(path, [call("propose", name="x"), AIMessage("The outcome is above.")])
    bench.proposed = True
    done = ended(await bench.say("propose it"))
    assert done.outcome == "waiting"
    assert done.proposals == ("p-0001",)
    assert "Nothing is written until a person decides" in done.answer
    assert await bench.settle_thread() == []
    assert bench.settled == []
    bench.undecided.clear()
    after = ended(await bench.settle_thread())
    assert after.outcome == "answered"
    assert bench.settled == [["p-0001"]]
    assert await bench.settle_thread() == []
    assert bench.settled == [["p-0001"]]


async def test_chat_text_while_one_waits_approves_nothing_and_is_answered(path: Path) -> None:
    bench = Bench(path, [call("propose", name="x"), AIMessage("Ask on the card."), AIMessage("Done.")])
    bench.proposed = True
    await bench.say("propose it")
    done = ended(await bench.say("yes, approved, go ahead"))
    assert done.answer == "Ask on the card."
    assert bench.settled == []
    assert done.proposals == ("p-0001",)
    assert any("Nothing written in this chat approves it" in n for n in done.notices)


async def test_a_turn_cut_off_between_call_and_result_can_go_on(path: Path) -> None:
    bench = Bench(path, [call("list_things", name="x")])
    toolbox = Toolbox([tool("list_things", bench.list_tool)])
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        models = ChatModels(bench.planner, toolbox.tools)
        graph = build_graph(models, toolbox, system, bench.settle, saver)
        await graph.aupdate_state(
            {"configurable": {"thread_id": "t"}}, {"messages": [call("list_things", name="x")]}
        )

    def answer(messages: Sequence[BaseMessage]) -> AIMessage:
        assert any(isinstance(m, ToolMessage) and "cut off" in str(m.content) for m in messages)
        return AIMessage("Going on.")

    bench.planner.steps[:] = [answer]
    assert ended(await bench.say("and now?")).answer == "Going on."


@pytest.mark.parametrize("text", ["", "   ", "x" * 30_000])
async def test_empty_and_endless_text_never_reach_a_model(path: Path, text: str) -> None:
    bench = Bench(path, [AIMessage("unused")])
    done = ended(await bench.say(text))
    assert done.answer
    assert bench.planner.seen == []

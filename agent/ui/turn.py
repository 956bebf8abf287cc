"""A turn on the page: its events become steps, a streamed answer, and the elements under it."""

from __future__ import annotations

import time
from collections.abc import Iterable

import chainlit as cl
from chainlit.utils import utc_now

from agent.events import AnswerDelta, Event, StepFinished, StepStarted, TurnEnded
from agent.ui import sentences, steps
from agent.ui.answer import answer_elements, answer_text
from agent.ui.elements import PageElement
from agent.ui.history import ChatHistory
from agent.ui.messages import element_body, sessions_on, show
from agent.ui.text import page_markdown
from tools.results import ToolResult

_REDRAW_S = 0.05


class TurnView:
    """Draws one turn in the session that asked."""

    def __init__(self, history: ChatHistory) -> None:
        self._history = history
        self._steps: dict[str, cl.Step] = {}
        self._results: list[ToolResult] = []
        self._answer: cl.Message | None = None
        self._told = ""
        self._drawn_at = 0.0

    async def show(self, event: Event, waiting: Iterable[str] = ()) -> None:
        """Draw one event. `waiting` are proposals that this thread still waits for (with the last event)."""
        match event:
            case StepStarted():
                await self._step_started(event)
            case StepFinished():
                await self._step_finished(event)
            case AnswerDelta():
                await self._answer_grows(event.text)
            case TurnEnded():
                await self._ended(event, waiting)

    async def fail(self, error: BaseException) -> None:
        """End the turn with a sentence about what went wrong."""
        await self._close_steps("failed")
        await self._finish(sentences.error_markdown(error), [], is_error=True)

    async def stop(self) -> None:
        """End the turn because the person pressed stop."""
        await self._close_steps("stopped")
        await self._finish(sentences.STOPPED, [])

    async def _step_started(self, event: StepStarted) -> None:
        if self._answer is not None:
            # What was said before a tool call was a preamble; the answer comes after the evidence.
            await self._answer.remove()
            self._answer, self._told = None, ""
        words = steps.words_for(event.name)
        run = cl.context.current_run
        step = cl.Step(
            name=words.doing,
            type="tool",
            icon=words.icon,
            parent_id=run.id if run is not None else None,
            show_input="json",
        )
        step.start = utc_now()
        step.input = steps.shown_args(event.args)
        self._steps[event.step_id] = step
        await step.send()

    async def _step_finished(self, event: StepFinished) -> None:
        step = self._steps.pop(event.step_id, None)
        if event.result is not None:
            self._results.append(event.result)
        if step is None:
            return
        step.name = steps.done_name(event.name, event.result, event.ok)
        if event.result is not None and event.result.queries:
            step.input, step.show_input = steps.shown_query(event.result.queries), "xql"
        step.output = steps.shown_outcome(event.summary, event.result, event.error)
        step.is_error = not event.ok
        await self._close(step)

    async def _close(self, step: cl.Step) -> None:
        step.end = utc_now()
        await step.update()

    async def _close_steps(self, how: str) -> None:
        for step in self._steps.values():
            step.name = f"{step.name}: {how}"
            await self._close(step)
        self._steps.clear()

    async def _answer_grows(self, text: str) -> None:
        self._told += text
        now = time.monotonic()
        if now - self._drawn_at < _REDRAW_S and self._answer is not None:
            return
        self._drawn_at = now
        if self._answer is None:
            self._answer = cl.Message(content="")
        await self._answer.stream_token(page_markdown(self._told), is_sequence=True)

    async def _ended(self, ended: TurnEnded, waiting: Iterable[str]) -> None:
        await self._close_steps("not finished")
        elements = answer_elements(self._results, ended, waiting)
        await self._finish(answer_text(ended), elements, is_error=ended.outcome == "failed")

    async def _finish(self, content: str, elements: list[PageElement], *, is_error: bool = False) -> None:
        message = self._answer or cl.Message(content="")
        message.content, message.is_error = content, is_error
        known = self._answer is not None
        self._answer = None
        await (message.update() if known else message.send())
        session = cl.context.session
        bodies = [element_body(session.thread_id, message.id, element) for element in elements]
        for body in bodies:
            await self._history.put_element(dict(body))
            await session.emit("element", body)
        others = [page for page in sessions_on(session.thread_id) if page.id != session.id]
        if others:
            await show({**message.to_dict(), "parentId": None}, bodies, others)

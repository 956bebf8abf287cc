"""One structured answer from an OpenAI-compatible endpoint, in the best form that it takes.

Forms, best first: a call of one offered tool that must be made; the same call, not forced; JSON by a strict schema;
JSON by a plain schema; JSON in a fence because the prompt says so. A form that an endpoint refuses is not tried
again. Whatever form was asked for, a JSON object in the text is taken too: many local models answer so.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, Final

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage

from agent.asking.answers import ModelAnswer
from agent.asking.errors import ModelUnavailableError
from agent.fenced import adopt, objects_in
from agent.models import CallStyle, explain
from agent.tokens import counter, message_tokens
from prompts import load
from tools.xql.wire import json_schema

TOOL: Final = "answer_question"
_ABOUT: Final = "Give the query plan of the question, or say why there is none."
_SMALL_WINDOW: Final = 12_000
_REFUSED: Final = frozenset({400, 404, 415, 422, 500, 501})
_ABOUT_FORM: Final = ("tool", "function", "response_format", "schema", "strict", "grammar", "json")


class Form(StrEnum):
    """How an answer is asked for."""

    FORCED = "forced call"
    CALL = "call"
    STRICT = "strict schema"
    SCHEMA = "schema"
    TEXT = "text"


_NATIVE: Final = (Form.FORCED, Form.CALL)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or several calls; `estimated` where the endpoint did not say and they were counted here."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class Said:
    """What came: the JSON object if there is one, and the text as it came (for showing it back to the model)."""

    given: dict[str, Any] | None
    text: str
    usage: Usage
    form: Form


class Endpoint:
    """A model and what its endpoint takes. Keep one per endpoint: it remembers the forms that were refused.

    `strict_first`: try the strict schema before the plain one. Where a strict schema is enforced it is never broken; a
    small local model held to it writes hundreds of tokens of null. As a context manager it closes its connections.
    """

    def __init__(
        self,
        model: BaseChatModel,
        name: str,
        *,
        calls: CallStyle = "auto",
        timeout_s: float = 60.0,
        window: int = 32_000,
        strict_first: bool = True,
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.name = name
        self._close = close
        self._model = model
        self._forms = _ladder(calls, strict_first)
        self._timeout_s = timeout_s
        self.brief = window < _SMALL_WINDOW

    async def __aenter__(self) -> Endpoint:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._close is not None:
            await self._close()

    @property
    def form(self) -> Form:
        """The form that the next answer is asked for in."""
        return self._forms[0]

    async def answer(self, messages: Sequence[AnyMessage]) -> Said:
        """One answer. Raises `ModelUnavailableError` where none came in any form."""
        while True:
            try:
                async with asyncio.timeout(self._timeout_s):
                    reply = await self._runnable(self.form).ainvoke(list(messages))
            except Exception as error:  # noqa: BLE001 - any fault of an endpoint becomes a sentence
                if len(self._forms) > 1 and _refuses_form(error):
                    del self._forms[0]
                    continue
                if type(error).__name__ == "LengthFinishReasonError":
                    return Said(None, "(cut off: the answer was too long)", Usage(), self.form)
                told = explain(error, self.name, self._timeout_s).partition(" The built-in planner")[0]
                raise ModelUnavailableError(told) from None
            assert isinstance(reply, AIMessage)
            return _said(reply, messages, self.form)

    def _runnable(self, form: Form) -> Any:
        if form in (Form.FORCED, Form.CALL):
            choice: Any = {"type": "function", "function": {"name": TOOL}} if form is Form.FORCED else "auto"
            return self._model.bind(tools=[_tool(self.brief)], tool_choice=choice)
        if form in (Form.STRICT, Form.SCHEMA):
            strict = form is Form.STRICT
            body: dict[str, Any] = {"name": TOOL, "schema": answer_schema(strict=strict, brief=self.brief)}
            if strict:
                body["strict"] = True
            return self._model.bind(response_format={"type": "json_schema", "json_schema": body})
        return self._model


def _ladder(calls: CallStyle, strict_first: bool) -> list[Form]:
    by_schema = [Form.STRICT, Form.SCHEMA] if strict_first else [Form.SCHEMA, Form.STRICT]
    native = [] if calls == "schema" else list(_NATIVE)
    return native if calls == "native" else [*native, *by_schema, Form.TEXT]


@cache
def answer_schema(*, strict: bool = False, brief: bool = False) -> dict[str, Any]:
    """The JSON schema of an answer."""
    return json_schema(ModelAnswer, strict=strict, levels=3 if strict else 1 if brief else 2, brief=brief)


def _tool(brief: bool) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {"name": TOOL, "description": _ABOUT, "parameters": answer_schema(brief=brief)},
    }


def guide(form: Form) -> str:
    """How to answer in a form, for the prompt. With a call the model reads the plan's form off the tool."""
    if form in (Form.FORCED, Form.CALL):
        return f"Answer with one call of `{TOOL}`."
    text = 'Answer with one JSON object: {"outcome": ..., "plan": {...}, "reading": ...}'
    text += " in a ```json fence." if form is Form.TEXT else "."
    # servers that hold a model to a schema don't show it the schema
    return f"{text}\n{load('plan_form').body}"


def _said(reply: AIMessage, messages: Sequence[AnyMessage], form: Form) -> Said:
    text = reply.content if isinstance(reply.content, str) else _joined(reply.content)
    usage = _usage(reply, messages)
    adopted = adopt(
        AIMessage(text, tool_calls=reply.tool_calls, invalid_tool_calls=reply.invalid_tool_calls), {TOOL}
    )
    for call in adopted.tool_calls:
        if call["name"] == TOOL or len(adopted.tool_calls) == 1:
            return Said(dict(call["args"]), json.dumps(call["args"], ensure_ascii=False), usage, form)
    for broken in adopted.invalid_tool_calls:
        return Said(None, str(broken["args"] or ""), usage, form)
    found = objects_in(text)
    best = max(found, key=lambda item: len(item.keys() & ModelAnswer.model_fields.keys()), default=None)
    return Said(best, text, usage, form)


def _joined(content: Sequence[Any]) -> str:
    return "".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content)


def _usage(reply: AIMessage, messages: Sequence[AnyMessage]) -> Usage:
    told = reply.usage_metadata
    if told and told["input_tokens"] + told["output_tokens"] > 0:
        return Usage(told["input_tokens"], told["output_tokens"])
    count = counter()
    return Usage(
        sum(message_tokens(m, count) for m in messages), message_tokens(reply, count), estimated=True
    )


def _refuses_form(error: BaseException) -> bool:
    """Whether the endpoint refused the form of the request, not the request."""
    text = str(error).lower()
    return getattr(error, "status_code", None) in _REFUSED and any(word in text for word in _ABOUT_FORM)

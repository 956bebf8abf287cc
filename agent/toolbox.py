"""The tools that the model sees, and the one place where its calls are checked and run.

A call's arguments are data from a model: blanks mean "not given", unknown names are refused by name, and what
is wrong comes back as text the model can act on. Nothing here writes to a tenant.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.tools import BaseTool
from pydantic import BaseModel, ValidationError

from agent.logs import get_logger
from agent.state import TurnContext
from tools.cortex.errors import CortexError
from tools.results import ToolResult
from tools.xql.errors import XqlError

_log = get_logger(__name__)
_BLANKS: tuple[object, ...] = ("", None, [], {}, "null", "None", "none", "undefined", "N/A", "n/a")
ROWS_FOR_MODEL = 25
_CELL_FOR_MODEL = 200


class ToolCallError(Exception):
    """A tool call that could not be carried out; the message says what to change."""


@dataclass(frozen=True)
class ToolOutcome:
    """What one call gave: a result, or a sentence about why there is none."""

    name: str
    args: dict[str, Any]
    result: ToolResult | None
    error: str | None = None
    refused: bool = False
    """Whether the call itself was wrong, so that a corrected one may do."""

    @property
    def ok(self) -> bool:
        return self.result is not None

    @property
    def summary(self) -> str:
        return self.result.summary if self.result is not None else (self.error or "failed")


def without_blanks(args: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """The arguments that were really given: models fill every optional one with a blank."""
    required = {name for name, f in model.model_fields.items() if f.is_required()}
    return {
        name: value
        for name, value in args.items()
        if name in required or not any(value == blank and type(value) is type(blank) for blank in _BLANKS)
    }


def call_key(name: str, args: Mapping[str, Any]) -> str:
    """The identity of a call, for answering a repeated one from what it gave before."""
    return name + json.dumps(args, sort_keys=True, default=str)


class Toolbox:
    """The bound tools by name."""

    def __init__(self, tools: Iterable[BaseTool]) -> None:
        self._tools = {tool.name: tool for tool in tools}

    @property
    def tools(self) -> list[BaseTool]:
        return list(self._tools.values())

    @property
    def names(self) -> list[str]:
        return list(self._tools)

    def takes(self, name: str, argument: str) -> bool:
        """Whether a tool has an argument of this name."""
        schema = self._tools[name].args_schema if name in self._tools else None
        return isinstance(schema, type) and argument in getattr(schema, "model_fields", ())

    def checked(self, name: str, args: Any) -> dict[str, Any]:
        """Arguments as the tool takes them; raises `ToolCallError` with the fault by field."""
        tool = self._tools.get(name)
        if tool is None:
            raise ToolCallError(f"there is no tool {name!r}; the tools are: {', '.join(self._tools)}")
        if isinstance(args, str):
            try:
                args = json.loads(args or "{}")
            except ValueError:
                raise ToolCallError(f"the arguments of {name} are not JSON; send one JSON object") from None
        if not isinstance(args, Mapping):
            raise ToolCallError(f"the arguments of {name} are not an object; send one JSON object")
        schema = tool.args_schema
        assert isinstance(schema, type)
        assert issubclass(schema, BaseModel)
        try:
            model = schema.model_validate(without_blanks(args, schema))
        except ValidationError as error:
            raise ToolCallError(f"{name}: {_faults(error)}") from None
        return model.model_dump(exclude_unset=True, mode="json")

    async def run(self, name: str, args: dict[str, Any], turn: TurnContext) -> ToolOutcome:
        """Run a checked call. Known failures become sentences; a defect is logged and named as one."""
        try:
            value = await self._tools[name].ainvoke(
                {"type": "tool_call", "id": "call", "name": name, "args": args},
                config={"configurable": {"turn": turn}},
            )
        except CortexError as error:
            return ToolOutcome(name, args, None, error=str(error))
        except Exception as error:  # noqa: BLE001 - a tool's defect must not end the conversation
            expected = getattr(error, "for_person", None)
            if expected is None and not type(error).__module__.startswith("tools."):
                _log.exception("tool failed", tool=name)
                return ToolOutcome(
                    name,
                    args,
                    None,
                    error=f"{name} failed inside ({type(error).__name__}); this is a defect of ours, and it was logged",
                )
            refused = isinstance(error, XqlError)
            return ToolOutcome(name, args, None, error=str(expected or error), refused=refused)
        result = getattr(value, "artifact", value)
        if not isinstance(result, ToolResult):
            return ToolOutcome(name, args, None, error=f"{name} gave no result")
        return ToolOutcome(name, args, result)


def for_model(outcome: ToolOutcome) -> str:
    """What the model reads of a result: the counts first, then the first rows, each cell bounded."""
    if outcome.result is None:
        return json.dumps({"error": outcome.error})
    result = outcome.result
    rows = [{k: _cell(v) for k, v in row.items()} for row in list(result.rows)[:ROWS_FOR_MODEL]]
    body: dict[str, Any] = {
        "summary": result.summary,
        "total": result.total,
        "returned": result.returned,
        "truncated": result.truncated,
        "as_of": result.as_of.isoformat(timespec="seconds"),
    }
    if result.queries:
        body["query"] = [{"xql": q.xql, "reading": q.reading, "window": q.window} for q in result.queries]
    if rows:
        body["rows"] = rows
        if len(rows) < result.returned:
            body["rows_shown_here"] = len(rows)
    if result.data:
        body["data"] = _bounded(result.data)
    if result.handle:
        body["handle"] = result.handle
    return json.dumps(body, ensure_ascii=False, default=str)


def _cell(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _CELL_FOR_MODEL:
        return value[: _CELL_FOR_MODEL - 1] + "…"
    return value


def _bounded(value: Any, depth: int = 0) -> Any:
    if isinstance(value, str):
        return value if len(value) <= 600 else value[:599] + "…"
    if isinstance(value, Mapping):
        return {str(k): _bounded(v, depth + 1) for k, v in list(value.items())[:40]} if depth < 6 else "…"
    if isinstance(value, list | tuple):
        return [_bounded(v, depth + 1) for v in value[:30]] if depth < 6 else "…"
    return value


def _faults(error: ValidationError) -> str:
    parts = []
    for item in error.errors(include_url=False, include_input=False)[:5]:
        where = ".".join(str(p) for p in item["loc"]) or "arguments"
        if item["type"] == "extra_forbidden":
            parts.append(f"there is no argument {where!r}")
        else:
            parts.append(f"{where}: {item['msg']}")
    return "; ".join(parts)

"""What a conversation is about at this point: the last results, and which finding "it" or "the first one" is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage

from agent.planner.cells import Row, asset_of, issue_of


@dataclass(frozen=True)
class Made:
    """One tool call with what it gave; `result` is empty where it failed, and `error` then says why."""

    name: str
    args: dict[str, Any]
    result: dict[str, Any]
    error: str = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.result.get("rows", [])
        return rows

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.result.get("data", {})
        return data


def current_turn(messages: Sequence[AnyMessage]) -> tuple[str, list[AnyMessage], list[AnyMessage]]:
    """The person's last message, what came before it, and what came after it."""
    for index in range(len(messages) - 1, -1, -1):
        if isinstance(messages[index], HumanMessage):
            return str(messages[index].content), list(messages[:index]), list(messages[index + 1 :])
    return "", list(messages), []


def calls_made(messages: Sequence[AnyMessage]) -> list[Made]:
    """The calls among messages, in order, with their results."""
    args = {c["id"]: c["args"] for m in messages if isinstance(m, AIMessage) for c in m.tool_calls}
    made = []
    for m in messages:
        if not isinstance(m, ToolMessage):
            continue
        stored = m.artifact if isinstance(m.artifact, dict) else {}
        if m.status == "error" or "result" not in stored:
            made.append(
                Made(m.name or "", args.get(m.tool_call_id, {}), {}, error=_error_text(str(m.content)))
            )
        else:
            made.append(Made(stored.get("name", m.name or ""), stored.get("args", {}), stored["result"]))
    return made


def finding_in_focus(made: Sequence[Made], ordinal: int | None = None) -> str | None:
    """The finding meant by "it" (`ordinal` None) or by its place in the last list; None where that is no finding."""
    for item in reversed(made):
        if ordinal is None and (single := _single(item)) is not None:
            return single
        if any(_told(row) for row in item.rows):
            row = _at(item.rows, ordinal)
            return (issue_of(row) or None) if row is not None else None
    return None


def asset_in_focus(made: Sequence[Made], ordinal: int | None = None) -> str | None:
    """The asset at a place of the last list, where its rows are assets and no findings."""
    row = row_in_focus(made, ordinal)
    if row is None or issue_of(row):
        return None
    return asset_of(row) or None


def row_in_focus(made: Sequence[Made], ordinal: int | None = None) -> Row | None:
    """The row at a place of the last list of things that have ids."""
    for item in reversed(made):
        if ordinal is None and _single(item) is not None:
            return None
        if any(_told(row) for row in item.rows):
            return _at(item.rows, ordinal)
    return None


def _told(row: Row) -> bool:
    return bool(issue_of(row) or asset_of(row))


def _at(rows: Sequence[Row], ordinal: int | None) -> Row | None:
    place = 0 if ordinal is None else (ordinal - 1 if ordinal > 0 else ordinal)
    return rows[place] if -len(rows) <= place < len(rows) else None


def _single(item: Made) -> str | None:
    finding = item.data.get("finding")
    if isinstance(finding, dict):
        return str(finding["id"])
    fix = item.data.get("fix")
    if isinstance(fix, dict):
        return str(fix["finding_id"])
    return None


def _error_text(content: str) -> str:
    import json

    try:
        body = json.loads(content)
    except ValueError:
        return content
    return str(body.get("error", content)) if isinstance(body, dict) else content

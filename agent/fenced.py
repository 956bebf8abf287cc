"""Tool calls that a model wrote into its text instead of sending them as calls.

Many small local models answer with a fenced JSON block such as `{"name": ..., "arguments": {...}}`. Such a block
is taken as a call if, and only if, it names a tool that was offered; it then goes through the same validation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any

from langchain_core.messages import AIMessage
from langchain_core.messages.tool import ToolCall

_BLOCK = re.compile(r"```[a-zA-Z_]*\s*\n?(.*?)```", re.DOTALL)
_TAGGED = re.compile(r"<tool_call>\s*(.*?)\s*</tool_call>", re.DOTALL)
_MAX = 100_000


def adopt(message: AIMessage, offered: Collection[str]) -> AIMessage:
    """The message with calls found in its text made real; unchanged where it has real ones or none."""
    if message.tool_calls or message.invalid_tool_calls or not isinstance(message.content, str):
        return message
    text = message.content
    if len(text) > _MAX or "{" not in text:
        return message
    calls: list[ToolCall] = []
    spans = [m for pattern in (_BLOCK, _TAGGED) for m in pattern.finditer(text)]
    candidates = [m.group(1) for m in spans] or [text]
    for candidate in candidates:
        for item in objects_in(candidate):
            if (call := _as_call(item, offered, len(calls))) is not None:
                calls.append(call)
    if not calls:
        return message
    rest = _TAGGED.sub("", _BLOCK.sub("", text)).strip() if spans else ""
    return AIMessage(
        content=rest, tool_calls=calls, id=message.id, response_metadata=message.response_metadata
    )


def objects_in(text: str) -> list[dict[str, Any]]:
    """The JSON objects that stand in a text, outermost ones, at most twenty."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    stripped = text.strip()
    position = 0
    while (start := stripped.find("{", position)) != -1 and len(found) < 20:
        try:
            value, end = decoder.raw_decode(stripped, start)
        except (ValueError, RecursionError):
            position = start + 1
            if position > 4_000:
                break
            continue
        if isinstance(value, dict):
            found.append(value)
        position = end
    return found


def _as_call(item: dict[str, Any], offered: Collection[str], index: int) -> ToolCall | None:
    if isinstance(item.get("function"), dict):
        item = item["function"]
    name = item.get("name") or item.get("tool") or item.get("tool_name")
    if not isinstance(name, str) or name not in offered:
        return None
    args = item.get("arguments", item.get("parameters", item.get("args", item.get("input", {}))))
    if isinstance(args, str):
        try:
            args = json.loads(args)
        except ValueError:
            return None
    if not isinstance(args, dict):
        return None
    return ToolCall(
        name=name, args=args, id=f"text-{index}-{abs(hash((name, str(args)))) % 10**8}", type="tool_call"
    )

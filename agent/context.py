"""Fit a conversation into the model's window: system prompt, what went before in brief, the last turns.

A turn is kept or dropped as a whole, because a tool result without its call (or the reverse) is refused by
most endpoints. What is dropped leaves one line per turn: the question, and what each call found.
"""

from __future__ import annotations

from collections.abc import Sequence

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agent.tokens import Counter, counter, message_tokens

_RESERVED_FOR_ANSWER = 1_500
_CUT = "\n[cut here to fit the model's window; read_more gives the rest]"


def split_turns(messages: Sequence[AnyMessage]) -> list[list[AnyMessage]]:
    """The messages in groups that each begin with a person's message."""
    turns: list[list[AnyMessage]] = []
    for message in messages:
        if isinstance(message, HumanMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def brief(turns: Sequence[Sequence[AnyMessage]]) -> str:
    """One line per dropped turn."""
    lines: list[str] = []
    for turn in turns:
        question = next((str(m.content) for m in turn if isinstance(m, HumanMessage)), "")
        found = "; ".join(_first_line(str(m.content)) for m in turn if isinstance(m, ToolMessage))
        lines.append(f"- asked: {_first_line(question)}" + (f" / found: {found}" if found else ""))
    return "\n".join(lines)


def _first_line(text: str, width: int = 160) -> str:
    line = text.strip().splitlines()[0] if text.strip() else ""
    return line if len(line) <= width else line[: width - 1] + "…"


def _shorten(message: AnyMessage, tokens: int, count: Counter) -> AnyMessage:
    text = str(message.content)
    if count(text) <= tokens:
        return message
    # Bytes per token is at most about four, so this cut is always inside the budget.
    kept = text.encode("utf-8")[: max(tokens, 32) * 3].decode("utf-8", "ignore")
    while kept and count(kept) > tokens:
        kept = kept[: int(len(kept) * 0.8)]
    return message.model_copy(update={"content": kept + _CUT})


def fit(
    system: str, messages: Sequence[AnyMessage], budget: int, count: Counter | None = None
) -> list[AnyMessage]:
    """The messages for one model call, at most `budget` tokens with room for the answer."""
    count = count or counter()
    room = max(budget - _RESERVED_FOR_ANSWER - count(system), 500)
    turns = split_turns(messages)
    kept: list[list[AnyMessage]] = []
    used = 0
    for index, turn in enumerate(reversed(turns)):
        size = sum(message_tokens(m, count) for m in turn)
        if index == 0 and size > room:
            turn = _fit_last(turn, room, count)
            size = sum(message_tokens(m, count) for m in turn)
        elif used + size > room:
            break
        kept.insert(0, list(turn))
        used += size
    dropped = turns[: len(turns) - len(kept)]
    head: list[AnyMessage] = [SystemMessage(system)]
    if dropped:
        summary = "Earlier in this conversation:\n" + brief(dropped)
        spare = max(room - used, 200)
        head = [SystemMessage(system + "\n\n" + str(_shorten(SystemMessage(summary), spare, count).content))]
    return head + [message for turn in kept for message in turn]


def _fit_last(turn: Sequence[AnyMessage], room: int, count: Counter) -> list[AnyMessage]:
    """The current turn is never dropped: its tool results are cut instead, the oldest the most."""
    fixed = sum(message_tokens(m, count) for m in turn if not isinstance(m, ToolMessage))
    results = [m for m in turn if isinstance(m, ToolMessage)]
    share = max((room - fixed) // max(len(results), 1), 64)
    out: list[AnyMessage] = []
    for message in turn:
        if isinstance(message, ToolMessage):
            out.append(_shorten(message, share, count))
        elif isinstance(message, AIMessage) and not message.tool_calls:
            out.append(_shorten(message, max(room // 4, 64), count))
        elif isinstance(message, HumanMessage):
            out.append(_shorten(message, max(room // 2, 64), count))
        else:
            out.append(message)
    return out

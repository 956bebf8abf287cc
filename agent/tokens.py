"""Count tokens, offline if need be: tiktoken where its vocabulary is at hand, else a high estimate.

tiktoken downloads its vocabulary at first use. Counting must never fail a turn, so a missing vocabulary
turns into an estimate of one token per three UTF-8 bytes (measured: English prose is near four, JSON near
three), and `posture doctor` says which of the two is in use.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from langchain_core.messages import BaseMessage


class Counter(Protocol):
    """Counts the tokens of a text."""

    def __call__(self, text: str) -> int: ...


def estimate(text: str) -> int:
    """An upper estimate that needs no vocabulary."""
    return len(text.encode("utf-8", "replace")) // 3 + 1


# SHA-1 of the vocabulary's address, which is the file name that tiktoken gives it in its cache.
_O200K_CACHE_NAME = "fb374d419588a4632f3f557e76b4b70aebbca790"


def exact_available() -> bool:
    """Whether tiktoken can count without a download."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR")
    return bool(folder) and (Path(str(folder)) / _O200K_CACHE_NAME).is_file()


@cache
def counter() -> Counter:
    """The best counter there is on this machine."""
    if not exact_available():
        return estimate
    import tiktoken

    encoding = tiktoken.get_encoding("o200k_base")

    def count(text: str) -> int:
        return len(encoding.encode_ordinary(text))

    return count


def message_tokens(message: BaseMessage, count: Counter | None = None) -> int:
    """Tokens of a message with its tool calls; four for its frame."""
    count = count or counter()
    total = 4 + count(_text(message.content))
    for call in getattr(message, "tool_calls", ()) or ():
        total += count(str(call.get("name", ""))) + count(str(call.get("args", "")))
    return total


def _text(content: str | Sequence[Any]) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(part if isinstance(part, str) else str(part.get("text", "")) for part in content)

"""Text for the page: Markdown that the page shows as meant, and values that are shown as they are.

The page's Markdown knows directives (`:name`), so `arn:aws:s3:::bucket` or `severity:HIGH` in plain text
would vanish; such colons are escaped. `agent.neutral` has already made links, images and HTML text, and does
so again here because history and errors come this way too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from agent.neutral import markdown as neutral_markdown
from agent.neutral import visible

_CODE = re.compile(r"(```.*?(?:```|\Z)|`[^`\n]*`)", re.DOTALL)
_DIRECTIVE = re.compile(r"(?<!\\):(?=[A-Za-z:])")
_EMAIL = re.compile(r"(?<![`\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_LONGEST = 20_000
_EXACT = 2**53


def page_markdown(text: str) -> str:
    """An answer as the page's Markdown: emphasis, lists, tables and code work, nothing can link or load."""
    parts = _CODE.split(neutral_markdown(text))
    for index in range(0, len(parts), 2):
        pieces = _CODE.split(_EMAIL.sub(lambda m: f"`{m.group(0)}`", parts[index]))
        for at in range(0, len(pieces), 2):
            pieces[at] = _DIRECTIVE.sub(r"\:", pieces[at])
        parts[index] = "".join(pieces)
    return "".join(parts)


def code_safe(text: str) -> str:
    """Text for a fenced block: it cannot close the fence."""
    return visible(text).replace("```", "'''")


def plain_value(value: Any, depth: int = 0) -> Any:
    """A value as JSON for an element: strings with hidden characters made visible, integers kept exact."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, Enum):
        return plain_value(value.value, depth)
    if isinstance(value, int):
        return value if -_EXACT < value < _EXACT else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, str):
        text = visible(value)
        return text if len(text) <= _LONGEST else text[:_LONGEST] + "… (cut)"
    if depth > 12:
        return "…"
    if isinstance(value, Mapping):
        return {visible(str(key)): plain_value(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_value(item, depth + 1) for item in value]
    return visible(str(value))

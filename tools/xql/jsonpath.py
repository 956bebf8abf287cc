"""Paths of the JSON functions: `$.a.b[0]['dotted.key']` as steps, and back."""

from __future__ import annotations

import re

from tools.xql.errors import XqlError

_STEP = re.compile(r"""\.?\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]|\.([^.\[]+)""")


def parse_path(text: str) -> tuple[str | int, ...]:
    """The steps of a path; `$` alone is none. Spaces inside plain keys are kept. Raises `XqlError`."""
    body = text.strip()
    if body.startswith("$"):
        body = body[1:]
    elif body and body[0] not in ".[":
        body = "." + body
    steps: list[str | int] = []
    at = 0
    while at < len(body):
        found = _STEP.match(body, at)
        if found is None:
            raise XqlError(
                f'the JSON path {text!r} cannot be read; write "$.a.b[0]" or "$[\'dotted.key\'].b"'
            )
        single, double, index, plain = found.groups()
        if index is not None:
            steps.append(int(index))
        else:
            key = single if single is not None else double if double is not None else plain
            steps.append(key)
        at = found.end()
    return tuple(steps)


def print_path(steps: tuple[str | int, ...]) -> str:
    """The text of a path, keys with dots and the like in brackets."""
    parts = ["$"]
    for step in steps:
        if isinstance(step, int):
            parts.append(f"[{step}]")
        elif re.fullmatch(r"[^\W\d]\w*", step):
            parts.append(f".{step}")
        elif "'" in step or '"' in step:
            raise XqlError(f"the JSON key {step!r} has a quote, which no path can hold")
        else:
            parts.append(f"['{step}']")
    return "".join(parts)

"""How commands speak: one JSON document on stdout with `--json`, else text for a person; the rest on stderr."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel

from agent.cli.failure import CommandFailed

T = TypeVar("T")

__all__ = ["CommandFailed", "JsonFlag", "emit", "note", "run", "say", "table", "to_json"]

_SHORT = 10

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout and nothing else.")]


def to_json(value: Any) -> Any:
    """JSON values of models, dataclasses, times and paths."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): to_json(v) for k, v in value.items()}
    if isinstance(value, str | int | float | bool) or value is None:
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Iterable):
        return [to_json(v) for v in value]
    return str(value)


def emit(body: Any, as_json: bool, render: Callable[[], None]) -> None:
    """Print a command's result in the form that was asked for."""
    if as_json:
        sys.stdout.write(json.dumps(to_json(body), ensure_ascii=False, indent=2, default=str) + "\n")
        sys.stdout.flush()
    else:
        render()


def note(text: str) -> None:
    """A line for the person at the terminal; never on stdout."""
    from agent.neutral import visible

    sys.stderr.write(visible(text) + "\n")
    sys.stderr.flush()


def say(text: str = "") -> None:
    """A line of a text result."""
    from agent.neutral import visible

    sys.stdout.write(visible(text) + "\n")


def table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], *, width: int | None = None) -> None:
    """Rows as a table; cells are text, whatever marks they hold."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from agent.neutral import visible

    cells = [[visible(_cell(row.get(column))) for column in columns] for row in rows]
    view = Table(show_edge=False, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        short = max(len(column), *(len(texts[number]) for texts in cells), 0) <= _SHORT
        view.add_column(Text(column), overflow="fold", no_wrap=short)
    for texts in cells:
        view.add_row(*map(Text, texts))
    Console(width=width, soft_wrap=False).print(view)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"
    if isinstance(value, list | tuple):
        parts = [" ".join(str(v).split()) for v in value]
        # Sentences stand under each other; words go on one line.
        return ("\n" if any(" " in part for part in parts) else ", ").join(parts)[:1_000]
    return " ".join(str(value).split())[:300]


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's coroutine."""
    return asyncio.run(work)

"""`posture chat`: the chat page, with everything it needs."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from agent.cli.output import JsonFlag, emit, note, run

_ADDRESS = re.compile(r"https?://\S+")


def register(app: typer.Typer) -> None:
    app.command("chat")(chat)


def chat(
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65_535, help="Port (0: any free one); else the next free from 8000."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback unless set.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Don't open a browser.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Open the chat page. With no tenant configured it starts the local one, with a demo estate if empty."""
    from agent.cli.setup import settings
    from agent.ui.server import serve

    said = False

    def announce(line: str) -> None:
        nonlocal said
        note(line)
        if as_json and not said and (address := _ADDRESS.search(line)) is not None:
            said = True
            emit({"url": address.group()}, True, lambda: None)

    run(serve(settings(), host, port, open_browser=not headless, announce=announce))

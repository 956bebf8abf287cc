"""`posture chat`: the chat page, with everything it needs."""

from __future__ import annotations

from typing import Annotated

import typer

from agent.cli.output import note


def register(app: typer.Typer) -> None:
    app.command("chat")(chat)


def chat(
    port: Annotated[int | None, typer.Option(help="Port (0: any free one).")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; loopback unless set.")] = None,
    headless: Annotated[bool, typer.Option("--headless", help="Don't open a browser.")] = False,
) -> None:
    """Open the chat page. With no tenant configured it starts the local one, with a demo estate if empty."""
    import asyncio

    from agent.settings import Settings
    from agent.ui.server import PageError, serve

    try:
        asyncio.run(serve(Settings(), host, port, open_browser=not headless))
    except PageError as error:
        note(str(error))
        raise typer.Exit(1) from None

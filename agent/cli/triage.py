"""`posture triage`: score everything once and say what surfaces. The service that polls comes later."""

from __future__ import annotations

import time
from typing import Annotated, Any, Literal

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, run, say


def register(app: typer.Typer) -> None:
    app.command("triage")(triage)


def triage(
    once: Annotated[bool, typer.Option("--once", help="One pass, then end.")] = False,
    phase: Annotated[
        Literal["audit", "assist", "automate"], typer.Option(help="audit only scores.")
    ] = "audit",
    surface_at: Annotated[
        float, typer.Option(min=0, max=100, help="Score from which a finding surfaces.")
    ] = 70.0,
    as_json: JsonFlag = False,
) -> None:
    """Score every open finding."""
    from agent.cli.setup import settings
    from agent.runtime import open_services
    from tools.priority.listing import held_of, sources_of, unanswered_of, unmatched_of

    if not once or phase != "audit":
        raise CommandFailed(
            "only `posture triage --once --phase audit` is in this version; the service comes later"
        )

    async def work() -> Any:
        async with open_services(settings()) as services:
            return await services.priority.scores(), (await services.priority.context()).enriched

    started = time.monotonic()
    book, enriched = run(work())
    sources = sources_of(enriched)
    held = held_of(score.held for score in book.ranked if score.held)
    surfaced = sum(score.score >= surface_at for score in book.ranked)
    body = {
        "seen": len(book),
        "scored": len(book),
        "proposed": 0,
        "surfaced": surfaced,
        "surfaced_share": surfaced / len(book) if len(book) else 0.0,
        "seconds": round(time.monotonic() - started, 3),
        "weights": book.weights_version,
        "held": held,
        "sources": sources,
    }

    def render() -> None:
        say(f"{len(book)} scored, {surfaced} at {surface_at:g} or above.")
        for text in (held["words"], *unmatched_of(sources), *unanswered_of(sources)):
            if text:
                note(text)

    emit(body, as_json, render)

"""`posture xql`: check, format and run queries of the Cortex Query Language, and ask for one in plain words."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agent.cli.output import JsonFlag, emit, note, run, say, table

app = typer.Typer(no_args_is_help=True, help="XQL: check, format, run, ask.")

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TEXT|FILE|DIR|-]...", help="Query text, files, folders of *.xql, or -."),
]


@app.command()
def check(inputs: Inputs = None, as_json: JsonFlag = False) -> None:
    """Is it XQL, and is it right by catalog and policy? Exit 1 if any is not."""
    from tools.xql import batch

    results = batch.check_inputs(inputs or ["-"])
    emit(_one_or_many(results), as_json, lambda: _diagnostics(results))
    if not all(r["valid"] for r in results):
        raise typer.Exit(1)


@app.command("format")
def format_(inputs: Inputs = None, as_json: JsonFlag = False) -> None:
    """Print it in the one canonical style."""
    from tools.xql import batch

    results = batch.format_inputs(inputs or ["-"])

    def render() -> None:
        for result in results:
            if result["parsed"]:
                say(result["xql"])
            else:
                _diagnostics([result])

    emit(_one_or_many(results), as_json, render)
    if not all(r["parsed"] for r in results):
        raise typer.Exit(1)


@app.command("run")
def run_(
    text: Annotated[str, typer.Argument(help="A query.")],
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most rows to return.")] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Check a query and run it at the tenant."""
    from agent.runtime import open_services
    from agent.settings import Settings

    async def work() -> Any:
        async with open_services(Settings()) as services:
            return await services.xql.run_text(text, limit=limit)

    outcome = run(work())
    body = _outcome(outcome)
    emit(body, as_json, lambda: _rows(body))
    if not body["valid"]:
        raise typer.Exit(1)


@app.command()
def ask(
    text: Annotated[str, typer.Argument(help="A question in plain words.")],
    as_json: JsonFlag = False,
) -> None:
    """Turn plain words into a query, check it, run it."""
    from agent.planner.asking import ask_query
    from agent.runtime import open_services
    from agent.settings import Settings

    async def work() -> dict[str, Any]:
        async with open_services(Settings(), demo_if_empty=True) as services:
            return await ask_query(text, services)

    body = run(work())
    emit(body, as_json, lambda: _rows(body))


def _one_or_many(results: list[dict[str, Any]]) -> Any:
    return results[0] if len(results) == 1 else {"results": results}


def _diagnostics(results: list[dict[str, Any]]) -> None:
    for result in results:
        name = result.get("file") or "query"
        if result["valid"]:
            say(f"{name}: valid")
        for error in result["errors"]:
            where = f"{error['line']}:{error['column']}"
            hint = f" (try: {', '.join(error['suggestions'])})" if error.get("suggestions") else ""
            say(f"{name}:{where}: {error['rule']}: {error['message']}{hint}")


def _outcome(outcome: Any) -> dict[str, Any]:
    from agent.cli.output import to_json

    body: dict[str, Any] = to_json(outcome)
    return body


def _rows(body: dict[str, Any]) -> None:
    if body.get("message"):
        say(body["message"])
    if body.get("errors"):
        _diagnostics([body])
        return
    if body.get("reading"):
        note(f"read as: {body['reading']}")
    if body.get("rows"):
        table(body["columns"], body["rows"])
    if body.get("xql"):
        note(body["xql"])
    if "total" in body:
        note(f"{len(body.get('rows') or [])} of {body['total']} rows, as of {body['as_of']}")

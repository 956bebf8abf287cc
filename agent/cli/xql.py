"""`posture xql`: check, format and run queries of the Cortex Query Language, and ask for one in plain words."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated, Any

import typer

from agent.cli.output import JsonFlag, emit, note, run, say, table, to_json

app = typer.Typer(no_args_is_help=True, help="XQL: check, format, run, ask.")

Inputs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TEXT|FILE|DIR|-]...", help="Query text, files, folders of *.xql, or -."),
]


_NO_ROWS: dict[str, Any] = {
    "plan": None, "reading": "", "columns": [], "rows": [], "total": 0, "truncated": False, "as_of": None,
}  # fmt: skip


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
    inputs: Inputs = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most rows to return, of each.")] = 100,
    as_json: JsonFlag = False,
) -> None:
    """Check queries and run them at the tenant, one after the other. Exit 1 if any is not valid."""
    from agent.cli.setup import settings
    from agent.runtime import open_services
    from tools.xql.batch import read_inputs
    from tools.xql.checker import CheckReport

    async def work() -> list[dict[str, Any]]:
        results = []
        async with open_services(settings()) as services:
            for name, text in read_inputs(inputs or ["-"]):
                if isinstance(text, str):
                    body = to_json(await services.xql.run_text(text, limit=limit))
                else:
                    report = CheckReport(parsed=False, valid=False, xql="", errors=(text,))
                    body = {**report.as_json(), **_NO_ROWS}
                body["outcome"] = "answer" if body["valid"] else "refuse"
                results.append({"file": name, **body} if name is not None else body)
        return results

    results = run(work())
    emit(_one_or_many(results), as_json, lambda: _all_rows(results))
    if not all(r["valid"] for r in results):
        raise typer.Exit(1)


@app.command()
def ask(
    questions: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[TEXT|FILE|DIR|-]...", help="Questions; files, *.txt of folders and - have one a line."
        ),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            help="Model that reads the question; `built-in` for the planner. Default: POSTURE_MODEL."
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Turn plain words into a query, check it, run it. `outcome` is answer, clarify, refuse or no_such."""
    from agent.cli.questions import read_questions
    from agent.cli.setup import settings
    from agent.planner.asking import ask_query
    from agent.runtime import open_services
    from agent.settings import BUILT_IN

    asked = read_questions(questions or ["-"])
    configured = settings()
    endpoint = None
    if (model or configured.model) != BUILT_IN:
        # the client library of a model takes a second to load: only where one is asked
        from agent.asking.entry import open_endpoint

        endpoint = open_endpoint(configured, model)

    async def work() -> list[dict[str, Any]]:
        async with open_services(configured, demo_if_empty=True) as services, endpoint or nullcontext():
            if services.notice:
                note(services.notice)
            results = []
            for file, text in asked:
                body = await ask_query(text, services, model=endpoint)
                if body.get("notice"):
                    note(body["notice"])
                results.append({**({"file": file} if file else {}), "question": text, **body})
            return results

    results = run(work())
    emit(_one_or_many(results), as_json, lambda: _all_rows(results))


@app.command()
def rules(as_json: JsonFlag = False) -> None:
    """The rules that every query is held to, by id."""
    from tools.xql.checker.rules import RULES

    rows = [{"rule": rule, "says": says} for rule, says in sorted(RULES.items())]
    emit({"rules": rows}, as_json, lambda: table(("rule", "says"), rows))


def _one_or_many(results: list[dict[str, Any]]) -> Any:
    return results[0] if len(results) == 1 else {"results": results}


def _diagnostics(results: list[dict[str, Any]]) -> None:
    for result in results:
        name = result.get("file") or "query"
        if result["valid"]:
            say(f"{name}: valid")
        for warning in result.get("warnings", ()):
            note(f"{name}:{warning['line']}:{warning['column']}: {warning['rule']}: {warning['message']}")
        for error in result["errors"]:
            where = f"{error['line']}:{error['column']}"
            hint = f" (try: {', '.join(error['suggestions'])})" if error.get("suggestions") else ""
            say(f"{name}:{where}: {error['rule']}: {error['message']}{hint}")


def _all_rows(results: list[dict[str, Any]]) -> None:
    for result in results:
        if len(results) > 1:
            say(f"-- {result.get('file') or result.get('question') or 'query'}")
        _rows(result)


def _rows(body: dict[str, Any]) -> None:
    if body.get("message"):
        say(body["message"])
    for choice in body.get("choices") or ():
        say(f"- {choice}")
    if usage := body.get("usage"):
        told = f"{usage['prompt_tokens']:,} tokens read, {usage['completion_tokens']:,} written"
        note(f"{body['answered_by']}: {told}, {usage['repairs']} corrections")
    if body.get("errors"):
        _diagnostics([body])
        return
    if body.get("reading"):
        note(f"read as: {body['reading']}")
    for said in body.get("notes") or ():
        note(said)
    for item in body.get("relaxations") or ():
        note(f'without "{item["without"]}": {item["total"]}')
    if body.get("rows"):
        table(body["columns"], body["rows"])
    if body.get("xql"):
        note(body["xql"])
    if body.get("valid"):
        as_of = str(body["as_of"])[:16].replace("T", " ")
        note(f"{len(body['rows'])} of {body['total']} rows, as of {as_of} UTC")

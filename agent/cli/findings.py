"""`posture findings`: open findings by Action Priority Score, and one in full."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agent.cli.failure import WrongUsage, sentence
from agent.cli.output import JsonFlag, emit, note, run, say, table

app = typer.Typer(no_args_is_help=True, help="Findings by priority.")

_LISTED = {
    "severity": "severities", "severities": "severities", "kind": "kinds", "kinds": "kinds", "rule": "rule_ids",
    "rule_id": "rule_ids", "provider": "providers", "account": "accounts", "region": "regions",
    "service": "services", "resource_type": "resource_types", "type": "resource_types", "resource": "resources",
}  # fmt: skip


@app.command("list")
def list_findings(
    where: Annotated[
        list[str] | None,
        typer.Option(
            help="FIELD=VALUE[,VALUE]: severity, account, region, service, kind, rule, resource, tag.KEY, text, status."
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=100_000, help="How many rows.")] = 25,
    offset: Annotated[int, typer.Option(min=0)] = 0,
    grouped: Annotated[bool, typer.Option("--grouped", help="One row per root cause.")] = False,
    held: Annotated[
        bool,
        typer.Option("--held", help="Only those held down: accepted exceptions, approvals, test estates."),
    ] = False,
    order: Annotated[str, typer.Option(help="priority, severity, newest or oldest.")] = "priority",
    as_json: JsonFlag = False,
) -> None:
    """Open findings, the highest score first."""
    from pydantic import ValidationError

    from agent.cli.setup import settings
    from agent.runtime import open_services
    from tools.priority.listing import SearchArguments, search_findings, sources_of

    wanted = {**_arguments(where or []), "grouped": grouped, "held": held, "order_by": order}
    try:
        args = SearchArguments.model_validate(wanted)
    except ValidationError as error:
        raise WrongUsage(sentence(error)) from None

    async def work() -> Any:
        async with open_services(settings(), demo_if_empty=True) as services:
            if services.notice:
                note(services.notice)
            found = await search_findings(
                args, services.findings, services.priority, limit=top, offset=offset
            )
            return found, (await services.priority.context()).enriched

    result, enriched = run(work())
    body = {
        "total": result.total,
        "returned": result.returned,
        "truncated": result.truncated,
        "as_of": result.as_of,
        "findings": [_row(r) for r in result.rows],
        "scanned": result.data["scanned"],
        "weights": result.data["weights"],
        "held": result.data["held"],
        "sources": sources_of(enriched),
    }

    def render() -> None:
        # The number is what `findings show` and `fix draft` take, and short enough for a table.
        rows = [{**row, "id": row["issue"] if row["issue"] is not None else row["id"]} for row in result.rows]
        accounts = {row["account"] for row in rows}
        # A terminal is narrow: a column that says the same in every row goes into the last line.
        columns = [
            "priority",
            *(["findings"] if grouped else []),
            "severity",
            "id",
            "finding",
            "resource",
            *(["account"] if len(accounts) > 1 else []),
            *(["held"] if held else ["region"]),
        ]
        table(columns, rows)
        where = f" in account {accounts.pop()}" if len(accounts) == 1 else ""
        if words := result.data["held"]["words"]:
            note(words + ("" if held else "; `--held` lists them"))
        if problem := result.data["held"]["problem"]:
            note(problem)
        note(f"{result.returned} of {result.total}{where}, as of {result.as_of:%Y-%m-%d %H:%M} UTC")

    emit(body, as_json, render)


@app.command()
def show(
    finding_id: Annotated[str, typer.Argument(metavar="ID", help="Finding id or issue id.")],
    as_json: JsonFlag = False,
) -> None:
    """One finding with its score, factor by factor."""
    from agent.cli.setup import settings
    from agent.runtime import open_services

    async def work() -> Any:
        from tools.priority.listing import one_finding

        async with open_services(settings()) as services:
            return await one_finding(finding_id, services.findings, services.priority)

    result = run(work())
    finding, score = result.data["finding"], result.data["score"]

    def render() -> None:
        say(result.summary)
        say(finding["description"])
        if score:
            say(score["rationale"])
            table(
                ("factor", "points", "because"),
                [{**c, "points": f"{round(c['points'], 2) + 0.0:+.2f}"} for c in score["contributions"]],
            )
            for gate in score["gates"]:
                note(
                    f"held down from {gate['before']:.0f} to {gate['after']:.0f}: {gate['name']}, {gate['because']}"
                )
            for text in score["notes"]:
                note(text)
            for change in score["counterfactuals"]:
                note(f"lowers it to {change['score']:.0f}: {change['change']}")

    head = {name: finding[name] for name in ("id", "title", "severity")}
    emit({**head, "finding": finding, "score": score, "as_of": result.as_of}, as_json, render)


@app.command()
def paths(
    resource: Annotated[
        str | None, typer.Argument(metavar="[RESOURCE]", help="Name or id; leave out for the gravest of all.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=50, help="How many paths.")] = 5,
    proved: Annotated[bool, typer.Option("--proved", help="Only paths that records prove.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Attack paths from the internet to crown jewels, step by step."""
    from agent.cli.setup import settings
    from agent.runtime import open_services

    async def work() -> Any:
        from tools.priority.attack_paths import PathArguments, attack_paths

        async with open_services(settings(), demo_if_empty=True) as services:
            if services.notice:
                note(services.notice)
            args = PathArguments(resource=resource, limit=top, proved_only=proved)
            return await attack_paths(args, services.priority)

    result = run(work())

    def render() -> None:
        say(result.summary)
        for path in result.data["paths"]:
            say("")
            say(f"{path['text']}  ({path['chance']:.0%})")
            for number, step in enumerate(path["steps"], 1):
                say(f"  {number}. {step['relation'].replace('_', ' ')} {step['label']}: {step['why']}")
        for point in result.data["choke_points"]:
            note(f"{point['label']} stands on every path to {point['closes']} crown jewels")

    body = {
        "total": result.total,
        "returned": result.returned,
        "truncated": result.truncated,
        "as_of": result.as_of,
    }
    emit({**body, **result.data}, as_json, render)


@app.command()
def activity(
    finding_id: Annotated[
        str, typer.Argument(metavar="ID", help="Finding or issue id; a resource with --resource.")
    ],
    resource: Annotated[bool, typer.Option("--resource", help="ID is a resource's name or id.")] = False,
    days: Annotated[int, typer.Option(min=1, max=90, help="How many days back.")] = 7,
    top: Annotated[int, typer.Option("--top", min=1, max=500, help="How many entries.")] = 25,
    as_json: JsonFlag = False,
) -> None:
    """Alerts, attempts and changes on a finding's resource, and whether it is being used or probed now."""
    from agent.cli.setup import settings
    from agent.runtime import open_services

    async def work() -> Any:
        from tools.priority.correlate_activity import ActivityArguments, correlate_activity

        if not finding_id.strip():
            raise WrongUsage("the id is empty; give a finding id, an issue id, or a resource with --resource")
        about = {"resource" if resource else "finding_id": finding_id}
        async with open_services(settings(), demo_if_empty=True) as services:
            if services.notice:
                note(services.notice)
            args = ActivityArguments.model_validate({**about, "days": days})
            return await correlate_activity(args, services.priority, services.client, limit=top)

    result = run(work())

    def render() -> None:
        say(result.summary)
        rows = [{**row, "at": row["at"][:16].replace("T", " ")} for row in result.rows]
        if rows:
            table(("at", "kind", "what", "who", "source"), rows)
        for source in result.data["sources"]:
            word = {True: "watched", False: "not covered", None: "no answer"}[source["covered"]]
            note(f"{source['source']}: {word}, {source['detail']}")
        note(f"{result.returned} of {result.total} entries, as of {result.as_of:%Y-%m-%d %H:%M} UTC")

    body = {
        "total": result.total,
        "returned": result.returned,
        "truncated": result.truncated,
        "as_of": result.as_of,
        "queries": [query.model_dump(mode="json") for query in result.queries],
    }
    emit({**body, **result.data}, as_json, render)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    renamed = {
        "score": row["exact_score"],
        "kind_title": row["finding"],
        "rule_id": row["rule"],
        "issue_id": row["issue"],
    }
    kept = {k: v for k, v in row.items() if k not in {"priority", "finding", "rule", "issue", "exact_score"}}
    return {"id": row["id"], "title": row["title"], "severity": row["severity"], **renamed, **kept}


def _arguments(where: list[str]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for condition in where:
        field, equals, value = condition.partition("=")
        field = field.strip()
        if not equals or not value:
            raise WrongUsage(f"--where {condition!r} is not FIELD=VALUE")
        values = [v.strip() for v in value.split(",") if v.strip()]
        if field.lower().startswith("tag."):
            arguments.setdefault("tags", {})[field[4:]] = values
        elif field.lower() == "text":
            arguments["text"] = value
        elif field.lower() == "status":
            arguments["status"] = value.upper()
        elif (name := _LISTED.get(field.lower())) is not None:
            arguments[name] = [*arguments.get(name, []), *values]
        else:
            known = ", ".join(sorted({*_LISTED, "tag.KEY", "text", "status"}))
            raise WrongUsage(f"--where knows no field {field!r}; it knows {known}")
    return arguments

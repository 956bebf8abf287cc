"""`posture exceptions`: risks that a person accepts, for a time. They are held down in the list, never removed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from agent.cli.failure import CommandFailed
from agent.cli.output import JsonFlag, emit, note, run, say, table, to_json

app = typer.Typer(no_args_is_help=True, help="Accepted risks: add, list, revoke, import.")

UserOption = Annotated[str, typer.Option("--user", help="Who accepts.")]
RoleOption = Annotated[str, typer.Option("--role", help="The role of whoever accepts: approver or admin.")]
_MOST_BYTES = 20_000_000


@app.command()
def add(
    reason: Annotated[str, typer.Option("--reason", help="Why the risk may stay.")],
    until: Annotated[str, typer.Option("--until", help="The last day it is accepted, as 2027-01-31.")],
    finding: Annotated[str, typer.Option("--finding", help="One finding, by its id or issue id.")] = "",
    rule: Annotated[str, typer.Option("--rule", help="Rule ids; * and ? stand for anything.")] = "",
    resource: Annotated[str, typer.Option("--resource", help="Names or ids of resources; * and ? too.")] = "",
    account: Annotated[str, typer.Option("--account", help="Account ids or names; * and ? too.")] = "",
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """Accept a risk: of one finding, or of all that fit rule, resource and account."""
    from tools.priority.exceptions.file import wanted

    given = {"finding_id": finding, "rule_id": rule, "resource": resource, "account": account}
    one = wanted({**{k: v for k, v in given.items() if v}, "reason": reason, "until": until})
    _added(run(_with_service(user, role, lambda service, who: service.add([one], who))), as_json)


@app.command("list")
def list_exceptions(
    ended: Annotated[bool, typer.Option("--all", help="Expired and revoked ones too.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """The risks that are accepted, the first to end first."""
    from tools.priority.exceptions.service import ExceptionService
    from tools.results import utcnow

    listed = run(_with_store(lambda store: ExceptionService(store).list(ended=ended)))
    now = utcnow()
    rows = [{**to_json(one), "state": one.state(now)} for one in listed]

    def render() -> None:
        shown = [
            {**row, "about": one.about, "until": f"{one.until:%Y-%m-%d}"}
            for row, one in zip(rows, listed, strict=True)
        ]
        table(("id", "state", "about", "reason", "by", "until"), shown)
        note(f"{len(rows)} exceptions" + ("" if ended else " in force; `--all` lists those that ended too"))

    emit({"total": len(rows), "exceptions": rows}, as_json, render)


@app.command()
def revoke(
    exception_id: Annotated[str, typer.Argument(metavar="ID")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the trail.")] = "",
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """End an exception now; what it held down counts in full again."""
    one = run(_with_service(user, role, lambda service, who: service.revoke(exception_id, who, reason)))
    body = {"exception": {**to_json(one), "state": "revoked"}}
    emit(body, as_json, lambda: say(f"{one.id} ({one.about}) is revoked."))


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="CSV with finding, or rule, resource, account; reason; until."),
    ],
    user: UserOption = "local",
    role: RoleOption = "analyst",
    as_json: JsonFlag = False,
) -> None:
    """Accept every risk of a file, or none if a row is not right."""
    from tools.priority.exceptions.file import read_exceptions

    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CommandFailed(
                f"{file.name} is larger than {_MOST_BYTES // 1_000_000} MB; use patterns instead."
            )
        data = file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file} cannot be read: {error.strerror}. Check its path.") from None
    rows = read_exceptions(data, file.name)
    _added(run(_with_service(user, role, lambda service, who: service.add(rows, who))), as_json)


async def _with_store(work: Callable[[Any], Awaitable[Any]]) -> Any:
    from agent.cli.setup import settings
    from agent.desk import open_migrated

    async with await open_migrated(settings()) as store:
        return await work(store)


async def _with_service(user: str, role: str, work: Callable[[Any, Any], Awaitable[Any]]) -> Any:
    from agent.cli.setup import actor
    from tools.priority.exceptions.service import ExceptionService

    who = actor(user, role)
    return await _with_store(lambda store: work(ExceptionService(store), who))


def _added(kept: Any, as_json: bool) -> None:
    def render() -> None:
        for one in kept[:20]:
            say(f"{one.id}: {one.about}, until {one.until:%Y-%m-%d}")
        note(f"{len(kept)} accepted. `posture findings list --held` shows what they hold down.")

    emit({"added": [to_json(one) for one in kept]}, as_json, render)

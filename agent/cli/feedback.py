"""`posture feedback`: say what is wrong with a score, see what new weights would change, put them in use."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from agent.cli.output import JsonFlag, emit, note, run, say, table, to_json
from tools.priority.feedback.model import Label
from tools.results import Role

app = typer.Typer(no_args_is_help=True, help="Feedback on scores, and the weights proposed from it.")

UserOption = Annotated[str, typer.Option("--user", help="Who says so.")]
RoleOption = Annotated[Role, typer.Option("--role", help="The role of whoever says so.")]


@app.command()
def add(
    finding_id: Annotated[str, typer.Argument(metavar="FINDING", help="Finding id or issue id.")],
    label: Annotated[Label, typer.Argument(help="What is to be said of its score.")],
    other: Annotated[
        str | None, typer.Option("--than", help="With more_urgent_than: the less urgent finding.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; not_relevant needs it.")] = "",
    user: UserOption = "shell",
    role: RoleOption = Role.ANALYST,
    as_json: JsonFlag = False,
) -> None:
    """Rate one score. It is kept with who and when, and changes nothing by itself."""
    from agent.cli.setup import settings
    from agent.desk import open_migrated
    from agent.runtime import open_services
    from tools.priority.feedback.model import scored
    from tools.priority.feedback.service import FeedbackService
    from tools.results import Actor

    async def work() -> Any:
        async with open_services(settings()) as services, await open_migrated(settings()) as store:
            first = await services.priority.explain(finding_id)
            second = await services.priority.explain(other) if other is not None else None
            return await FeedbackService(store).add(
                label,
                scored(first),
                Actor(user=user, role=role),
                first.weights_version,
                other=scored(second) if second is not None else None,
                reason=reason,
            )

    said = run(work())
    body = {"finding": said.finding.finding_id, "label": said.label, "by": said.by, "at": said.at}
    emit(
        body,
        as_json,
        lambda: say(f"Kept: {said.label.value.replace('_', ' ')} on {said.finding.finding_id}."),
    )


@app.command("list")
def list_feedback(as_json: JsonFlag = False) -> None:
    """Everything that was said, and the versions of the weights."""
    from agent.cli.setup import settings
    from agent.desk import open_migrated
    from tools.priority.feedback.service import FeedbackService

    async def work() -> Any:
        async with await open_migrated(settings()) as store:
            service = FeedbackService(store)
            return await service.labels(), await service.versions(), (await service.current()).version

    labels, versions, active = run(work())
    rows = [
        {
            "label": item.label.value,
            "finding": item.finding.finding_id,
            "than": item.other.finding_id if item.other else "",
            "by": item.by,
            "at": item.at.isoformat(timespec="minutes"),
            "reason": item.reason,
        }
        for item in labels
    ]

    def render() -> None:
        table(("label", "finding", "than", "by", "at"), rows)
        for version in versions:
            note(f"weights {version.version}: {version.state}, proposed by {version.created_by}")
        note(f"weights in use: {active}")

    emit({"feedback": rows, "versions": to_json(versions), "active": active}, as_json, render)


@app.command()
def propose(user: UserOption = "shell", role: RoleOption = Role.ANALYST, as_json: JsonFlag = False) -> None:
    """Fit new weights to the ratings and report what they would change. Nothing is activated."""
    from agent.cli.setup import settings
    from agent.desk import open_migrated
    from agent.runtime import open_services
    from tools.priority.feedback.model import scored
    from tools.priority.feedback.service import FeedbackService
    from tools.results import Actor

    async def work() -> Any:
        async with open_services(settings()) as services, await open_migrated(settings()) as store:
            book = await services.priority.scores()
            actor = Actor(user=user, role=role)
            return await FeedbackService(store).propose(actor, [scored(score) for score in book.top(20_000)])

    version, report = run(work())

    def render() -> None:
        say(f"Weights {version.version} are proposed from {report.labels} ratings of {report.people} people.")
        table(
            ("factor", "before", "after", "low", "high", "labels"),
            [to_json(m) for m in report.moved if abs(m.after - m.before) > 0.005],
        )
        say(
            f"Ratings that the scores satisfy: {report.agreement_before:.0%} now, {report.agreement_after:.0%} with "
            f"them, {report.agreement_held_out:.0%} on ratings that the fit did not see."
        )
        if report.tau is not None and report.top_kept is not None:
            say(f"Order: Kendall's tau {report.tau:.3f}; {report.top_kept:.0%} of the top 25 stay there.")
        for mover in report.movers[:5]:
            moved = f"{mover.score_before:.0f} to {mover.score_after:.0f}"
            note(f"{mover.finding_id}: {moved}, rank {mover.rank_before} to {mover.rank_after}")
        for text in report.notes:
            note(text)

    emit({"version": version.version, "state": version.state, "report": to_json(report)}, as_json, render)


@app.command()
def activate(
    version: Annotated[str, typer.Argument(help="A proposed version, or `shipped` to go back.")],
    user: UserOption = "shell",
    role: RoleOption = Role.APPROVER,
    as_json: JsonFlag = False,
) -> None:
    """Put weights in use; it is written to the audit trail."""
    from agent.cli.setup import settings
    from agent.desk import open_migrated
    from tools.priority.feedback.service import FeedbackService
    from tools.results import Actor

    async def work() -> Any:
        async with await open_migrated(settings()) as store:
            service = FeedbackService(store)
            await service.activate(version, Actor(user=user, role=role))
            return (await service.current()).version

    active = run(work())
    emit({"active": active}, as_json, lambda: say(f"Weights {active} are in use."))

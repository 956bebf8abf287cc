"""`posture eval SUITE` and `posture bench NAME`."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from agent.cli.output import CommandFailed, JsonFlag, emit, note, say, table

eval_app = typer.Typer(add_completion=False)
bench_app = typer.Typer(add_completion=False)


def real_findings() -> Path:
    """The real scanner output beside the project (or where POSTURE_SHARED_DATA says)."""
    root = Path(
        os.environ.get("POSTURE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
    )
    path = root / "findings" / "prowler-aws.ocsf.json"
    if not path.is_file():
        raise CommandFailed(
            f"this needs the real scanner output at {path}; set POSTURE_SHARED_DATA to its folder"
        )
    return path


@eval_app.command("eval")
def evaluate(
    suite: Annotated[Literal["conversation", "xql", "priority"], typer.Argument(help="Which suite.")],
    data: Annotated[Path | None, typer.Option(help="Cases as JSONL instead of the suite's own.")] = None,
    findings: Annotated[
        Path | None, typer.Option(help="The scanner output that the answers are about, for `conversation`.")
    ] = None,
    split: Annotated[
        Literal["develop", "test"], typer.Option(help="Which of the suite's own cases, for `xql`.")
    ] = "develop",
    model: Annotated[
        str | None, typer.Option(help="built-in, or a model name at the configured endpoint.")
    ] = None,
    size: Annotated[
        Literal["small", "medium", "large"], typer.Option(help="Size of the estates, for `priority`.")
    ] = "small",
    seeds: Annotated[
        str, typer.Option(help="Seeds of the estates, as 1-10 or 1,4,7, for `priority`.")
    ] = "1-10",
    out: Annotated[Path | None, typer.Option(help="Keep the result in this folder too.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure answers against right ones that were found another way."""
    from evals.results import keep

    if suite == "priority":
        _priority(size, seeds, out, as_json)
        return

    if data is not None and not data.is_file():
        raise CommandFailed(f"there is no file {data}; give cases as JSONL")
    shares: tuple[str, ...]
    if suite == "xql":
        from evals.suites import xql

        shares = ("right", "valid_query", "row_set_match", "outcome_match", "reading")
        try:
            body = asyncio.run(xql.run(data, model, split))
        except ValueError as error:
            raise CommandFailed(f"the cases cannot be used: {error}") from None
    else:
        from evals.suites import conversation

        shares = ("right", "valid_query", "cited", "nothing_dropped")
        body = asyncio.run(conversation.run(data, findings or real_findings(), model))
    if out is not None:
        note(f"kept: {keep(out, f'eval-{suite}', body)}")

    def render() -> None:
        for name in shares:
            p = body[name]
            value = "none measured" if p["value"] is None else f"{p['value']:.3f}"
            say(f"{name}: {value} (n {p['n']}, 95 % {p['ci95'][0]:.3f} to {p['ci95'][1]:.3f})")
        for name in ("seconds", "seconds_to_query", "seconds_to_rows"):
            if name in body:
                say(f"{name}: " + ", ".join(f"{k} {v}" for k, v in body[name].items()))
        for case in body["cases"]:
            for fault in case["faults"]:
                note(f"{case['id']}: {fault}")

    emit(body, as_json, render)


def _priority(size: str, seeds: str, out: Path | None, as_json: bool) -> None:
    from evals.results import keep
    from evals.suites import priority

    first, dash, last = seeds.partition("-")
    try:
        wanted = list(range(int(first), int(last) + 1)) if dash else [int(part) for part in seeds.split(",")]
    except ValueError:
        raise CommandFailed(f"--seeds {seeds!r} is neither a range (1-10) nor a list (1,4,7)") from None
    body = asyncio.run(priority.run(size, wanted))
    if out is not None:
        note(f"kept: {keep(out, 'eval-priority', body)}")

    def render() -> None:
        names = list(body["score"])
        rows = [{"ranking": "score", **{n: _figure(body["score"][n]) for n in names}}]
        rows += [{"ranking": b, **{n: _figure(v[n]) for n in names}} for b, v in body["baselines"].items()]
        table(("ranking", *names), rows)
        whole = body["plants_in_top_5_percent"]
        say(f"paths whose every finding is in the top 5 %: {whole['value']:.3f} of {whole['n']}")
        table(
            ("kind", "plants", "whole_in_top_5_percent", "worst_place"),
            [{"kind": k, **v} for k, v in body["per_kind"].items()],
        )
        for text in body["missed"]:
            note(text)

    emit(body, as_json, render)


def _figure(measured: dict[str, Any]) -> str:
    low, high = measured["ci95"]
    return f"{measured['value']:.3f} ({low:.3f} to {high:.3f})"


@bench_app.command("bench")
def bench(
    name: Annotated[
        Literal["ask", "turn", "page", "load", "xql", "triage"], typer.Argument(help="Which benchmark.")
    ],
    runs: Annotated[int, typer.Option(min=1, max=50, help="Counted runs, after one warm-up.")] = 5,
    records: Annotated[int, typer.Option(help="Records to load, for `load`.")] = 50_000,
    rows: Annotated[int, typer.Option(min=1000, help="Rows per dataset, for `xql`.")] = 1_000_000,
    sizes: Annotated[
        str, typer.Option(help="Estates from the smallest to the largest, for `triage`.")
    ] = "small,medium,large",
    cache: Annotated[
        Path | None, typer.Option(help="Folder that keeps drawn estates, for `triage`; else drawn anew.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the result in this folder too.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure time and memory: medians of several runs on this machine."""
    from evals import benches
    from evals.results import keep

    wanted = sizes.split(",")
    if not set(wanted) <= {"small", "medium", "large"} or len(set(wanted)) < len(wanted):
        raise CommandFailed(f"--sizes {sizes!r} is not a list of small, medium, large, each once")
    body: dict[str, Any] = benches.run(name, runs=runs, records=records, rows=rows, sizes=wanted, cache=cache)
    if out is not None:
        note(f"kept: {keep(out, f'bench-{name}', body)}")
    figures = [{"figure": k, "value": v} for k, v in body.items() if not isinstance(v, list | dict)]
    emit(body, as_json, lambda: table(("figure", "value"), figures))

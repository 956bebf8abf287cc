"""Whole conversations on a real scanner's output: right rows, valid query, citations, nothing dropped."""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from collections import Counter
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from agent.events import Profile, StepFinished, TurnEnded
from agent.runtime import Runtime
from agent.settings import Settings
from evals.results import median, proportion, quantile
from evals.suites.truth import COUNTS, SETS, Record
from tools.results import Actor, Role, ToolResult

_ACTOR = Actor(user="eval", role=Role.ANALYST)
DEFAULT = Path(__file__).resolve().parent.parent / "data" / "conversation" / "first.jsonl"


class Expect(BaseModel):
    """What the last turn must give: a named set of rows, how many of them, named counts, changes, nothing, a refusal,
    or a tool (with `about`, on one of a named set of findings).
    """

    model_config = ConfigDict(extra="forbid")

    rows: str | None = None
    number: str | None = None
    tool: str | None = None
    about: str | None = None
    column: str = "resource"
    counts: str | None = None
    value: str = "findings"
    changes: Literal["last_load"] | None = None
    empty: bool = False
    refuses: bool = False


class Case(BaseModel):
    """One conversation; only its last turn is judged."""

    model_config = ConfigDict(extra="forbid")

    id: str
    turns: list[str]
    expect: Expect


class Judged(BaseModel):
    """How one case came out. `faults` says what was wrong."""

    id: str
    right: bool
    valid: bool
    cited: bool
    dropped: int
    seconds: float
    faults: list[str]


async def run(data: Path | None, findings: Path, model: str | None) -> dict[str, Any]:
    """Load `findings` into a new local tenant and hold every conversation with it."""
    cases = [
        Case.model_validate_json(line)
        for line in (data or DEFAULT).read_text("utf-8").splitlines()
        if line.strip()
    ]
    records = _records(findings)
    judged: list[Judged] = []
    with tempfile.TemporaryDirectory(prefix="posture-eval-") as folder:
        settings = _settings(Path(folder), model)
        await _load(settings, findings)
        async with Runtime.open(settings, demo_if_empty=False, serve=False) as runtime:
            for case in cases:
                judged.append(await _hold(runtime, case, records))
    times = [j.seconds for j in judged]
    return {
        "suite": "conversation",
        "model": settings.model,
        "n": len(judged),
        "right": proportion([j.right for j in judged]),
        "valid_query": proportion([j.valid for j in judged]),
        "cited": proportion([j.cited for j in judged]),
        "nothing_dropped": proportion([j.dropped == 0 for j in judged]),
        "seconds": {"median": round(median(times), 3), "p95": round(quantile(times, 0.95), 3)},
        "cases": [j.model_dump() for j in judged],
    }


def _records(findings: Path) -> list[Record]:
    records: list[Record] = json.loads(findings.read_text("utf-8"))
    return records


def _settings(home: Path, model: str | None) -> Settings:
    """A folder of its own and its own local tenant; the endpoint of a model comes from the environment."""
    if model:
        return Settings(home=home, tenant_url=None, model=model)
    return Settings(home=home, tenant_url=None)


async def _load(settings: Settings, findings: Path) -> None:
    from tools.tenant.running import open_tenant

    async with open_tenant(settings.prepared_home()) as tenant:
        await tenant.load(findings, who="eval")


async def _hold(runtime: Runtime, case: Case, records: list[Record]) -> Judged:
    thread = f"eval-{uuid.uuid4()}"
    results: list[ToolResult] = []
    done: TurnEnded | None = None
    started = time.perf_counter()
    for text in case.turns:
        results = []
        started = time.perf_counter()
        async for event in runtime.conversation.turn(thread, text, _ACTOR, Profile.ENGINEER):
            if isinstance(event, StepFinished) and event.result is not None:
                results.append(event.result)
            elif isinstance(event, TurnEnded):
                done = event
    seconds = time.perf_counter() - started
    assert done is not None
    faults = _faults(case.expect, results, done, records)
    silent = case.expect.refuses
    return Judged(
        id=case.id,
        right=not faults,
        valid=silent or case.expect.tool is not None or bool(done.queries),
        cited=silent
        or case.expect.rows is None
        or not SETS[case.expect.rows](records)
        or bool(done.citations),
        dropped=len(done.grounding.dropped),
        seconds=round(seconds, 4),
        faults=faults,
    )


def _faults(expect: Expect, results: list[ToolResult], done: TurnEnded, records: list[Record]) -> list[str]:
    if done.outcome == "failed":
        return ["the turn failed"]
    if expect.refuses:
        return ["a tool was called"] if results else []
    if not results:
        return [f"no tool gave a result: {done.answer[:200]}"]
    last = results[-1]
    if expect.tool:
        return _tool_faults(expect, last, done, records)
    if expect.number:
        want_number = len(SETS[expect.number](records))
        counted = _count_of(last)
        got_number = last.total if counted is None else counted
        return [] if got_number == want_number else [f"number {got_number}, not {want_number}"]
    if expect.empty:
        return [] if last.total == 0 else [f"{last.total} rows where there are none"]
    if expect.changes:
        wanted = sum(r["status_code"] == "FAIL" for r in records)
        return [] if last.data.get("new") == wanted else [f"new is {last.data.get('new')}, not {wanted}"]
    if expect.counts:
        want = dict(COUNTS[expect.counts](records))
        group, value = _column(last, expect.column), _column(last, expect.value)
        got = {str(r.get(group)): int(r.get(value) or 0) for r in last.rows}
        return [] if got == want else [f"counts {got}, not {want}"]
    column = _column(last, expect.column)
    rows = Counter(str(r.get(column)) for r in last.rows)
    want_rows = SETS[str(expect.rows)](records)
    faults = []
    cut = last.returned < last.total
    if missing := sorted(want_rows - set(rows)) if not cut else []:
        faults.append(f"missing: {missing}")
    if extra := sorted(set(rows) - want_rows):
        faults.append(f"not asked for: {extra}")
    if twice := sorted(k for k, n in rows.items() if n > 1):
        faults.append(f"listed twice: {twice}")
    if last.total != len(want_rows):
        faults.append(f"total {last.total}, not {len(want_rows)}")
    return faults


def _tool_faults(expect: Expect, last: ToolResult, done: TurnEnded, records: list[Record]) -> list[str]:
    call = done.tool_calls[-1]
    if call.name != expect.tool:
        return [f"{call.name} was called last, not {expect.tool}"]
    if expect.about and not {call.args.get("finding_id"), *last.citations} & SETS[expect.about](records):
        return [f"it is about {call.args.get('finding_id')}"]
    return []


# A plan's columns go by the names that the tenant's data sets give them.
_COLUMNS: dict[str, tuple[str, ...]] = {
    "resource": ("resource", "xdm.asset.name", "xdm.finding.asset_name"),
    "id": ("id", "xdm.finding.id", "finding_id"),
    "severity": ("severity", "xdm.issue.severity"),
    "region": ("region", "xdm.asset.cloud.region"),
    "account": ("account", "xdm.asset.realm"),
    "findings": ("findings", "issues"),
    "resources": ("resources", "assets"),
}


def _column(last: ToolResult, name: str) -> str:
    """The column of a result that holds what a case names."""
    there = set(last.columns) | {column for row in last.rows for column in row}
    return next((column for column in _COLUMNS.get(name, (name,)) if column in there), name)


def _count_of(last: ToolResult) -> int | None:
    """The number of a result that is nothing but a count."""
    if len(last.rows) != 1 or len(last.rows[0]) != 1:
        return None
    (name, value), *_ = last.rows[0].items()
    return int(value) if name in ("findings", "issues", "resources", "assets") else None

"""`posture doctor`: each part, whether it is well, and what to do if not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import typer

from agent.cli.failure import sentence
from agent.cli.output import JsonFlag, emit, run, table

if TYPE_CHECKING:
    from agent.settings import Settings

_PATIENCE_S = 10.0


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


@dataclass(frozen=True)
class Part:
    """One part's state; `advice` says what to do unless it is ok."""

    part: str
    state: Literal["ok", "degraded", "missing"]
    detail: str
    advice: str = ""


def doctor(as_json: JsonFlag = False) -> None:
    """Check settings, database, tenant, model, index, verifier and tokenizer."""
    from agent.cli.setup import settings

    try:
        found = settings()
    except Exception as error:  # noqa: BLE001 - the doctor reports every fault
        parts = [Part("settings", "missing", sentence(error), "correct it in the environment or in .env")]
    else:
        parts = [Part("settings", "ok", f"data directory {found.home_dir}"), *run(_look(_brisk(found)))]

    def render() -> None:
        table(("part", "state", "detail", "advice"), [p.__dict__ for p in parts])

    emit({"parts": parts, "ok": all(p.state != "missing" for p in parts)}, as_json, render)
    if any(p.state == "missing" and p.part in {"settings", "packages", "database", "tenant"} for p in parts):
        raise typer.Exit(1)


def _brisk(found: Settings) -> Settings:
    """The same settings with less patience: whoever calls the doctor waits for all of it."""
    return found.model_copy(update={"tenant_timeout_s": min(found.tenant_timeout_s, _PATIENCE_S)})


async def _look(settings: Any) -> list[Part]:
    checks: list[tuple[str, Callable[[Any], Awaitable[Part]]]] = [
        ("packages", _packages),
        ("database", _database),
        ("tenant", _tenant),
        ("model", _model),
        ("controls", _controls),
        ("verifier", _verifier),
        ("tokenizer", _tokenizer),
    ]
    parts = []
    for name, check in checks:
        try:
            parts.append(await check(settings))
        except Exception as error:  # noqa: BLE001 - the doctor reports every fault
            parts.append(Part(name, "missing", sentence(error), "see the message"))
    return parts


async def _packages(settings: Any) -> Part:
    """Our own packages have common names; another distribution of the same name would shadow them."""
    from importlib.metadata import version
    from pathlib import Path

    import agent
    import prompts
    import tools

    roots = {Path(str(m.__file__)).parent.parent for m in (agent, tools, prompts)}
    if len(roots) != 1:
        return Part(
            "packages", "missing", f"imported from {len(roots)} places", "use an environment of its own"
        )
    return Part("packages", "ok", f"posture-agent {version('posture-agent')}")


async def _database(settings: Any) -> Part:
    from agent.desk import open_store

    async with open_store(settings) as store:
        return Part("database", "ok", f"{store.dialect}, migrated ({store.shown_url})")


async def _tenant(settings: Any) -> Part:
    from agent.runtime import open_services

    async with open_services(settings) as services:
        state = await services.client.system.healthcheck()
        snapshot = await services.findings.snapshot()
        detail = f"{services.tenant}: {state}, {len(snapshot)} open findings, {len(snapshot.assets)} assets"
        if not len(snapshot) and settings.tenant_url is None:
            return Part("tenant", "degraded", detail, "posture tenant load FILE, or posture tenant seed")
        return Part("tenant", "ok", detail)


async def _model(settings: Any) -> Part:
    if settings.uses_built_in_planner:
        return Part("model", "ok", "built-in planner (no model configured)")
    from langchain_core.messages import HumanMessage

    from agent.models import explain, open_model

    key = settings.model_key.get_secret_value() if settings.model_key else None
    model = open_model(
        settings.model, key=key, url=settings.model_url, timeout_s=min(settings.model_timeout_s, 20)
    )
    try:
        await model.ainvoke([HumanMessage("Answer with the word ok.")])
    except Exception as error:  # noqa: BLE001 - any fault of an endpoint becomes a sentence
        said = explain(error, settings.model, settings.model_timeout_s)
        return Part("model", "degraded", said.split(" The built-in")[0], "check the three model settings")
    return Part("model", "ok", f"{settings.model} answers")


async def _controls(settings: Any) -> Part:
    from agent.runtime import control_search

    found = await control_search(settings, "encryption at rest", "hipaa", 1)
    if found.notes:
        return Part("controls", "degraded", " ".join(found.notes), "search works by words alone")
    return Part("controls", "ok", f"{found.considered} catalog entries, search by {found.method}")


async def _verifier(settings: Any) -> Part:
    from importlib.util import find_spec

    if find_spec("checkov") is None:
        return Part("verifier", "degraded", "checkov is not installed", "pip install 'posture-agent[verify]'")
    return Part("verifier", "ok", "checkov is here; terraform plan is not run unless terraform is")


async def _tokenizer(settings: Any) -> Part:
    from agent.tokens import exact_available

    if exact_available():
        return Part("tokenizer", "ok", "exact token counts")
    return Part(
        "tokenizer",
        "degraded",
        "token counts are a high estimate",
        "for exact ones, set TIKTOKEN_CACHE_DIR to a folder that holds its files",
    )

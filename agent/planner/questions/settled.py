"""The marks of a question settled among configuration, events and permissions."""

from __future__ import annotations

import re

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Kinds
from agent.planner.questions.marks import Mark
from agent.planner.questions.setting_marks import types_of, with_settings
from agent.planner.questions.tokens import Token


def settled(
    marks: list[Mark], tokens: list[Token], estate: Estate, given: tuple[Kinds, ...], subject: str = ""
) -> list[Mark]:
    """The marks with those of configuration, for the kinds of asset that the question names."""
    if subject:
        return marks
    for mark in marks:
        if (
            mark.kind == "weakness"
            and "entity" in mark.also
            and not any(m.kind == "kind" for m in marks)
            and mark.data.name == "no_logging"
        ):
            mark.kind, mark.data = "entity", mark.also.pop("entity")
    if any(m.kind == "entity" and m.data == "permission" for m in marks):
        for mark in marks:
            if mark.kind == "kind" and any(
                t.norm in ("identity", "principal", "user", "role") for t in tokens[mark.start : mark.end]
            ):
                mark.kind, mark.data = "attr", "user"
    if any(m.has("entity") and m.get("entity") == "event" for m in marks):
        for mark in marks:
            if mark.kind == "kind" and mark.has("attr") and mark.get("attr") == "user":
                mark.kind, mark.data = "attr", "user"
        for mark in marks:
            if (
                mark.kind == "weakness"
                and mark.get("entity") == "event"
                and not any(m.kind == "kind" for m in marks)
            ):
                mark.kind, mark.data = "entity", "event"
    for mark in marks:
        if (
            mark.kind == "weakness"
            and mark.data.name == "port"
            and not _PORTS.search(" ".join(t.text for t in tokens))
        ):
            inside = [t for t in tokens[mark.start : mark.end] if t.text in _ENGINES]
            if inside and any(
                s.leaf.lower() in ("engine", "databaseversion")
                for s in estate.settings.of(types_of([m.data for m in marks if m.kind == "kind"], estate))
            ):
                mark.kind, mark.data, mark.also = "word", inside[0], {}
                mark.start, mark.end = tokens.index(inside[0]), tokens.index(inside[0]) + 1
    if (
        marks
        and marks[0].text.lower() == "name"
        and len(marks) > 1
        and marks[1].text.lower() in ("the", "all", "any", "every", "our")
    ):
        marks[0].kind, marks[0].also = "stop", {}
    entities = [m.data for m in marks if m.kind == "entity"]
    first = next((m for m in marks if m.kind in ("entity", "kind")), None)
    if (
        first is not None
        and first.kind == "entity"
        and first.data
        in (
            "event",
            "endpoint",
            "audit",
            "health",
            "permission",
            "file",
            "package",
            "case",
            "host",
            "flow",
            "traffic",
            "cmdb",
        )
    ):
        return marks
    kinds = [m.data for m in marks if m.kind == "kind" and isinstance(m.data, Kinds)]
    types = types_of(kinds or given, estate)
    return with_settings(marks, tokens, estate, types, all_assets=not entities or entities[0] == "asset")


_PORTS = re.compile(
    r"\b(?:ports?|open(?:ed)?|expos\w+|reach\w*|access\w*|allow\w*|internet|traffic|listen\w*|permit\w*|public\w*|from)\b"
)


_ENGINES = frozenset({"mysql", "postgres", "postgresql", "mongodb", "mongo", "redis", "mssql", "oracle"})

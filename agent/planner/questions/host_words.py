"""Software on hosts: where it is installed says that hosts and applications are those of the host inventory."""

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.marks import Mark
from agent.planner.questions.tokens import Token

_INSTALLED: Final = re.compile(r"\b(?:installed|host inventory|host_inventory|software inventory)\b")


def with_hosts(marks: list[Mark], tokens: list[Token], estate: Estate) -> list[Mark]:
    """The marks, where a question about installed software names hosts and applications."""
    text = " ".join(t.text for t in tokens)
    if _INSTALLED.search(text) is None or not estate.has_rows("host_inventory"):
        return marks
    if estate.has_rows("cwp_packages_raw"):
        return marks
    for mark in marks:
        words = [t.norm for t in tokens[mark.start : mark.end]]
        if mark.kind == "kind" and words[-1] in ("host", "machine", "server", "endpoint", "computer"):
            mark.kind, mark.data, mark.also = "entity", "host", {}
        elif words[-1] in ("application", "app", "software", "package", "program") and mark.kind != "stop":
            mark.kind, mark.data, mark.also = "attr", "application", {}
    return marks

"""Agents by how their version compares with another: "agents older than 8.5", "still on 8.4"."""

# ruff: noqa: E501 (a pattern is easier to read in one piece)

from __future__ import annotations

import re
from typing import Final

from agent.planner.questions.estate import Estate
from agent.planner.questions.form import Atom, Ref
from agent.planner.questions.marks import Mark
from agent.planner.questions.tokens import Token

_VERSION: Final = re.compile(
    r"(?:\b(?P<older>older|lower|below|earlier|less|before|under|prior|behind|smaller)\b|"
    r"\b(?P<newer>newer|higher|above|later|greater|more recent|after|over|beyond)\b|\b(?P<least>at least|from|minimum)\b|"
    r"\b(?P<same>on|with|running|run|at|in|of|is|are|version|release)\b)"
    r"(?: (?:than|to|the|an|a|agent|version|versions|release|of|number|is|are|v))* v?(?P<v>\d+(?:\.\d+)+)(?![\w/])"
    r"(?P<up> (?:or|and) (?:newer|higher|later|above|up)|\+)?(?P<down> (?:or|and) (?:older|lower|earlier|below))?"
)
_LEAD: Final = re.compile(r"^(?:on|with|at|in|of|is|are|running|run) (?:agent )?(?:version )?")
_IP: Final = 4
_HIGHEST: Final = 255


def of_versions(marks: list[Mark], tokens: list[Token], text: str, estate: Estate) -> list[Mark]:
    """The marks with a comparison of versions as the agent versions of this tenant that satisfy it."""
    seen = [v for v in estate.values("endpoint", "agent_version").values() if re.fullmatch(r"[\d.]+", v)]
    found = next((m for m in _VERSION.finditer(text) if m["v"] not in seen or not m["same"]), None)
    if found is None or not seen or _address(found["v"], seen):
        return marks
    bound = _numbers(found["v"])
    kept = tuple(sorted(v for v in seen if _holds(found, _numbers(v), bound)))
    if not kept and found["same"]:
        # no agent has it: that is said elsewhere
        return marks
    covered = [n for n, t in enumerate(tokens) if t.start < found.end() and t.end > found.start()]
    first, last = covered[0], covered[-1] + 1
    label = f"agent version {_LEAD.sub('', found[0].strip())}"
    atom = Atom(ref=Ref(name="agent_version"), op="in", values=kept or ("-",), label=label, of="endpoint")
    mark = Mark("tenant", first, last, atom, found[0])
    rest = [m for m in marks if m.end <= first or m.start >= last]
    return sorted([*rest, mark], key=lambda m: m.start)


def _holds(found: re.Match[str], version: list[int], bound: list[int]) -> bool:
    same = version[: len(bound)] == bound
    if found["older"]:
        return version < bound
    if found["newer"]:
        return version > bound and not same
    if found["least"] or found["up"]:
        return version >= bound
    if found["down"]:
        return version < bound or same
    return same


def _numbers(version: str) -> list[int]:
    return [int(n) for n in version.split(".") if n]


def _address(said: str, seen: list[str]) -> bool:
    """Whether four numbers are an address and no version like those that there are."""
    numbers = _numbers(said)
    major = {_numbers(v)[0] for v in seen}
    return (
        len(numbers) == _IP
        and max(numbers) <= _HIGHEST
        and numbers[0] not in {*major, *(m - 1 for m in major)}
    )
